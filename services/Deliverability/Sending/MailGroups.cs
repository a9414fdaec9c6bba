using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>Sends groups of reserved messages, and sees to it that what became of them is written.</summary>
public sealed partial class MailGroups(IServiceScopeFactory scopes, MailComposer composer, MailNames names, SendWorker worker, TimeProvider time, ILogger<MailGroups> logger)
{
    private static readonly TimeSpan WriteAgain = TimeSpan.FromSeconds(0.5);

    /// <summary>Sends a group over one connection, which is opened anew where it breaks.</summary>
    /// <param name="mails">Reserved, of one sender.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="stopping">No further message is begun; those that are left go back to the queue.</param>
    /// <param name="grace">Breaks the one at hand off, and the writing.</param>
    /// <exception cref="SmtpUnavailableException">The connection broke and cannot be had again; all is written.</exception>
    public async Task SendAsync(IReadOnlyList<ReservedMail> mails, PooledConnection connection, CancellationToken stopping, CancellationToken grace)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = mails[0].AccountId;
        var db = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>();
        var results = new List<SendResult>(mails.Count);
        SmtpUnavailableException? away = null;
        try
        {
            foreach (var mail in mails)
            {
                if (stopping.IsCancellationRequested || away is not null)
                {
                    break;
                }
                try
                {
                    var outcome = await SendAsync(mail, db, connection, grace);
                    results.Add(new(mail, outcome, time.Now()));
                    SendWorker.Attempts.Add(1, new KeyValuePair<string, object?>("result", outcome.Result.ToString()));
                }
                catch (SmtpUnavailableException e)
                {
                    away = e;
                }
            }
        }
        finally
        {
            // Also when something else broke: what was not begun is known not to have been sent.
            results.AddRange(mails.Skip(results.Count).Select(m => new SendResult(m, null, time.Now())));
            await WriteAsync(results, grace);
        }
        if (away is not null)
        {
            throw away;
        }
    }

    private async Task<SmtpOutcome> SendAsync(ReservedMail mail, DeliverabilityDbContext db, PooledConnection connection, CancellationToken grace)
    {
        ReadOnlyMemory<byte> content;
        try
        {
            content = composer.Compose(mail, await composer.PrepareAsync(db, mail.TransmissionId, grace), time.Now());
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException)
        {
            // It would be the same the next time.
            LogNotComposed(mail.MessageId, e);
            return SmtpOutcome.Silent(SmtpResult.Refused, "the mail could not be written");
        }
        var bounces = names.BounceAddress(mail.AccountId, mail.MessageId);
        var outcome = await (await connection.OpenAsync(grace)).SendAsync(bounces, mail.Address, content, grace);
        // The server had closed a connection that was idle: nothing was sent, and a new one does.
        return outcome.Result == SmtpResult.Stale ? await (await connection.OpenAsync(grace)).SendAsync(bounces, mail.Address, content, grace) : outcome;
    }

    /// <summary>Writes results, however long the database is away: nobody else knows them.</summary>
    private async Task WriteAsync(List<SendResult> results, CancellationToken grace)
    {
        while (true)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = results[0].Mail.AccountId;
                await scope.ServiceProvider.GetRequiredService<SendResults>().WriteAsync(worker.Id, results, grace);
                return;
            }
            catch (Exception e) when (FaultTable.Find(e) is not null && !grace.IsCancellationRequested)
            {
                LogNotWritten(results.Count, e);
                await Task.Delay(WriteAgain, time, grace);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} cannot be written as a mail")]
    private partial void LogNotComposed(long messageId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of {Count} messages is written when the database is back")]
    private partial void LogNotWritten(int count, Exception exception);
}
