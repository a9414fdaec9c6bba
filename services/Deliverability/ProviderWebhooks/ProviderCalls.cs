using System.Security.Cryptography;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Takes calls of providers: finds the webhook, checks the signature, stores the events.</summary>
public sealed class ProviderCalls(DeliverabilityDbContext db, CurrentAccount account, DeliveryEventStore store, SecretKeys secrets, TimeProvider time)
{
    /// <summary>Takes a call.</summary>
    /// <returns>The status of its answer.</returns>
    public async Task<int> TakeAsync(string token, HttpRequest request, CancellationToken cancellationToken)
    {
        // Whose it is tells the path alone, so this one read looks over all accounts.
        var webhook = token.Length != ProviderWebhookRow.TokenLength ? null
            : await db.ProviderWebhooks.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(w => w.PathToken == token, cancellationToken);
        if (webhook is null)
        {
            return StatusCodes.Status404NotFound;
        }
        account.Id = webhook.AccountId;
        using var content = new MemoryStream();
        await request.Body.CopyToAsync(content, cancellationToken);
        var body = content.GetBuffer().AsMemory(0, (int)content.Length);
        return webhook.Provider == WebhookProvider.Sendgrid
            ? await SendGridAsync(webhook, request.Headers, body, cancellationToken)
            : await MailgunAsync(webhook, body, cancellationToken);
    }

    private async Task<int> SendGridAsync(ProviderWebhookRow webhook, IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!SendGridSignature.Verify(webhook.VerificationKey, headers[SendGridSignature.Header].ToString(), headers[SendGridSignature.TimeHeader].ToString(), body.Span, time.Now()))
        {
            return StatusCodes.Status401Unauthorized;
        }
        return SendGridEvents.Read(body, webhook.Source) is { } batch ? await StoreAsync(batch, cancellationToken) : StatusCodes.Status400BadRequest;
    }

    private async Task<int> MailgunAsync(ProviderWebhookRow webhook, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var json = ProviderJson.Parse(body);
        if (json is null)
        {
            return StatusCodes.Status400BadRequest;
        }
        var key = secrets.Open(webhook.KeyId, webhook.VerificationKey, ProviderWebhookRow.Place(webhook.AccountId, webhook.ProviderWebhookId));
        if (MailgunSignature.Verify(json.RootElement, key, time.Now()) is not { } signature || !await BindAsync(webhook, signature, body, cancellationToken))
        {
            return StatusCodes.Status401Unauthorized;
        }
        return await StoreAsync(MailgunEvents.Read(json.RootElement, webhook.Source), cancellationToken);
    }

    /// <summary>Binds a token to its first body; false when it came with another one before.</summary>
    private async Task<bool> BindAsync(ProviderWebhookRow webhook, MailgunSignature signature, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(body.Span);
        var old = time.Now() - 2 * ProviderClock.Kept;
        await db.ProviderCalls.Where(c => c.SignTime < old).ExecuteDeleteAsync(cancellationToken);
        if (await FindAsync() is { } known)
        {
            return known.AsSpan().SequenceEqual(hash);
        }
        db.ProviderCalls.Add(new() { AccountId = webhook.AccountId, ProviderWebhookId = webhook.ProviderWebhookId, Token = signature.Token, BodyHash = hash, SignTime = signature.Time });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            // Another call was faster with this token: what it brought counts.
            db.ChangeTracker.Clear();
            if (await FindAsync() is not { } winner)
            {
                throw;
            }
            return winner.AsSpan().SequenceEqual(hash);
        }

        Task<byte[]?> FindAsync() => db.ProviderCalls.Where(c => c.ProviderWebhookId == webhook.ProviderWebhookId && c.Token == signature.Token)
            .Select(c => c.BodyHash).SingleOrDefaultAsync(cancellationToken);
    }

    private async Task<int> StoreAsync(ProviderBatch batch, CancellationToken cancellationToken)
    {
        var now = time.Now();
        // Events of clocks that are far off are left out, as are those of kinds that mean nothing here: repeating them would not help.
        await store.RecordAsync([.. batch.Events.Where(e => e.Time is not { } at || EventLimits.Problem(at, now) is null)], null, cancellationToken);
        return StatusCodes.Status200OK;
    }
}
