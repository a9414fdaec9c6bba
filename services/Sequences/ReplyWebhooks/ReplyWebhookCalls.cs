using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.ReplyWebhooks;

/// <summary>Takes calls: finds the webhook, reads the reply, records it.</summary>
public sealed class ReplyWebhookCalls(SequencesDbContext db, CurrentAccount account, ReplyRecorder recorder, TimeProvider time)
{
    /// <summary>Fields of forms that hold a mail: SendGrid's Inbound Parse with the raw mail, Mailgun's routes to an address that ends in `mime`.</summary>
    private static readonly string[] MailFields = ["email", "body-mime"];

    /// <summary>Characters of what names a text message.</summary>
    private const int MaximumKey = 200;

    /// <summary>Takes a call.</summary>
    /// <returns>The status of its answer.</returns>
    public async Task<int> TakeAsync(string token, HttpRequest request, CancellationToken cancellationToken)
    {
        // Whose it is tells the path alone, so this one read looks over all accounts.
        var hash = token.Length == ReplyWebhookRow.TokenLength ? ReplyWebhookRow.Hash(token) : [];
        var webhook = hash.Length == 0 ? null : await db.ReplyWebhooks.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(w => w.TokenHash == hash, cancellationToken);
        if (webhook is null)
        {
            return StatusCodes.Status404NotFound;
        }
        account.Id = webhook.AccountId;
        if (await ReadAsync(request, webhook.Source, cancellationToken) is not { } input)
        {
            return StatusCodes.Status400BadRequest;
        }
        await recorder.RecordAsync(input, new Actor { Kind = ActorKind.Service, Subject = $"service:{webhook.Source}", DisplayName = webhook.DisplayName }, cancellationToken);
        return StatusCodes.Status200OK;
    }

    private async Task<ReplyInput?> ReadAsync(HttpRequest request, string source, CancellationToken cancellationToken)
    {
        var now = time.Now();
        if (!request.HasFormContentType)
        {
            using var content = new MemoryStream();
            await request.Body.CopyToAsync(content, cancellationToken);
            return Mail(content.GetBuffer().AsMemory(0, (int)content.Length), now, source);
        }
        var form = await request.ReadFormAsync(cancellationToken);
        if (Array.Find(MailFields, f => form[f].Count > 0) is { } field)
        {
            return Mail(Encoding.UTF8.GetBytes(form[field].ToString()), now, source);
        }
        var (phone, text, key) = (form["From"].ToString(), form["Body"].ToString(), form["MessageSid"].ToString());
        return phone.Length is > 0 and <= 40 && text.Length is > 0 and <= ReplyRow.MaximumText && key.Length is > 0 and <= MaximumKey ? ReplyInput.Of(phone, text, key, now, source) : null;
    }

    private static ReplyInput? Mail(ReadOnlyMemory<byte> raw, DateTime now, string source) =>
        raw.Length > 0 && ReplyMail.TryRead(raw, now, out var mail) is null ? ReplyInput.Of(mail!, raw.Span, source) : null;
}
