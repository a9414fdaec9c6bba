using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using ContactPlatform.Deliverability.Mail;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>What all mails of a transmission have in common, read once.</summary>
/// <param name="Header">From whom, and how.</param>
/// <param name="Templates">What is sent.</param>
/// <param name="Shared">Values for all recipients.</param>
/// <param name="Files">What goes with it.</param>
public sealed record PreparedTransmission(Transmission Header, MailTemplates Templates, IReadOnlyDictionary<string, string> Shared, IReadOnlyList<MailFile> Files)
{
    /// <summary>Reads a transmission of the context's account.</summary>
    public static async Task<PreparedTransmission> ReadAsync(DeliverabilityDbContext db, long transmissionId, CancellationToken cancellationToken)
    {
        var row = await db.Transmissions.Where(t => t.TransmissionId == transmissionId)
            .Join(db.TransmissionContents, t => t.TransmissionId, c => c.TransmissionId, (t, c) => new { t.Header, c.Content, c.SharedValues }).SingleAsync(cancellationToken);
        var content = MailContent.Parser.ParseFrom(row.Content);
        return new(Transmission.Parser.ParseFrom(row.Header), MailTemplates.Of(content), Read(row.SharedValues), [.. content.Attachments.Select(Encode)]);
    }

    /// <summary>Reads values as they are stored.</summary>
    public static Dictionary<string, string> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

    /// <summary>The value of each variable for one recipient.</summary>
    /// <param name="own">Values for it alone.</param>
    /// <param name="unsubscribeUrl">The page on which it unsubscribes.</param>
    public Func<string, string> Values(IReadOnlyDictionary<string, string> own, string unsubscribeUrl) =>
        name => name == Template.UnsubscribeUrl ? unsubscribeUrl : own.GetValueOrDefault(name) ?? Shared[name];

    private static MailFile Encode(Attachment file)
    {
        var encoded = new ArrayBufferWriter<byte>(file.Content.Length * 3 / 2 + 100);
        BodyEncoding.WriteBase64(file.Content.Span, encoded);
        return new(file.FileName, file.ContentType, encoded.WrittenMemory);
    }
}

/// <summary>Makes mails of reserved messages.</summary>
public sealed class MailComposer(IServiceScopeFactory scopes, MailNames names)
{
    /// <summary>Transmissions that are kept read: a few hundred KB each at most, and usually a few.</summary>
    private const int Kept = 32;

    private readonly ConcurrentDictionary<(long, long), PreparedTransmission> prepared = new();

    /// <summary>Reads what the mails of a transmission have in common, or has it from before: it never changes.</summary>
    public async ValueTask<PreparedTransmission> PrepareAsync(long accountId, long transmissionId, CancellationToken cancellationToken)
    {
        if (prepared.TryGetValue((accountId, transmissionId), out var known))
        {
            return known;
        }
        if (prepared.Count >= Kept)
        {
            prepared.Clear();
        }
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = accountId;
        return prepared[(accountId, transmissionId)] = await PreparedTransmission.ReadAsync(scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>(), transmissionId, cancellationToken);
    }

    /// <summary>Writes one mail; the same at every attempt, but for its date.</summary>
    public ReadOnlyMemory<byte> Compose(ReservedMail mail, PreparedTransmission transmission, DateTime now)
    {
        var (header, templates) = (transmission.Header, transmission.Templates);
        var message = new MessageReference(mail.AccountId, mail.MessageId);
        var unsubscribe = names.Url(TokenPurpose.Unsubscribe, message);
        var value = transmission.Values(PreparedTransmission.Read(mail.VariableValues), unsubscribe);
        var html = templates.Html?.Render(value, header.TrackClicks ? (number, _) => names.Url(TokenPurpose.Click, message with { Number = number }) : null);
        return MailWriter.Write(new OutgoingMail(names.MessageId(mail.AccountId, mail.MessageId), now, new(header.FromEmail, header.FromName), new(mail.Address, mail.DisplayName), templates.Subject.Render(value))
        {
            ReplyTo = header.ReplyToEmail.Length > 0 ? new(header.ReplyToEmail) : null,
            Text = templates.Text?.Render(value),
            Html = html is not null && header.TrackOpens ? WithPicture(html, names.Url(TokenPurpose.Open, message)) : html,
            Files = transmission.Files,
            UnsubscribeUrl = unsubscribe,
        });
    }

    private static string WithPicture(string html, string url)
    {
        var picture = $"<img src=\"{url}\" width=\"1\" height=\"1\" alt=\"\">";
        var end = html.LastIndexOf("</body", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html + picture : html.Insert(end, picture);
    }
}
