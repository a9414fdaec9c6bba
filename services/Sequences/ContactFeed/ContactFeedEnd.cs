using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Times;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.ContactFeed;

/// <summary>Says whether all that Contacts has told was heard.</summary>
public sealed class ContactFeedEnd(ChangesService.ChangesServiceClient changes, ContactsCalls calls, SequencesDbContext db, TimeProvider time)
{
    /// <summary>How long a change may take to come that is there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether nothing comes behind the position up to which Contacts was heard.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async Task<bool> IsReachedAsync(CancellationToken cancellationToken)
    {
        var position = await db.FeedPositions.Where(p => p.Source == "contacts").Select(p => p.Position).SingleOrDefaultAsync(cancellationToken) ?? "";
        using var call = changes.StreamChanges(new() { AfterPosition = position }, await calls.HeadersAsync(0, cancellationToken), time.Machine().GetUtcNow().UtcDateTime + Patience, cancellationToken);
        try
        {
            return !await call.ResponseStream.MoveNext(cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.DeadlineExceeded)
        {
            return true;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            calls.Forget(0, e);
            throw ContactsCalls.Away(e);
        }
    }
}
