using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Requests;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.SequencesFeed;

/// <summary>Tells webhooks what Sequences tells.</summary>
public static class SequenceNotes
{
    private static readonly (Func<EnrollmentStanding, bool> Holds, SequenceStatus Status)[] Flags =
    [
        (s => s.Bounced, SequenceStatus.Bounced), (s => s.RepliedByEmail || s.RepliedBySms, SequenceStatus.Replied), (s => s.AutoReplied, SequenceStatus.AutoReplied),
        (s => s.Contacted, SequenceStatus.Contacted), (s => s.Opened, SequenceStatus.Opened), (s => s.Clicked, SequenceStatus.Clicked),
    ];

    /// <summary>What a change of Sequences is to webhooks.</summary>
    public static IEnumerable<WebhookNote> Of(SequencesChange change)
    {
        var time = change.ChangeTime.ToDateTime();
        foreach (var enrollment in change.StatusesChanged?.Enrollments ?? [])
        {
            yield return Note(WebhookEventType.SequenceStatusChanged, enrollment.ContactId, data => data.EnrollmentChange = new()
            {
                SequenceId = enrollment.SequenceId,
                EnrollmentId = enrollment.EnrollmentId,
                Version = enrollment.Version,
                FromStatuses = { Words(enrollment.From) },
                Statuses = { Words(enrollment.Standing) },
                FinishReason = Word(enrollment.Standing.FinishReason),
                Ended = enrollment.Standing.Ended,
                Cause = Word(enrollment.Cause),
            });
        }
        foreach (var (to, from) in (change.StatusesChanged?.Contacts ?? []).Zip(change.StatusesChanged?.FromContacts ?? []))
        {
            if ((to.OptedOut, to.CallStatus) != (from.OptedOut, from.CallStatus))
            {
                yield return Note(WebhookEventType.SequenceContactChanged, to.ContactId, data => data.SequenceContactChange = new()
                {
                    FromOptedOut = from.OptedOut, OptedOut = to.OptedOut, FromCallStatus = Word(from.CallStatus), CallStatus = Word(to.CallStatus), Version = to.Version,
                });
            }
            if (to.EngagementStatus != from.EngagementStatus)
            {
                yield return Note(WebhookEventType.EngagementStatusChanged, to.ContactId, data => data.EngagementChange = new()
                {
                    FromStatus = Word(from.EngagementStatus), Status = Word(to.EngagementStatus), FirstWorkingTime = to.FirstWorkingTime, Version = to.Version,
                });
            }
        }

        WebhookNote Note(WebhookEventType type, long contactId, Action<WebhookEventData> detail) => WebhookNote.Of(type, contactId, time, change.Actor, change.RunId, detail);
    }

    private static IEnumerable<string> Words(EnrollmentStanding? standing) => standing is null ? []
        : Flags.Where(f => f.Holds(standing)).Select(f => Word(f.Status)).Prepend(Word(standing.Status));

    /// <summary>`OUT_OF_OFFICE` for OutOfOffice; empty for unspecified.</summary>
    private static string Word<T>(T value) where T : struct, Enum => Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) == 0 ? ""
        : EnumWord.Of(value);
}
