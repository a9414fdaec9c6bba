using ContactPlatform.Sequences.Sequences;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Sequences.Engine;

/// <summary>
/// How many mails a sender has sent today. Whoever counts has the sender's row locked until its reservation is committed, so two
/// who reserve at once count each other. Reserved counts as sent, whatever becomes of it.
/// </summary>
public sealed class SenderCounts(SequencesDbContext db)
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>How long counts are kept: far longer than any day, so that a process whose clock is ahead takes nothing of today away.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(31);

    private const string LockPostgreSql =
        """
        INSERT INTO senders (account_id, email) VALUES (@account, @email) ON CONFLICT (account_id, email) DO UPDATE SET email = EXCLUDED.email
        """;

    private const string LockSqlServer =
        """
        INSERT INTO senders (account_id, email) SELECT @account, @email
        WHERE NOT EXISTS (SELECT 1 FROM senders WITH (UPDLOCK, HOLDLOCK) WHERE account_id = @account AND email = @email);
        UPDATE senders SET email = @email WHERE account_id = @account AND email = @email
        """;

    private static readonly SqlText Lock = new(LockPostgreSql, LockSqlServer);

    private static readonly SqlText Count = new(
        "SELECT CAST(COALESCE(SUM(mail_count), 0) AS bigint) FROM sender_counts WHERE account_id = @account AND email = @email AND quarter_time >= @begin AND quarter_time < @end");

    private static readonly SqlText Add = new(
        LockPostgreSql + """
        ;
        DELETE FROM sender_counts WHERE account_id = @account AND email = @email AND quarter_time < @before;
        INSERT INTO sender_counts AS c (account_id, email, quarter_time, mail_count) VALUES (@account, @email, @quarter, @count)
        ON CONFLICT (account_id, email, quarter_time) DO UPDATE SET mail_count = c.mail_count + @count
        """,
        LockSqlServer + """
        ;
        DELETE FROM sender_counts WHERE account_id = @account AND email = @email AND quarter_time < @before;
        UPDATE sender_counts SET mail_count = mail_count + @count WHERE account_id = @account AND email = @email AND quarter_time = @quarter;
        IF @@ROWCOUNT = 0 INSERT INTO sender_counts (account_id, email, quarter_time, mail_count) VALUES (@account, @email, @quarter, @count)
        """);

    /// <summary>Locks a sender's row, within the open transaction and until its end: who has several locks them by ascending account and address.</summary>
    public async Task LockAsync(string email, CancellationToken cancellationToken)
    {
        await using var command = Command(Lock, email);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How many mails a sender may still send today. Exact where its row is locked, as it must be where there is a limit.</summary>
    /// <param name="sequence">Who sends, and with which limit.</param>
    /// <param name="wanted">At most so many.</param>
    /// <param name="taken">Mails of this transaction that are not counted yet.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<int> GrantAsync(SequenceContent sequence, int wanted, int taken, DateTime now, CancellationToken cancellationToken)
    {
        if (sequence.Settings.DailyLimit == 0)
        {
            return wanted;
        }
        var (begin, end) = SendingWindows.Day(sequence.Settings.SendingWindow, now);
        await using var count = Command(Count, sequence.Settings.FromEmail).With("begin", begin).With("end", end);
        return (int)Math.Clamp(sequence.Settings.DailyLimit - (long)(await count.ExecuteScalarAsync(cancellationToken))! - taken, 0, wanted);
    }

    /// <summary>Counts mails that a sender sends, with its row locked from here at the latest.</summary>
    public async Task AddAsync(string email, int count, DateTime now, CancellationToken cancellationToken)
    {
        await using var add = Command(Add, email).With("before", now - Kept).With("quarter", new DateTime(now.Ticks - (now.Ticks % Quarter.Ticks), DateTimeKind.Utc)).With("count", (long)count);
        await add.ExecuteNonQueryAsync(cancellationToken);
    }

    private System.Data.Common.DbCommand Command(SqlText sql, string email) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).With("email", email);
}
