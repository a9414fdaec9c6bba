using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Writes events that are not there yet, many at once.</summary>
public sealed class EventRows(DeliverabilityDbContext db)
{
    private static readonly SqlText Add = new(
        """
        INSERT INTO delivery_events (account_id, delivery_event_id, key_hash, source, event_key, address_id, message_id, message_reference, kind, machine,
          event_time, receive_time, enhanced_code, diagnostic, remote_host, failure_class, rule_id, rule_version)
        SELECT @account, r.* FROM unnest(@delivery_event_id, @key_hash, @source, @event_key, @address_id, @message_id, @message_reference, @kind, @machine,
          @event_time, @receive_time, @enhanced_code, @diagnostic, @remote_host, @failure_class, @rule_id, @rule_version) AS r
        ON CONFLICT (account_id, key_hash) DO NOTHING
        RETURNING delivery_event_id
        """,
        """
        INSERT INTO delivery_events (account_id, delivery_event_id, key_hash, source, event_key, address_id, message_id, message_reference, kind, machine,
          event_time, receive_time, enhanced_code, diagnostic, remote_host, failure_class, rule_id, rule_version)
        OUTPUT inserted.delivery_event_id
        SELECT @account, r.delivery_event_id, r.key_hash, r.source, r.event_key, r.address_id, r.message_id, r.message_reference, r.kind, r.machine,
          r.event_time, r.receive_time, r.enhanced_code, r.diagnostic, r.remote_host, r.failure_class, r.rule_id, r.rule_version
        FROM OPENJSON(@rows) WITH (delivery_event_id bigint, key_hash uniqueidentifier, source nvarchar(60), event_key nvarchar(200), address_id bigint, message_id bigint,
          message_reference nvarchar(250), kind smallint, machine bit, event_time datetime2(7), receive_time datetime2(7), enhanced_code nvarchar(9), diagnostic nvarchar(2000),
          remote_host nvarchar(255), failure_class smallint, rule_id nvarchar(60), rule_version int) AS r
        WHERE NOT EXISTS (SELECT 1 FROM delivery_events e WITH (UPDLOCK, HOLDLOCK) WHERE e.account_id = @account AND e.key_hash = r.key_hash)
        """);

    /// <summary>The columns in the order of the statement, but for the account.</summary>
    private static readonly (string Name, Func<IReadOnlyList<DeliveryEventRow>, Array> Values)[] Columns =
    [
        Column("delivery_event_id", r => r.DeliveryEventId), Column("key_hash", r => r.KeyHash), Column("source", r => r.Source), Column("event_key", r => r.EventKey),
        Column("address_id", r => r.AddressId), Column("message_id", r => r.MessageId), Column("message_reference", r => r.MessageReference),
        Column("kind", r => (short)r.Kind), Column("machine", r => r.Machine), Column("event_time", r => r.EventTime), Column("receive_time", r => r.ReceiveTime),
        Column("enhanced_code", r => r.EnhancedCode), Column("diagnostic", r => r.Diagnostic), Column("remote_host", r => r.RemoteHost),
        Column("failure_class", r => (short)r.FailureClass), Column("rule_id", r => r.RuleId), Column("rule_version", r => r.RuleVersion),
    ];

    /// <summary>Adds events of one account in the order given, none of whose keys comes twice, within the open transaction.</summary>
    /// <returns>Ids of those that were not there.</returns>
    public async Task<HashSet<long>> AddAsync(IReadOnlyList<DeliveryEventRow> events, CancellationToken cancellationToken)
    {
        var added = new HashSet<long>(events.Count);
        if (events.Count == 0)
        {
            return added;
        }
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = WithRows(db.Database.GetDbConnection().Command(Add, db.Database.CurrentTransaction?.GetDbTransaction()).With("account", db.AccountId), events);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            added.Add(reader.GetInt64(0));
        }
        return added;
    }

    private static DbCommand WithRows(DbCommand command, IReadOnlyList<DeliveryEventRow> events)
    {
        if (command is NpgsqlCommand)
        {
            foreach (var (name, values) in Columns)
            {
                command.With(name, values(events));
            }
            return command;
        }
        var columns = Columns.Select(c => (c.Name, Values: c.Values(events))).ToList();
        return command.With("rows", JsonSerializer.Serialize(Enumerable.Range(0, events.Count).Select(i => columns.ToDictionary(c => c.Name, c => c.Values.GetValue(i) switch
        {
            DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            var value => value,
        }))));
    }

    private static (string, Func<IReadOnlyList<DeliveryEventRow>, Array>) Column<T>(string name, Func<DeliveryEventRow, T> value) =>
        (name, rows => rows.Select(value).ToArray());
}
