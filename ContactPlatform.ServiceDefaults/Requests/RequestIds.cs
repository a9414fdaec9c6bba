using System.Security.Cryptography;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.ServiceDefaults.Requests;

/// <summary>Makes a retry harmless: the first call with a request_id does the work, all others return what it made.</summary>
public sealed class RequestIds(PlatformDbContext db, TimeProvider time)
{
    /// <summary>
    /// Runs <paramref name="create"/> once per request_id. It adds rows to the context and returns the new id; they are
    /// saved together with the memory of the request, in one transaction.
    /// </summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="method">Name of the method.</param>
    /// <param name="requestId">The caller's id; empty means no protection.</param>
    /// <param name="body">The request with its request_id cleared.</param>
    /// <param name="create">Adds the rows; called at most once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Id of what was made, and whether this call made it.</returns>
    /// <exception cref="RefusalException">REQUEST_ID_REUSED: the same id with another body.</exception>
    public Task<(long Id, bool Created)> OnceAsync(Caller caller, string method, string requestId, IMessage body, Func<Task<long>> create, CancellationToken cancellationToken) =>
        OnceAsync(caller, method, requestId, SHA256.HashData(body.ToByteArray()), create, cancellationToken);

    /// <summary>The same for a body whose SHA-256 is known.</summary>
    public async Task<(long Id, bool Created)> OnceAsync(Caller caller, string method, string requestId, byte[] bodyHash, Func<Task<long>> create, CancellationToken cancellationToken)
    {
        if (requestId.Length == 0)
        {
            var made = await create();
            await db.SaveChangesAsync(cancellationToken);
            return (made, true);
        }
        if (await FindAsync(method, requestId, bodyHash, cancellationToken) is { } known)
        {
            return (known, false);
        }
        try
        {
            var id = await create();
            db.Requests.Add(new RequestRow { AccountId = caller.AccountId, Method = method, RequestId = requestId, BodyHash = bodyHash, ResultId = id, CreateTime = time.GetUtcNow().UtcDateTime });
            await db.SaveChangesAsync(cancellationToken);
            return (id, true);
        }
        catch (Exception e) when (e is DbUpdateException or RefusalException)
        {
            // Whichever unique key was hit, or seen to be taken: if another call with this id has won meanwhile, its
            // result is the answer.
            db.ChangeTracker.Clear();
            if (await FindAsync(method, requestId, bodyHash, cancellationToken) is { } winner)
            {
                return (winner, false);
            }
            throw;
        }
    }

    /// <summary>Returns what a request made before; null when it is new.</summary>
    public async Task<long?> FindAsync(string method, string requestId, byte[] bodyHash, CancellationToken cancellationToken)
    {
        var row = await db.Requests.AsNoTracking().SingleOrDefaultAsync(r => r.Method == method && r.RequestId == requestId, cancellationToken);
        return row is null ? null
            : row.BodyHash.AsSpan().SequenceEqual(bodyHash) ? row.ResultId
            : throw new RefusalException(new Refusal(CommonReasons.RequestIdReused, "this request_id was used before with another request; nothing was done")
                .With("request_id", requestId).With("existing_id", row.ResultId));
    }
}
