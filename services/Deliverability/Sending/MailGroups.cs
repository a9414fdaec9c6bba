using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>How a process stops sending.</summary>
/// <param name="Stopping">No further message is begun; those that are left go back to the queue.</param>
/// <param name="Grace">Breaks the one at hand off.</param>
/// <param name="WriteGrace">Breaks the writing of results off; later, so that what was broken off is known.</param>
public readonly record struct SendStop(CancellationToken Stopping, CancellationToken Grace, CancellationToken WriteGrace);

/// <summary>What became of a group.</summary>
/// <param name="Results">Of each of its mails.</param>
/// <param name="Problem">Why it was broken off; null when it was not.</param>
public sealed record SentGroup(IReadOnlyList<SendResult> Results, Exception? Problem);

/// <summary>Sends groups of reserved messages.</summary>
public sealed partial class MailGroups(MailComposer composer, MailNames names, TimeProvider time, ILogger<MailGroups> logger)
{
    /// <summary>Sends a group over one connection, which is opened anew where it breaks.</summary>
    /// <param name="group">Reserved.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="stop">When to stop.</param>
    /// <returns>What became of it, which is to be written whatever else happened.</returns>
    public async Task<SentGroup> SendAsync(MailGroup group, PooledConnection connection, SendStop stop)
    {
        var results = new List<SendResult>(group.Mails.Count);
        Exception? problem = null;
        try
        {
            Composed? next = null;
            for (var i = 0; i < group.Mails.Count && !stop.Stopping.IsCancellationRequested; i++)
            {
                var mail = next ?? await ComposeAsync(group.Mails[i], stop.Grace);
                // Written before, so that its envelope goes with this one's end.
                next = i + 1 < group.Mails.Count ? await ComposeAsync(group.Mails[i + 1], stop.Grace) : null;
                var outcome = mail.Mail is { } outgoing ? await SendAsync(outgoing, next?.Mail, connection, stop) : SmtpOutcome.Silent(SmtpResult.Refused, "the mail could not be written");
                results.Add(new(mail.Of, outcome, time.Now()));
                SendWorker.Attempts.Add(1, new KeyValuePair<string, object?>("result", outcome.Result.ToString()));
            }
        }
        catch (OperationCanceledException) when (stop.Grace.IsCancellationRequested)
        {
            // Broken off before the next one was begun.
        }
#pragma warning disable CA1031 // Handed on; what was not begun is known not to have been sent, whatever it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            problem = e;
        }
        return new([.. results, .. Unsent(group, results.Count)], problem);
    }

    /// <summary>Results of mails that were not begun.</summary>
    /// <param name="group">The group.</param>
    /// <param name="begun">How many of it were.</param>
    public IEnumerable<SendResult> Unsent(MailGroup group, int begun = 0) => group.Mails.Skip(begun).Select(m => new SendResult(m, null, time.Now()));

    private async ValueTask<Composed> ComposeAsync(ReservedMail mail, CancellationToken grace)
    {
        try
        {
            var content = composer.Compose(mail, await composer.PrepareAsync(mail.AccountId, mail.TransmissionId, grace), time.Now());
            return new(mail, new(names.BounceAddress(mail.AccountId, mail.MessageId), mail.Address, content));
        }
        catch (Exception e) when (e is not OperationCanceledException && FaultTable.Find(e) is null)
        {
            // Whatever it is, it would be the same the next time, and the sender's other messages wait behind it.
            LogNotComposed(mail.MessageId, e);
            return new(mail, null);
        }
    }

    private static async Task<SmtpOutcome> SendAsync(SmtpMail mail, SmtpMail? next, PooledConnection connection, SendStop stop)
    {
        var outcome = await (await connection.OpenAsync(stop.Grace)).SendAsync(mail, next, stop.Grace);
        // The server had closed a connection that was idle: nothing was sent, and a new one does.
        return outcome.Result == SmtpResult.Stale ? await (await connection.OpenAsync(stop.Grace)).SendAsync(mail, next, stop.Grace) : outcome;
    }

    /// <summary>A mail as it is sent; null where it cannot be written.</summary>
    private sealed record Composed(ReservedMail Of, SmtpMail? Mail);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} cannot be written as a mail")]
    private partial void LogNotComposed(long messageId, Exception exception);
}
