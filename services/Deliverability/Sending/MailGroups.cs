using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>How a process stops sending.</summary>
/// <param name="Stopping">No further message is begun; those that are left go back to the queue.</param>
/// <param name="Grace">Breaks the one at hand off.</param>
/// <param name="WriteGrace">Breaks the writing of results off; later, so that what was broken off is known.</param>
public readonly record struct SendStop(CancellationToken Stopping, CancellationToken Grace, CancellationToken WriteGrace);

/// <summary>Sends groups of reserved messages, and sees to it that what became of them is written.</summary>
public sealed partial class MailGroups(IServiceScopeFactory scopes, MailComposer composer, MailNames names, SendWorker worker, TimeProvider time, ILogger<MailGroups> logger)
{
    private static readonly TimeSpan WriteAgain = TimeSpan.FromSeconds(0.5);

    /// <summary>Sends a group over one connection, which is opened anew where it breaks.</summary>
    /// <param name="mails">Reserved, of one sender.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="stop">When to stop.</param>
    /// <exception cref="SmtpUnavailableException">The connection broke and cannot be had again; all is written.</exception>
    public async Task SendAsync(IReadOnlyList<ReservedMail> mails, PooledConnection connection, SendStop stop)
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
                if (stop.Stopping.IsCancellationRequested || away is not null)
                {
                    break;
                }
                try
                {
                    var outcome = await SendAsync(mail, db, connection, stop.Grace);
                    results.Add(new(mail, outcome, time.Now()));
                    SendWorker.Attempts.Add(1, new KeyValuePair<string, object?>("result", outcome.Result.ToString()));
                }
                catch (SmtpUnavailableException e)
                {
                    away = e;
                }
                catch (OperationCanceledException) when (stop.Grace.IsCancellationRequested)
                {
                    // Broken off before it was begun.
                    break;
                }
            }
        }
        finally
        {
            // Also when something else broke: what was not begun is known not to have been sent.
            results.AddRange(mails.Skip(results.Count).Select(m => new SendResult(m, null, time.Now())));
            await WriteAsync(results, stop.WriteGrace);
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
        catch (Exception e) when (e is not OperationCanceledException && FaultTable.Find(e) is null)
        {
            // Whatever it is, it would be the same the next time, and the sender's other messages wait behind it.
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
