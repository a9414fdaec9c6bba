using System.Diagnostics;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// What has to be on disk for each mail, and nothing else: its reservation before it is sent, and afterwards its result, its event, its
/// address and what the feed tells. Statements by hand on one connection, in batches as large as the service's, over the rows that a run
/// of the service has left, which stand ready in the database. No mail is made, no gate asked, and nobody waits for a mail server.
/// </summary>
internal static class DurableSend
{
    private const string Reserve = """
        WITH due AS MATERIALIZED (SELECT ctid AS place, message_id FROM message_queue ORDER BY next_attempt_time, message_id LIMIT @size FOR UPDATE SKIP LOCKED),
          gone AS (DELETE FROM message_queue AS q USING due AS d WHERE q.ctid = d.place),
          taken AS (UPDATE messages AS m SET state = 2, attempt_count = 1, worker_id = 1, reservation = @reservation FROM due AS d WHERE m.account_id = @account AND m.message_id = d.message_id RETURNING m.message_id),
          held AS (INSERT INTO mail_reservations (worker_id, reservation, account_id, lease_time, message_ids) SELECT 1, @reservation, @account, now(), array_agg(message_id) FROM taken HAVING COUNT(*) > 0),
          turn AS (UPDATE senders SET rate_time = now() WHERE sender_id = (SELECT MIN(sender_id) FROM senders))
        SELECT message_id FROM taken
        """;

    private const string Settle = """
        WITH ended AS (DELETE FROM mail_reservations WHERE worker_id = 1 AND reservation = @reservation),
          sent AS (UPDATE messages AS m SET state = @sent, send_time = now(), smtp_code = 250, diagnostic = '2.0.0 mail' WHERE account_id = @account AND message_id = ANY(@ids) RETURNING m.address_id),
          known AS (UPDATE addresses AS a SET last_sent_time = now(), version = a.version + 1 FROM sent AS s WHERE a.account_id = @account AND a.address_id = s.address_id),
          told AS (INSERT INTO outbox OVERRIDING SYSTEM VALUE SELECT (entry).* FROM plain_outbox WHERE number > @from AND number <= @to)
        INSERT INTO delivery_events OVERRIDING SYSTEM VALUE SELECT (entry).* FROM plain_events WHERE message_id = ANY(@ids)
        """;

    /// <summary>Puts the rows of a run back to where they were before it, does what is durable of it, and takes the time.</summary>
    /// <param name="bed">Where the run was.</param>
    /// <param name="count">Its messages.</param>
    /// <param name="batch">Messages in a transaction.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<double> RunAsync(MailBed bed, int count, int batch, CancellationToken cancellationToken)
    {
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken,
            "CREATE TABLE plain_events AS SELECT message_id, e AS entry FROM delivery_events AS e",
            "CREATE INDEX ON plain_events (message_id)",
            "CREATE TABLE plain_outbox AS SELECT row_number() OVER () AS number, o AS entry FROM outbox AS o",
            "CREATE INDEX ON plain_outbox (number)",
            "TRUNCATE delivery_events, outbox",
            // The service is asleep: no sender's turn comes.
            "UPDATE senders SET due_time = NULL",
            $"UPDATE messages SET state = {(int)MessageState.Queued}, attempt_count = 0, worker_id = 0, reservation = 0, send_time = NULL, smtp_code = 0, diagnostic = ''",
            "INSERT INTO message_queue (account_id, sender_id, next_attempt_time, message_id) SELECT account_id, sender_id, next_attempt_time, message_id FROM messages",
            "UPDATE addresses SET last_sent_time = NULL, version = 0",
            "VACUUM (ANALYZE) messages, message_queue, addresses, plain_events, plain_outbox", "CHECKPOINT");
        var changes = await bed.NumberAsync("SELECT COUNT(*) FROM plain_outbox", cancellationToken);
        await using var connection = await bed.OpenAsync(cancellationToken);
        await using var reserve = Command(connection, Reserve, batch);
        await using var settle = Command(connection, Settle, batch);
        var started = Stopwatch.GetTimestamp();
        var done = 0;
        for (var turn = 1L; done < count; turn++)
        {
            var ids = await ReserveAsync(reserve, turn, cancellationToken);
            BenchRun.Check("messages of a batch", ids.Count, Math.Min(batch, count - done));
            (settle.Parameters["reservation"].Value, settle.Parameters["ids"].Value) = (turn, ids.ToArray());
            (settle.Parameters["from"].Value, settle.Parameters["to"].Value) = (changes * done / count, changes * (done + ids.Count) / count);
            await settle.ExecuteNonQueryAsync(cancellationToken);
            done += ids.Count;
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        BenchRun.Check("events of the plain statements", await bed.NumberAsync("SELECT COUNT(*) FROM delivery_events", cancellationToken), count);
        BenchRun.Check("changes of the plain statements", await bed.NumberAsync("SELECT COUNT(*) FROM outbox", cancellationToken), changes);
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken, "DROP TABLE plain_events, plain_outbox");
        return seconds;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, int batch)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("account", ContactsHost.Account);
        command.Parameters.AddWithValue("size", batch);
        command.Parameters.AddWithValue("sent", (short)MessageState.Sent);
        command.Parameters.AddWithValue("reservation", 0L);
        command.Parameters.AddWithValue("ids", Array.Empty<long>());
        command.Parameters.AddWithValue("from", 0L);
        command.Parameters.AddWithValue("to", 0L);
        return command;
    }

    private static async Task<List<long>> ReserveAsync(NpgsqlCommand reserve, long turn, CancellationToken cancellationToken)
    {
        reserve.Parameters["reservation"].Value = turn;
        await using var reader = await reserve.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    }
}
