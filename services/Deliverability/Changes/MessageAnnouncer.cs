using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Messages;
using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Changes;

/// <summary>
/// Tells others what became of messages that a sequence sent, within the transaction that made it known. All that is known of a
/// message is told each time, so it does not matter which of several tellings is read last.
/// </summary>
public sealed class MessageAnnouncer(DeliverabilityDbContext db, MailNames names)
{
    /// <summary>Messages in a change of the feed.</summary>
    public const int MaximumMessages = 200;

    /// <summary>The key of metadata by which it is known that others want to hear of a transmission's messages.</summary>
    public const string FollowedKey = "sequence_id";

    /// <summary>Whether others are told of a transmission's messages.</summary>
    public static bool Follows(Transmission header) => header.Metadata.ContainsKey(FollowedKey);

    /// <summary>Tells of messages as they are now.</summary>
    /// <param name="messageIds">Messages that are followed, and locked by the open transaction.</param>
    /// <param name="actor">Who made it known; null for the service itself.</param>
    /// <param name="now">When, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="runId">The run that did it; 0 for none.</param>
    public async Task TellAsync(IReadOnlyCollection<long> messageIds, Actor? actor, DateTime now, CancellationToken cancellationToken, long runId = 0)
    {
        foreach (var part in messageIds.Order().Chunk(MaximumMessages))
        {
            var messages = await db.Messages.AsNoTracking().Where(m => part.Contains(m.MessageId))
                .Join(db.Transmissions, m => m.TransmissionId, t => t.TransmissionId, (m, t) => new { Row = m, t.Header }).OrderBy(m => m.Row.MessageId).ToListAsync(cancellationToken);
            var failures = (await db.DeliveryEvents.Where(e => part.Contains(e.MessageId) && e.Kind == DeliveryEventKind.Failed && e.FailureClass != FailureClass.SenderFault)
                .GroupBy(e => new { e.MessageId, Hard = e.FailureClass == FailureClass.DoesNotExist })
                .Select(g => new { g.Key.MessageId, g.Key.Hard, Time = g.Min(e => e.EventTime) }).ToListAsync(cancellationToken)).ToLookup(f => f.MessageId);
            db.Outbox.Add(OutboxRow.Of(db.AccountId, new StreamChangesResponse
            {
                AccountId = db.AccountId,
                ChangeTime = Timestamp.FromDateTime(now),
                Actor = actor ?? ContactAnnouncer.Self,
                RunId = runId,
                MessagesChanged = new()
                {
                    Messages =
                    {
                        messages.Select(m => Show(m.Row, m.Header, First(failures[m.Row.MessageId].Select(f => f.Time)), First(failures[m.Row.MessageId].Where(f => f.Hard).Select(f => f.Time)))),
                    },
                },
            }));
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    private MessageOutcome Show(MessageRow row, byte[] header, DateTime? bounce, DateTime? hardBounce) => new()
    {
        MessageId = row.MessageId,
        ContactId = row.ContactId,
        Metadata = { Transmission.Parser.ParseFrom(header).Metadata },
        MessageReference = names.MessageId(row.AccountId, row.MessageId).Trim('<', '>'),
        SendTime = Show(row.SendTime),
        DeliverTime = Show(row.DeliverTime),
        OpenTime = Show(row.OpenTime),
        ClickTime = Show(row.ClickTime),
        MachineOpenTime = Show(row.MachineOpenTime),
        MachineClickTime = Show(row.MachineClickTime),
        BounceTime = Show(bounce ?? Refused(row)),
        HardBounceTime = Show(hardBounce ?? Refused(row)),
        UnsubscribeTime = Show(row.UnsubscribeTime),
        VerdictRevision = row.VerdictRevision,
    };

    private static DateTime? Refused(MessageRow row) => RefusalReasons.IsHard(row.RefusalReason) ? row.NextAttemptTime : null;

    private static DateTime? First(IEnumerable<DateTime> times) => times.Select(t => (DateTime?)DateTime.SpecifyKind(t, DateTimeKind.Utc)).Min();

    private static Timestamp? Show(DateTime? time) => time is { } t ? Timestamp.FromDateTime(DateTime.SpecifyKind(t, DateTimeKind.Utc)) : null;
}
