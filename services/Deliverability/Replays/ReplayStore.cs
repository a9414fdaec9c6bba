using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.Messages;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Times;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>Classifies stored events otherwise within the open transaction: the events, what is known of their addresses, and what an undo needs.</summary>
public sealed class ReplayStore(DeliverabilityDbContext db, AddressFactStore facts, MessageFacts messages, MessageAnnouncer announcer, TimeProvider time)
{
    /// <summary>Events of one transaction.</summary>
    public const int ChunkSize = 1000;

    private const string Table = "classification_replay_changes";

    /// <summary>Only what is still as it was read: another replay may have been there.</summary>
    private static readonly SqlText Classify = new(
        """
        UPDATE delivery_events AS e SET failure_class = r.to_class, rule_id = r.to_rule, rule_version = r.to_version
        FROM unnest(@ids, @from_classes, @from_rules, @from_versions, @to_classes, @to_rules, @to_versions)
          AS r(id, from_class, from_rule, from_version, to_class, to_rule, to_version)
        WHERE e.account_id = @account AND e.delivery_event_id = r.id AND e.failure_class = r.from_class AND e.rule_id = r.from_rule AND e.rule_version = r.from_version
        RETURNING e.delivery_event_id
        """,
        """
        UPDATE e SET failure_class = r.to_class, rule_id = r.to_rule, rule_version = r.to_version
        OUTPUT inserted.delivery_event_id
        FROM delivery_events AS e JOIN OPENJSON(@rows) WITH (id bigint, from_class smallint, from_rule nvarchar(60), from_version int, to_class smallint, to_rule nvarchar(60), to_version int) AS r
          ON e.account_id = @account AND e.delivery_event_id = r.id AND e.failure_class = r.from_class AND e.rule_id = r.from_rule AND e.rule_version = r.from_version
        """);

    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("run_id", NpgsqlDbType.Bigint), new("delivery_event_id", NpgsqlDbType.Bigint),
        new("from_class", NpgsqlDbType.Smallint), new("from_rule_id", NpgsqlDbType.Text), new("from_rule_version", NpgsqlDbType.Integer),
        new("to_class", NpgsqlDbType.Smallint), new("to_rule_id", NpgsqlDbType.Text), new("to_rule_version", NpgsqlDbType.Integer),
    ];

    /// <summary>Classifies events otherwise.</summary>
    /// <param name="runId">The run that does.</param>
    /// <param name="wanted">The events, ascending, each once.</param>
    /// <param name="actor">Who asked for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those that were as they were read.</returns>
    public async Task<IReadOnlyList<Reclassification>> ApplyAsync(long runId, IReadOnlyList<Reclassification> wanted, Actor actor, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return wanted;
        }
        // The messages first, as everywhere; then the addresses, as whoever stores events does last: what is read of their events below is then complete.
        var followed = await messages.ReclassifiedAsync(wanted.Where(w => w.IsTold).Select(w => w.MessageId), cancellationToken);
        await facts.FoldAsync([], [.. wanted.Select(w => w.AddressId).Distinct()], actor, cancellationToken, runId);
        var written = await ClassifyAsync(wanted, cancellationToken);
        var done = wanted.Where(w => written.Contains(w.EventId)).ToList();
        await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), Table, Columns, done.Select(d => new object?[]
        {
            db.AccountId, runId, d.EventId, (short)d.From.Class, d.From.RuleId, d.From.RuleVersion, (short)d.To.Class, d.To.RuleId, d.To.RuleVersion,
        }), cancellationToken);
        await FollowAsync(runId, [.. done.Where(d => d.IsTold)], actor, cancellationToken);
        await announcer.TellAsync(followed, actor, time.Now(), cancellationToken, runId);
        return done;
    }

    /// <summary>Changes what is known of the addresses. A fact whose time no event of the old class has any more goes back to the latest that has one.</summary>
    private async Task FollowAsync(long runId, IReadOnlyList<Reclassification> done, Actor actor, CancellationToken cancellationToken)
    {
        var lost = done.Where(d => EventFacts.OfFailures.ContainsKey(d.From.Class)).GroupBy(d => (d.AddressId, d.From.Class)).ToDictionary(g => g.Key, g => g.Max(d => d.Time));
        var addresses = lost.Keys.Select(k => k.AddressId).Distinct().ToList();
        var left = (await db.DeliveryEvents.Where(e => addresses.Contains(e.AddressId) && e.Kind == DeliveryEventKind.Failed)
            .GroupBy(e => new { e.AddressId, e.FailureClass }).Select(g => new { g.Key.AddressId, g.Key.FailureClass, Time = g.Max(e => e.EventTime) })
            .ToListAsync(cancellationToken)).ToDictionary(g => (g.AddressId, g.FailureClass), g => g.Time);
        await facts.WithdrawAsync([.. lost.Select(l => new AddressFactWithdrawal(l.Key.AddressId, EventFacts.OfFailures[l.Key.Class], l.Value, left.TryGetValue(l.Key, out var time) ? time : null))],
            [.. done.Where(d => EventFacts.OfFailures.ContainsKey(d.To.Class)).Select(d => new AddressFact(d.AddressId, EventFacts.OfFailures[d.To.Class], d.Time))], [], actor, cancellationToken, runId);
    }

    private async Task<HashSet<long>> ClassifyAsync(IReadOnlyList<Reclassification> wanted, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(Classify, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
        WithRows(command, wanted);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var written = new HashSet<long>(wanted.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            written.Add(reader.GetInt64(0));
        }
        return written;
    }

    private static DbCommand WithRows(DbCommand command, IReadOnlyList<Reclassification> wanted) => command is NpgsqlCommand
        ? command.With("ids", wanted.Select(w => w.EventId).ToArray())
            .With("from_classes", wanted.Select(w => (short)w.From.Class).ToArray()).With("from_rules", wanted.Select(w => w.From.RuleId).ToArray()).With("from_versions", wanted.Select(w => w.From.RuleVersion).ToArray())
            .With("to_classes", wanted.Select(w => (short)w.To.Class).ToArray()).With("to_rules", wanted.Select(w => w.To.RuleId).ToArray()).With("to_versions", wanted.Select(w => w.To.RuleVersion).ToArray())
        : command.With("rows", JsonSerializer.Serialize(wanted.Select(w => new
        {
            id = w.EventId, from_class = (short)w.From.Class, from_rule = w.From.RuleId, from_version = w.From.RuleVersion,
            to_class = (short)w.To.Class, to_rule = w.To.RuleId, to_version = w.To.RuleVersion,
        })));
}
