using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Serves ProviderWebhookService.</summary>
public sealed class ProviderWebhookEndpoint(DeliverabilityDbContext db, SecretKeys secrets, RequestIds requests, IdSequence ids, TimeProvider time) : ProviderWebhookService.ProviderWebhookServiceBase
{
    private const int MaximumOfAccount = 100;
    private const int MinimumSecret = 16;
    private const int MaximumSecret = 200;

    /// <inheritdoc/>
    public override async Task<CreateProviderWebhookResponse> CreateProviderWebhook(CreateProviderWebhookRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var provider = request.Provider;
        violations.Check(provider is WebhookProvider.Sendgrid or WebhookProvider.Mailgun, "provider", $"is {(int)provider}; expected one of WebhookProvider");
        var name = violations.Text(request.DisplayName, "display_name", 100, 1);
        var requestId = violations.RequestId(request.RequestId);
        var key = request.VerificationKey.Trim();
        var publicKey = provider == WebhookProvider.Sendgrid ? SendGridSignature.ReadKey(key) : null;
        violations.Check(provider != WebhookProvider.Sendgrid || publicKey is not null, "verification_key", "is no public key; expected base64 of an EC public key of P-256, as SendGrid shows it");
        violations.Check(provider != WebhookProvider.Mailgun || key.Length is >= MinimumSecret and <= MaximumSecret, "verification_key", $"has {key.Length} characters; {MinimumSecret} to {MaximumSecret} are allowed");
        violations.ThrowIfAny();
        if (provider == WebhookProvider.Mailgun && !secrets.Configured)
        {
            throw new RefusalException(new Refusal(DeliverabilityReasons.ProviderSecretsNotConfigured, "the service has no key under which a provider's secret could be kept")
                .From("no Secrets:Keys", "keep a secret", "configure Secrets:Keys, or use a provider that signs with a public key"));
        }
        var (caller, cancel) = (Caller.Of(context), context.CancellationToken);
        // What stands for the request is kept for days: a hash of what has too little to guess would tell the key.
        var body = new CreateProviderWebhookRequest(request) { RequestId = "", VerificationKey = publicKey is null ? "" : key };
        var (id, _) = await requests.OnceAsync(caller, nameof(CreateProviderWebhook), requestId, body, async () =>
        {
            if (await db.ProviderWebhooks.CountAsync(cancel) >= MaximumOfAccount)
            {
                throw new RefusalException(new Refusal(DeliverabilityReasons.ProviderWebhookLimit, $"the account has {MaximumOfAccount} webhooks; delete one first").With("limit", MaximumOfAccount));
            }
            var webhookId = await ids.NextAsync(cancel);
            var (keyId, kept) = publicKey is not null ? ("", publicKey) : secrets.Seal(Encoding.UTF8.GetBytes(key), ProviderWebhookRow.Place(caller.AccountId, webhookId));
            db.ProviderWebhooks.Add(new()
            {
                AccountId = caller.AccountId,
                ProviderWebhookId = webhookId,
                Provider = provider,
                DisplayName = name,
                PathToken = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
                VerificationKey = kept,
                KeyId = keyId,
                CreateTime = time.Now(),
            });
            return webhookId;
        }, cancel);
        var row = await db.ProviderWebhooks.AsNoTracking().SingleOrDefaultAsync(w => w.ProviderWebhookId == id, cancel) ?? throw Missing(id);
        return new() { ProviderWebhook = row.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<ListProviderWebhooksResponse> ListProviderWebhooks(ListProviderWebhooksRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListProviderWebhooks));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var found = await db.ProviderWebhooks.AsNoTracking().Where(w => w.ProviderWebhookId > after).OrderBy(w => w.ProviderWebhookId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, w => w.ProviderWebhookId);
        return new() { ProviderWebhooks = { rows.Select(w => w.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<DeleteProviderWebhookResponse> DeleteProviderWebhook(DeleteProviderWebhookRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ProviderWebhookId, "provider_webhook_id");
        violations.ThrowIfAny();
        return await db.ProviderWebhooks.Where(w => w.ProviderWebhookId == id).ExecuteDeleteAsync(context.CancellationToken) > 0 ? new() : throw Missing(id);
    }

    private static RefusalException Missing(long id) =>
        new(new Refusal(DeliverabilityReasons.ProviderWebhookNotFound, $"there is no webhook {id}").With("provider_webhook_id", id));
}
