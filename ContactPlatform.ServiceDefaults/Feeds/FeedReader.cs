using System.Data.Common;
using System.Runtime.CompilerServices;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>
/// Reads this service's changes in an order that no late committer can break, and in which two changes of one row stand as
/// they were made, where its writer holds it before it tells. PostgreSQL: by the last transaction that was done when the
/// row was written, or the writer's own, and only those below the oldest that is still running. SQL Server: by row version, below the lowest still active.
/// </summary>
public sealed class FeedReader(IServiceScopeFactory scopes, CommitSignal signal, Stopping stopping)
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// PostgreSQL's ORDER BY takes a bare name for an output column first, and that is the text here, in which 1000 comes
    /// before 999: so the columns it sorts by name their table. Of a change that is committed and may not be read yet, because
    /// another transaction is not done that may stand before it, there is a row without a payload, behind all others.
    /// </summary>
    private static readonly SqlText Batch = new(
        """
        SELECT transaction_id::text, change_id, CASE WHEN transaction_id < (SELECT pg_snapshot_xmin(pg_current_snapshot())) THEN payload END FROM outbox
        WHERE (transaction_id, change_id) > (@order::text::xid8, @id)
        ORDER BY outbox.transaction_id, outbox.change_id LIMIT @count
        """,
        """
        DECLARE @active binary(8) = MIN_ACTIVE_ROWVERSION();
        SELECT CAST(CAST(place AS bigint) AS varchar(20)), change_id, payload FROM (
          SELECT place, change_id, payload FROM (
            SELECT TOP (@count) CAST(row_version AS binary(8)) AS place, change_id, payload FROM outbox
            WHERE row_version > CAST(CAST(@order AS bigint) AS binary(8)) AND row_version < @active
            ORDER BY row_version, change_id) AS readable
          UNION ALL SELECT @active, CAST(0 AS bigint), NULL WHERE @active <= @@DBTS) AS known
        ORDER BY place, change_id
        """);

    private static readonly SqlText Count = new(
        """
        SELECT COUNT(*) FROM outbox WHERE (transaction_id, change_id) > (@order::text::xid8, @id)
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        """,
        """
        SELECT COUNT_BIG(*) FROM outbox WHERE row_version > CAST(CAST(@order AS bigint) AS binary(8)) AND row_version < MIN_ACTIVE_ROWVERSION()
        """);

    private static readonly SqlText Last = new(
        """
        SELECT transaction_id::text, change_id FROM outbox WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY outbox.transaction_id DESC, outbox.change_id DESC LIMIT 1
        """,
        """
        SELECT TOP (1) CAST(CAST(row_version AS bigint) AS varchar(20)), change_id FROM outbox WHERE row_version < MIN_ACTIVE_ROWVERSION()
        ORDER BY row_version DESC, change_id DESC
        """);

    /// <summary>What a follower at a position has still before it. Changes that commit meanwhile may be in one part of the answer and not in the other.</summary>
    /// <param name="order">First part of the position.</param>
    /// <param name="id">Second part of the position.</param>
    /// <param name="parser">Parser of the service's StreamChangesResponse.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many changes, the first of them (null for none), and the last position of the feed (empty while there is none).</returns>
    public async Task<(long Count, T? First, string Last)> BacklogAsync<T>(ulong order, long id, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        await db.Database.OpenConnectionAsync(cancellationToken);
        var connection = db.Database.GetDbConnection();
        await using var count = connection.Command(Count).With("order", order.ToString(System.Globalization.CultureInfo.InvariantCulture)).With("id", id);
        var waiting = Convert.ToInt64(await count.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        // After the count: where there are some the first of them is there, and one that came later is not told.
        var (first, _) = waiting == 0 ? ([], false) : await ReadBatchAsync(order, id, 1, cancellationToken);
        await using var last = connection.Command(Last);
        await using var reader = await last.ExecuteReaderAsync(cancellationToken);
        return (waiting, first.Count == 0 ? null : parser.ParseFrom(first[0].Payload), await reader.ReadAsync(cancellationToken)
            ? OutboxRow.Format(ulong.Parse(reader.GetString(0), System.Globalization.CultureInfo.InvariantCulture), reader.GetInt64(1)) : "");
    }

    /// <summary>Returns the changes after a position, without end; waits for new ones.</summary>
    /// <param name="order">First part of the position.</param>
    /// <param name="id">Second part of the position.</param>
    /// <param name="parser">Parser of the service's StreamChangesResponse.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Errors.RefusalException">SERVICE_UNAVAILABLE: this service stops.</exception>
    public async IAsyncEnumerable<(string Position, T Change)> ReadAsync<T>(ulong order, long id, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var soon = Soon;
        while (true)
        {
            // Taken before reading: a commit in between completes it, so nothing is slept through.
            var next = signal.Next;
            var (batch, more) = await ReadBatchAsync(order, id, BatchSize, cancellationToken);
            foreach (var (o, i, payload) in batch)
            {
                (order, id) = (o, i);
                yield return (OutboxRow.Format(o, i), parser.ParseFrom(payload));
            }
            if (batch.Count > 0)
            {
                soon = Soon;
                continue;
            }
            // Nobody tells when what a change waits for is done: it is found after as long again as it has waited.
            await await Task.WhenAny(next, stopping.DelayAsync(more ? soon : Poll, cancellationToken));
            soon = !more ? Soon : soon < Poll ? 2 * soon : Poll;
        }
    }

    /// <returns>The changes, and whether more are there that may not be read yet.</returns>
    private async Task<(List<(ulong Order, long Id, byte[] Payload)> Batch, bool More)> ReadBatchAsync(ulong order, long id, int most, CancellationToken cancellationToken)
    {
        // A follower's call lasts for days: with a span for each look into the outbox its trace would grow for as long.
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().Command(Batch)
            .With("order", order.ToString(System.Globalization.CultureInfo.InvariantCulture)).With("id", id).With("count", most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var batch = new List<(ulong, long, byte[])>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(2))
            {
                return (batch, true);
            }
            batch.Add((ulong.Parse(reader.GetString(0), System.Globalization.CultureInfo.InvariantCulture), reader.GetInt64(1), (byte[])reader.GetValue(2)));
        }
        return (batch, false);
    }
}
