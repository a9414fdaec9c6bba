using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>The statements of the queue.</summary>
internal static class QueueSql
{
    /// <summary>The sender whose turn it is, locked.</summary>
    public static readonly SqlText NextSender = new(
        "SELECT account_id, sender_id, rate_time FROM senders WHERE due_time <= @now ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED",
        "SELECT TOP (1) account_id, sender_id, rate_time FROM senders WITH (UPDLOCK, ROWLOCK, READPAST) WHERE due_time <= @now ORDER BY due_time");

    private const string Of = "m.message_id, m.transmission_id, m.address_id, m.domain, m.display_name, m.variable_values, m.attempt_count, m.reservation, a.address, a.key_id";

    /// <summary>
    /// Takes a sender's next messages from the queue and reserves them in groups, each with a number of its own from @first on. Answers
    /// with what is needed to send them and what the gate needs to know of their addresses. What others hold is passed over. Rows that are
    /// locked are named by their places: the queue grows and shrinks faster than its statistics, and a join of its keys was planned wrong.
    /// </summary>
    public static readonly SqlText Take = new(
        $"""
        WITH due AS MATERIALIZED (
          SELECT q.next_attempt_time, m.message_id, q.place, m.row
          FROM (SELECT ctid AS place, next_attempt_time, message_id FROM message_queue WHERE account_id = @account AND sender_id = @sender AND next_attempt_time <= @now
            ORDER BY next_attempt_time, message_id FOR UPDATE SKIP LOCKED) AS q
          CROSS JOIN LATERAL (SELECT ctid AS row, message_id FROM messages
            WHERE account_id = @account AND message_id = q.message_id AND domain NOT IN (SELECT json_array_elements_text(@busy::json)) FOR UPDATE SKIP LOCKED) AS m
          LIMIT @size
        ), gone AS (
          DELETE FROM message_queue AS q USING due AS d WHERE q.ctid = d.place
        ), taken AS (
          UPDATE messages AS m SET state = 2, attempt_count = m.attempt_count + 1, worker_id = @worker, reservation = @first + d.number / @group
          FROM (SELECT row, row_number() OVER (ORDER BY next_attempt_time, message_id) - 1 AS number FROM due) AS d
          WHERE m.ctid = d.row AND m.state = 1
          RETURNING m.*
        ), held AS (
          INSERT INTO mail_reservations (worker_id, reservation, account_id, lease_time, message_ids)
          SELECT @worker, reservation, @account, @lease, array_agg(message_id) FROM taken GROUP BY reservation
        )
        SELECT {Of}, {GateRows.Columns}
        FROM taken AS m CROSS JOIN LATERAL (SELECT * FROM addresses WHERE account_id = @account AND address_id = m.address_id LIMIT 1) AS a
        ORDER BY m.reservation, m.next_attempt_time, m.message_id
        """,
        $"""
        DECLARE @due TABLE (next_attempt_time datetime2(7) NOT NULL, message_id bigint NOT NULL, place bigint NOT NULL);
        INSERT INTO @due SELECT d.next_attempt_time, d.message_id, ROW_NUMBER() OVER (ORDER BY d.next_attempt_time, d.message_id) - 1
        FROM (SELECT TOP (@size) q.next_attempt_time, q.message_id
          FROM message_queue AS q WITH (UPDLOCK, ROWLOCK, READPAST)
          JOIN messages AS m WITH (UPDLOCK, ROWLOCK, READPAST) ON m.account_id = q.account_id AND m.message_id = q.message_id
          WHERE q.account_id = @account AND q.sender_id = @sender AND q.next_attempt_time <= @now
            AND m.domain NOT IN (SELECT [value] COLLATE DATABASE_DEFAULT FROM OPENJSON(@busy))
          ORDER BY q.next_attempt_time, q.message_id) AS d;
        DELETE q FROM message_queue AS q JOIN @due AS d ON q.account_id = @account AND q.sender_id = @sender AND q.next_attempt_time = d.next_attempt_time AND q.message_id = d.message_id;
        UPDATE m SET state = 2, attempt_count = m.attempt_count + 1, worker_id = @worker, reservation = @first + d.place / @group
        FROM messages AS m JOIN @due AS d ON m.account_id = @account AND m.message_id = d.message_id WHERE m.state = 1;
        INSERT INTO mail_reservations (worker_id, reservation, account_id, lease_time, message_ids)
        SELECT @worker, m.reservation, @account, @lease, CONCAT('[', STRING_AGG(CAST(m.message_id AS nvarchar(max)), ','), ']')
        FROM messages AS m JOIN @due AS d ON m.account_id = @account AND m.message_id = d.message_id WHERE m.state = 2 GROUP BY m.reservation;
        SELECT {Of}, {GateRows.Columns}
        FROM messages AS m JOIN @due AS d ON m.account_id = @account AND m.message_id = d.message_id
        JOIN addresses AS a ON a.account_id = @account AND a.address_id = m.address_id WHERE m.state = 2
        ORDER BY m.reservation, m.next_attempt_time, m.message_id;
        """);

    /// <summary>Puts messages that are queued again into the queue.</summary>
    public static readonly SqlText Return = new(
        """
        INSERT INTO message_queue (account_id, sender_id, next_attempt_time, message_id)
        SELECT m.account_id, m.sender_id, m.next_attempt_time, m.message_id FROM unnest(@ids) AS k(id) JOIN messages AS m ON m.account_id = @account AND m.message_id = k.id
        """,
        """
        INSERT INTO message_queue (account_id, sender_id, next_attempt_time, message_id)
        SELECT account_id, sender_id, next_attempt_time, message_id FROM messages
        WHERE account_id = @account AND message_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    /// <summary>Ends a turn: the queue is looked at again when its first message is due, and not before there is room for it.</summary>
    public static readonly SqlText EndTurn = new(
        """
        UPDATE senders SET rate_time = @rate, due_time = (SELECT CASE WHEN q.first_time IS NULL THEN NULL ELSE GREATEST(q.first_time, @floor) END
          FROM (SELECT MIN(next_attempt_time) AS first_time FROM message_queue WHERE account_id = @account AND sender_id = @sender) AS q)
        WHERE account_id = @account AND sender_id = @sender
        """,
        """
        UPDATE senders SET rate_time = @rate, due_time = (SELECT CASE WHEN q.first_time < @floor THEN @floor ELSE q.first_time END
          FROM (SELECT MIN(next_attempt_time) AS first_time FROM message_queue WHERE account_id = @account AND sender_id = @sender) AS q)
        WHERE account_id = @account AND sender_id = @sender
        """);

    /// <summary>A sender's turn comes when one of its messages is due.</summary>
    public static readonly SqlText Wake = new(
        "UPDATE senders SET due_time = LEAST(due_time, @due) WHERE account_id = @account AND sender_id = @sender",
        "UPDATE senders SET due_time = CASE WHEN due_time <= @due THEN due_time ELSE @due END WHERE account_id = @account AND sender_id = @sender");
}
