using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>Reads timelines: a page of each contact's own events and of its blocks', newest first, and of those the newest.</summary>
public sealed class TimelineReader(ContactsDbContext db)
{
    private static readonly DateTime End = new(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    // A block's row counts for a contact whose bit is set; 8 divides the size of a block, so the place of the bit within its
    // byte is that of the id. One row may tell of several contacts that were merged since, so what identifies an event is the
    // row's id and the contact's place in the block.
    private static readonly SqlText Newest = new(
        """
        SELECT t.* FROM (
          SELECT e.* FROM unnest(@contacts) AS k(id) CROSS JOIN LATERAL (
            SELECT event_id * 1000 + k.id % 1000 AS timeline_event_id, contact_id, event_time, cause, actor_kind, actor_subject, actor_name, run_id, detail FROM contact_events
            WHERE account_id = @account AND contact_id = k.id AND event_time <= @time AND (event_time, event_id * 1000 + k.id % 1000) < (@time, @event)
            ORDER BY event_time DESC, event_id DESC LIMIT @count) AS e
          UNION ALL
          SELECT b.* FROM unnest(@contacts) AS k(id) CROSS JOIN LATERAL (
            SELECT event_id * 1000 + k.id % 1000 AS timeline_event_id, k.id AS contact_id, event_time, cause, actor_kind, actor_subject, actor_name, run_id, detail FROM contact_event_blocks
            WHERE account_id = @account AND block_id = k.id / 1000 AND event_time <= @time AND (event_time, event_id * 1000 + k.id % 1000) < (@time, @event)
              AND (get_byte(members, (k.id % 1000 / 8)::int) & (1 << (k.id % 8)::int)) <> 0
            ORDER BY event_time DESC, event_id DESC LIMIT @count) AS b
        ) AS t ORDER BY t.event_time DESC, t.timeline_event_id DESC LIMIT @count
        """,
        """
        SELECT TOP (@count) t.timeline_event_id, t.contact_id, t.event_time, t.cause, t.actor_kind, t.actor_subject, t.actor_name, t.run_id, t.detail FROM (
          SELECT e.timeline_event_id, e.contact_id, e.event_time, e.cause, e.actor_kind, e.actor_subject, e.actor_name, e.run_id, e.detail
          FROM OPENJSON(@contacts) AS j CROSS APPLY (SELECT CAST(j.value AS bigint) AS id) AS k CROSS APPLY (
            SELECT TOP (@count) event_id * 1000 + k.id % 1000 AS timeline_event_id, contact_id, event_time, cause, actor_kind, actor_subject, actor_name, run_id, detail FROM contact_events
            WHERE account_id = @account AND contact_id = k.id AND event_time <= @time AND (event_time < @time OR event_id * 1000 + k.id % 1000 < @event)
            ORDER BY event_time DESC, event_id DESC) AS e
          UNION ALL
          SELECT b.timeline_event_id, b.contact_id, b.event_time, b.cause, b.actor_kind, b.actor_subject, b.actor_name, b.run_id, b.detail
          FROM OPENJSON(@contacts) AS j CROSS APPLY (SELECT CAST(j.value AS bigint) AS id) AS k CROSS APPLY (
            SELECT TOP (@count) event_id * 1000 + k.id % 1000 AS timeline_event_id, k.id AS contact_id, event_time, cause, actor_kind, actor_subject, actor_name, run_id, detail FROM contact_event_blocks
            WHERE account_id = @account AND block_id = k.id / 1000 AND event_time <= @time AND (event_time < @time OR event_id * 1000 + k.id % 1000 < @event)
              AND (CAST(SUBSTRING(members, CAST(k.id % 1000 / 8 AS int) + 1, 1) AS int) & POWER(2, CAST(k.id % 8 AS int))) <> 0
            ORDER BY event_time DESC, event_id DESC) AS b
        ) AS t ORDER BY t.event_time DESC, t.timeline_event_id DESC
        """);

    /// <summary>Returns the contact with those that were merged into it.</summary>
    public async Task<List<long>> ContactIdsAsync(long contactId, CancellationToken cancellationToken) =>
        [contactId, .. await db.ContactMerges.Where(m => m.SurvivorContactId == contactId).Select(m => m.MergedContactId).ToListAsync(cancellationToken)];

    /// <summary>Reads events before one that an earlier page ended with.</summary>
    /// <param name="contactIds">The contacts whose events are wanted.</param>
    /// <param name="after">The last event of the page before; null for the first page.</param>
    /// <param name="count">At most this many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">PAGE_TOKEN_INVALID: that event is gone.</exception>
    public async Task<List<TimelineEvent>> ReadAsync(List<long> contactIds, long? after, int count, CancellationToken cancellationToken)
    {
        var before = after is { } id ? await TimeAsync(contactIds, id, cancellationToken) : End;
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = db.Database.GetDbConnection().Command(Newest).With("account", db.AccountId).WithIds("contacts", contactIds)
                .With("time", before).With("event", after ?? 0).With("count", count);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var events = new List<TimelineEvent>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var found = TimelineEvent.Parser.ParseFrom((byte[])reader.GetValue(8));
                (found.TimelineEventId, found.ContactId) = (reader.GetInt64(0), reader.GetInt64(1));
                found.EventTime = Timestamp.FromDateTime(DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc));
                found.Cause = (TimelineCause)reader.GetInt16(3);
                found.Actor = new() { Kind = (ActorKind)reader.GetInt16(4), Subject = reader.GetString(5), DisplayName = reader.GetString(6) };
                found.RunId = reader.GetInt64(7);
                events.Add(found);
            }
            return events;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Adds the names that labels and lists have now.</summary>
    public async Task NameAsync(IReadOnlyCollection<TimelineEvent> events, CancellationToken cancellationToken)
    {
        long[] labelIds = [.. events.Where(e => e.Label is not null).Select(e => e.Label.LabelId).Distinct()];
        long[] listIds = [.. events.Where(e => e.ContactList is not null).Select(e => e.ContactList.ContactListId).Distinct()];
        var labels = labelIds.Length == 0 ? [] : await db.Labels.Where(l => labelIds.Contains(l.LabelId)).ToDictionaryAsync(l => l.LabelId, l => l.DisplayName, cancellationToken);
        var lists = listIds.Length == 0 ? [] : await db.ContactLists.Where(l => listIds.Contains(l.ContactListId)).ToDictionaryAsync(l => l.ContactListId, l => l.DisplayName, cancellationToken);
        foreach (var found in events)
        {
            switch (found.EventCase)
            {
                case TimelineEvent.EventOneofCase.Label:
                    found.Label.DisplayName = labels.GetValueOrDefault(found.Label.LabelId, "");
                    break;
                case TimelineEvent.EventOneofCase.ContactList:
                    found.ContactList.DisplayName = lists.GetValueOrDefault(found.ContactList.ContactListId, "");
                    break;
            }
        }
    }

    private async Task<DateTime> TimeAsync(List<long> contactIds, long timelineEventId, CancellationToken cancellationToken)
    {
        var eventId = timelineEventId / ContactEventBlockRow.Size;
        List<long> blockIds = [.. contactIds.Select(c => c / ContactEventBlockRow.Size).Distinct()];
        return await db.ContactEvents.Where(e => contactIds.Contains(e.ContactId) && e.EventId == eventId).Select(e => (DateTime?)e.EventTime).FirstOrDefaultAsync(cancellationToken)
            ?? await db.ContactEventBlocks.Where(e => blockIds.Contains(e.BlockId) && e.EventId == eventId).Select(e => (DateTime?)e.EventTime).FirstOrDefaultAsync(cancellationToken)
            ?? throw new RefusalException(new Refusal(CommonReasons.PageTokenInvalid, "the event that the page before ended with is gone; start again without page_token").With("field", "page_token"));
    }
}
