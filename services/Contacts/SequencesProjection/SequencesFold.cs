using System.Text.Json;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Sequences.V1;
using Google.Protobuf.WellKnownTypes;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>
/// What changes of Sequences come to, taken together: of each contact the highest version, of each contact in a sequence the last
/// enrolment and its highest version. So neither their order matters, nor how they are parted into batches, nor whether a batch is
/// applied twice.
/// </summary>
public sealed class SequencesFold
{
    private readonly SortedDictionary<(long Account, long Contact), ContactStatus> contacts = [];
    private readonly SortedDictionary<(long Account, long Contact, long Sequence), EnrollmentState> enrollments = [];

    /// <summary>Folds changes.</summary>
    public static SequencesFold Of(IEnumerable<SequencesChange> changes)
    {
        var fold = new SequencesFold();
        foreach (var change in changes)
        {
            foreach (var contact in change.StatusesChanged?.Contacts ?? [])
            {
                var key = (change.AccountId, contact.ContactId);
                if (!fold.contacts.TryGetValue(key, out var known) || known.Version < contact.Version)
                {
                    fold.contacts[key] = contact;
                }
            }
            foreach (var enrollment in change.StatusesChanged?.Enrollments ?? [])
            {
                var key = (change.AccountId, enrollment.ContactId, enrollment.SequenceId);
                if (!fold.enrollments.TryGetValue(key, out var known) || (known.EnrollmentId, known.Version).CompareTo((enrollment.EnrollmentId, enrollment.Version)) < 0)
                {
                    fold.enrollments[key] = enrollment;
                }
            }
        }
        return fold;
    }

    /// <summary>How much a change tells of; 10 for a change of few, since the change itself costs as well.</summary>
    public static int Size(SequencesChange change) => Math.Max(10, (change.StatusesChanged?.Contacts.Count ?? 0) + (change.StatusesChanged?.Enrollments.Count ?? 0));

    /// <summary>The contacts as JSON rows by ascending account and id, the order in which rows are locked; null for none.</summary>
    public string? Contacts() => contacts.Count == 0 ? null : JsonSerializer.Serialize(contacts.Select(c => new
    {
        account_id = c.Key.Account,
        contact_id = c.Key.Contact,
        version = c.Value.Version,
        engagement = (short)c.Value.EngagementStatus,
        engagement_time = Json(c.Value.EngagementTime),
        first_working_time = Json(c.Value.FirstWorkingTime),
        opted_out = c.Value.OptedOut,
        call_status = c.Value.CallStatus == CallStatus.Unspecified ? null : (short?)c.Value.CallStatus,
    }));

    /// <summary>The contacts in sequences as JSON rows in the same order; null for none.</summary>
    public string? Enrollments() => enrollments.Count == 0 ? null : JsonSerializer.Serialize(enrollments.Select(e => new
    {
        account_id = e.Key.Account,
        contact_id = e.Key.Contact,
        sequence_id = e.Key.Sequence,
        enrollment_id = e.Value.EnrollmentId,
        version = e.Value.Version,
        status = (short)e.Value.Standing.Status,
        words = SequenceWords.Bits(e.Value.Standing),
    }));

    private static string? Json(Timestamp? time) => time is null ? null : FunnelFold.Json(time.ToDateTime());
}
