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

    /// <summary>How long counts are kept: no day of any zone is longer.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    private static readonly SqlText Lock = new(
        """
        INSERT INTO senders (account_id, email) VALUES (@account, @email) ON CONFLICT (account_id, email) DO UPDATE SET email = EXCLUDED.email
        """,
        """
        INSERT INTO senders (account_id, email) SELECT @account, @email
        WHERE NOT EXISTS (SELECT 1 FROM senders WITH (UPDLOCK, HOLDLOCK) WHERE account_id = @account AND email = @email);
        UPDATE senders SET email = @email WHERE account_id = @account AND email = @email
        """);

    private static readonly SqlText Count = new(
        "SELECT CAST(COALESCE(SUM(mail_count), 0) AS bigint) FROM sender_counts WHERE account_id = @account AND email = @email AND quarter_time >= @begin AND quarter_time < @end");

    private static readonly SqlText Forget = new("DELETE FROM sender_counts WHERE account_id = @account AND email = @email AND quarter_time < @before");

    private static readonly SqlText Add = new(
        """
        INSERT INTO sender_counts AS c (account_id, email, quarter_time, mail_count) VALUES (@account, @email, @quarter, @count)
        ON CONFLICT (account_id, email, quarter_time) DO UPDATE SET mail_count = c.mail_count + @count
        """,
        """
        UPDATE sender_counts SET mail_count = mail_count + @count WHERE account_id = @account AND email = @email AND quarter_time = @quarter;
        IF @@ROWCOUNT = 0 INSERT INTO sender_counts (account_id, email, quarter_time, mail_count) VALUES (@account, @email, @quarter, @count)
        """);

    /// <summary>Takes as many mails as a sender may still send today, within the open transaction, in which its row stays locked.</summary>
    /// <param name="sequence">Who sends, and with which limit.</param>
    /// <param name="wanted">At most so many.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many may be sent.</returns>
    public async Task<int> TakeAsync(SequenceContent sequence, int wanted, DateTime now, CancellationToken cancellationToken)
    {
        var (email, limit) = (sequence.Settings.FromEmail, sequence.Settings.DailyLimit);
        await using (var command = Command(Lock, email))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        var granted = wanted;
        if (limit > 0)
        {
            var (begin, end) = SendingWindows.Day(sequence.Settings.SendingWindow, now);
            await using var count = Command(Count, email).With("begin", begin).With("end", end);
            granted = (int)Math.Clamp(limit - (long)(await count.ExecuteScalarAsync(cancellationToken))!, 0, wanted);
        }
        if (granted > 0)
        {
            await using var forget = Command(Forget, email).With("before", now - Kept);
            await forget.ExecuteNonQueryAsync(cancellationToken);
            await using var add = Command(Add, email).With("quarter", new DateTime(now.Ticks - (now.Ticks % Quarter.Ticks), DateTimeKind.Utc)).With("count", (long)granted);
            await add.ExecuteNonQueryAsync(cancellationToken);
        }
        return granted;
    }

    private System.Data.Common.DbCommand Command(SqlText sql, string email) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).With("email", email);
}
