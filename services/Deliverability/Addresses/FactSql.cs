using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>The statements that read and write all facts of many addresses, made of <see cref="AddressFacts.Columns"/>.</summary>
internal static class FactSql
{
    private static readonly FactKind[] Every = [.. AddressFacts.Columns.Select((_, i) => (FactKind)(i + 1))];

    private static readonly string All = string.Join(", ", AddressFacts.Columns);

    /// <summary>The columns of all facts of the addresses that a statement calls `a`.</summary>
    private static readonly string OfA = string.Join(", ", AddressFacts.Columns.Select(c => $"a.{c}"));

    /// <summary>Reads the facts that stand in a row from a place on.</summary>
    public static AddressFacts Facts(DbDataReader reader, int from) => Facts(reader, from, AddressFacts.Columns.Count);

    /// <summary>Reads those of the first kinds.</summary>
    public static AddressFacts Facts(DbDataReader reader, int from, int count)
    {
        var times = new DateTime?[AddressFacts.Columns.Count];
        for (var i = 0; i < count; i++)
        {
            times[i] = reader.IsDBNull(from + i) ? null : DateTime.SpecifyKind(reader.GetDateTime(from + i), DateTimeKind.Utc);
        }
        return AddressFacts.Of(times);
    }

    /// <summary>Locks addresses by ascending id, so that two of these wait for each other and none for ever.</summary>
    public static readonly SqlText Lock = new(
        $"""
        SELECT a.address_id, a.status, a.version, {OfA}
        FROM unnest(@ids) AS k(id) JOIN addresses AS a ON a.account_id = @account AND a.address_id = k.id
        ORDER BY a.address_id FOR NO KEY UPDATE OF a
        """,
        $"""
        SELECT address_id, status, version, {All} FROM addresses WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND address_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        ORDER BY address_id
        """);

    /// <summary>Only reads them.</summary>
    public static readonly SqlText Read = new(
        $"""
        SELECT a.address_id, a.status, a.version, {OfA}
        FROM unnest(@ids) AS k(id) JOIN addresses AS a ON a.account_id = @account AND a.address_id = k.id
        """,
        $"""
        SELECT address_id, status, version, {All} FROM addresses
        WHERE account_id = @account AND address_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    /// <summary>Writes them: whole columns on PostgreSQL, JSON where there are no arrays.</summary>
    public static readonly SqlText Write = new(
        $"""
        UPDATE addresses AS a SET status = r.status, version = a.version + 1, {string.Join(", ", AddressFacts.Columns.Select(c => $"{c} = r.{c}"))}
        FROM unnest(@ids, @statuses, {string.Join(", ", AddressFacts.Columns.Select(c => $"@{c}"))}) AS r(address_id, status, {All})
        WHERE a.account_id = @account AND a.address_id = r.address_id
        """,
        $"""
        UPDATE a SET status = r.status, version = a.version + 1, {string.Join(", ", AddressFacts.Columns.Select(c => $"{c} = r.{c}"))}
        FROM addresses AS a JOIN OPENJSON(@rows) WITH (address_id bigint, status smallint, {string.Join(", ", AddressFacts.Columns.Select(c => $"{c} datetime2(7)"))}) AS r
          ON a.account_id = @account AND a.address_id = r.address_id
        """);

    /// <summary>Writes addresses of which nothing changed but when they were sent to, as every mail does.</summary>
    public static readonly SqlText WriteSent = new(
        """
        UPDATE addresses AS a SET status = r.status, version = a.version + 1, last_sent_time = r.last_sent_time
        FROM unnest(@ids, @statuses, @last_sent_time) AS r(address_id, status, last_sent_time)
        WHERE a.account_id = @account AND a.address_id = r.address_id
        """,
        """
        UPDATE a SET status = r.status, version = a.version + 1, last_sent_time = r.last_sent_time
        FROM addresses AS a JOIN OPENJSON(@rows) WITH (address_id bigint, status smallint, last_sent_time datetime2(7)) AS r
          ON a.account_id = @account AND a.address_id = r.address_id
        """);

    /// <summary>Hands facts to <see cref="Write"/>, or those of some kinds to a statement that takes no others.</summary>
    public static DbCommand WithFacts(this DbCommand command, IReadOnlyList<AddressState> states, params IReadOnlyList<FactKind> kinds)
    {
        kinds = kinds.Count > 0 ? kinds : Every;
        if (command is not NpgsqlCommand)
        {
            return command.With("rows", JsonSerializer.Serialize(states.Select(s =>
            {
                var row = new Dictionary<string, object?> { ["address_id"] = s.AddressId, ["status"] = (short)s.Status };
                foreach (var kind in kinds)
                {
                    row[AddressFacts.Columns[(int)kind - 1]] = s.Facts[kind]?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);
                }
                return row;
            })));
        }
        command.With("ids", states.Select(s => s.AddressId).ToArray()).With("statuses", states.Select(s => (short)s.Status).ToArray());
        foreach (var kind in kinds)
        {
            // Named, since an array of nothing but nulls tells no type.
            command.Parameters.Add(new NpgsqlParameter(AddressFacts.Columns[(int)kind - 1], NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = states.Select(s => s.Facts[kind]).ToArray() });
        }
        return command;
    }
}
