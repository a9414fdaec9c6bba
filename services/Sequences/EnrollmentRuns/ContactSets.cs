using System.Runtime.CompilerServices;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences.EnrollmentRuns;

/// <summary>Reads who is in a set from Contacts, as of one moment, a part in memory at a time.</summary>
public sealed class ContactSets(SegmentService.SegmentServiceClient segments, ContactsCalls contacts)
{
    /// <summary>Returns the ids, ascending over all parts.</summary>
    /// <exception cref="RefusalException">CONTACT_SET_NOT_FOUND; SERVICE_UNAVAILABLE when Contacts does not answer, or stopped before the end.</exception>
    public async IAsyncEnumerable<IEnumerable<long>> PartsAsync(long account, EnrollmentRunRow run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var set = run.SegmentId > 0 ? new ContactSet { SegmentId = run.SegmentId } : new ContactSet { ContactListId = run.ContactListId };
        var headers = await contacts.HeadersAsync(account, cancellationToken);
        using var call = segments.StreamSegmentContactIds(new() { Contacts = set }, headers, cancellationToken: cancellationToken);
        var complete = false;
        while (await NextAsync())
        {
            complete = call.ResponseStream.Current.Complete;
            yield return call.ResponseStream.Current.ContactIds;
        }
        if (!complete)
        {
            throw ContactsCalls.Away(null);
        }

        // Whatever breaks the stream passes, unless it is the set that is gone.
        async Task<bool> NextAsync()
        {
            try
            {
                return await call.ResponseStream.MoveNext(cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                throw new RefusalException(new Refusal(SequencesReasons.ContactSetNotFound, "the segment or the list is gone").With("segment_id", run.SegmentId).With("contact_list_id", run.ContactListId), e);
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
            {
                contacts.Forget(account, e);
                throw ContactsCalls.Away(e);
            }
        }
    }
}
