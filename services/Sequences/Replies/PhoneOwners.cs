using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Finds whose a phone is that stands beside an email; such a phone is no key, and several can share it.</summary>
public sealed class PhoneOwners(SequencesDbContext db, SegmentService.SegmentServiceClient segments, ContactsCalls calls)
{
    /// <summary>Contacts with one phone that are looked at.</summary>
    private const int Most = 100;

    /// <summary>Returns the contact that has a phone; of several the one whose place in a sequence changed last, else the oldest. Null for nobody.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async Task<long?> FindAsync(string phone, CancellationToken cancellationToken)
    {
        // Whatever providers send in its place, such as a name, is no phone, and must not become part of a filter.
        if (!phone.StartsWith('+') || phone.AsSpan(1).ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }
        var request = new ListSegmentContactsRequest { Contacts = new() { Filter = $"phone = \"{phone}\"" }, PageSize = Most };
        var ids = await AskAsync(request, cancellationToken);
        if (ids.Count < 2)
        {
            return ids.Count == 0 ? null : ids[0];
        }
        return await db.Enrollments.Where(e => ids.Contains(e.ContactId) && e.EndTime == null).OrderByDescending(e => e.ChangeTime).ThenBy(e => e.ContactId).Select(e => (long?)e.ContactId).FirstOrDefaultAsync(cancellationToken) ?? ids[0];
    }

    private async Task<List<long>> AskAsync(ListSegmentContactsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await calls.AskAsync(db.AccountId, options => segments.ListSegmentContactsAsync(request, options), cancellationToken)).Contacts.Select(c => c.ContactId)];
        }
        // A phone that cannot be one is nobody's.
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
        {
            return [];
        }
    }
}
