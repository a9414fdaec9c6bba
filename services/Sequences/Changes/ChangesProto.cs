using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Changes;

/// <summary>Makes what other services are told.</summary>
public static class ChangesProto
{
    /// <summary>Tells how enrolments and contacts stand now.</summary>
    public static OutboxRow StatusesChanged(long accountId, Act act, IEnumerable<EnrollmentMove> moves, IReadOnlyCollection<ContactMove> contacts) => OutboxRow.Of(accountId, new StreamChangesResponse
    {
        AccountId = accountId,
        ChangeTime = Timestamp.FromDateTime(act.Time),
        Actor = act.Actor,
        StatusesChanged = new()
        {
            Enrollments =
            {
                moves.OrderBy(m => m.To.EnrollmentId).Select(m => new EnrollmentState
                {
                    EnrollmentId = m.To.EnrollmentId,
                    SequenceId = m.To.SequenceId,
                    ContactId = m.To.ContactId,
                    Version = m.To.Version,
                    Standing = m.To.Standing.ToProto(),
                    Cause = m.Cause,
                    From = m.From?.Standing.ToProto(),
                }),
            },
            Contacts = { contacts.OrderBy(m => m.To.ContactId).Select(m => m.To.ToProto()) },
            FromContacts = { contacts.OrderBy(m => m.To.ContactId).Select(m => m.From.ToBareProto()) },
        },
    });
}
