using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>Serves WebhookService.</summary>
public sealed partial class WebhookEndpoint(
    DeliverabilityDbContext db, WebhookStore store, WebhookSecrets secrets, ForbiddenNetworks forbidden, WebhookOutbox outbox, RequestIds requests, IdSequence ids, TimeProvider time) : WebhookService.WebhookServiceBase
{
    private const int MaximumOfAccount = 20;
    private const int DefaultOverlap = 24;
    private const int MaximumOverlap = 168;

    /// <inheritdoc/>
    public override async Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context)
    {
        var (wanted, requestId) = WebhookProto.Read(request, forbidden);
        var (caller, cancel) = (Caller.Of(context), context.CancellationToken);
        var (id, _) = await requests.OnceAsync(caller, nameof(CreateWebhook), requestId, new CreateWebhookRequest(request) { RequestId = "" }, async () =>
        {
            if (await db.Webhooks.CountAsync(cancel) >= MaximumOfAccount)
            {
                throw new RefusalException(new Refusal(DeliverabilityReasons.WebhookLimit, $"the account has {MaximumOfAccount} webhooks; delete one first").With("limit", MaximumOfAccount));
            }
            var webhookId = await ids.NextAsync(cancel);
            var (keyId, secret) = secrets.Make(caller.AccountId, webhookId);
            var now = time.Now();
            db.Webhooks.Add(new()
            {
                AccountId = caller.AccountId,
                WebhookId = webhookId,
                Url = wanted.Url!,
                DisplayName = wanted.Name!,
                EventMask = wanted.EventMask!.Value,
                Disabled = wanted.Disabled!.Value,
                Secret = secret,
                KeyId = keyId,
                CreateTime = now,
                UpdateTime = now,
            });
            return webhookId;
        }, cancel);
        var row = await store.FindAsync(id, cancel);
        return new() { Webhook = row.ToProto(time.Now()), Secret = row.SecretVersion == 1 ? secrets.Show(row) : "" };
    }

    /// <inheritdoc/>
    public override async Task<GetWebhookResponse> GetWebhook(GetWebhookRequest request, ServerCallContext context) =>
        new() { Webhook = (await store.FindAsync(ReadId(request.WebhookId), context.CancellationToken)).ToProto(time.Now()) };

    /// <inheritdoc/>
    public override async Task<ListWebhooksResponse> ListWebhooks(ListWebhooksRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListWebhooks));
        violations.ThrowIfAny();
        var (after, now) = (page.After ?? 0, time.Now());
        var found = await db.Webhooks.AsNoTracking().Where(w => w.WebhookId > after).OrderBy(w => w.WebhookId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, w => w.WebhookId);
        return new() { Webhooks = { rows.Select(w => w.ToProto(now)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<UpdateWebhookResponse> UpdateWebhook(UpdateWebhookRequest request, ServerCallContext context)
    {
        var (id, wanted, etag) = WebhookProto.Read(request, forbidden);
        var row = await store.HoldAsync(id, etag, context.CancellationToken);
        (row.Url, row.DisplayName, row.EventMask) = (wanted.Url ?? row.Url, wanted.Name ?? row.DisplayName, wanted.EventMask ?? row.EventMask);
        if (wanted.Disabled is { } disabled && disabled != row.Disabled)
        {
            (row.Disabled, row.DisabledReason) = (disabled, "");
        }
        if (db.ChangeTracker.HasChanges())
        {
            (row.UpdateTime, row.Version) = (time.Now(), row.Version + 1);
            // Who comes second between reading and writing hears that the etag is another one.
            await db.SaveChangesAsync(context.CancellationToken);
        }
        return new() { Webhook = row.ToProto(time.Now()) };
    }

    /// <inheritdoc/>
    public override async Task<DeleteWebhookResponse> DeleteWebhook(DeleteWebhookRequest request, ServerCallContext context)
    {
        var id = ReadId(request.WebhookId);
        db.Remove(await store.HoldAsync(id, request.Etag, context.CancellationToken));
        await db.SaveChangesAsync(context.CancellationToken);
        // What is added meanwhile by who has read it before goes by the sweeper.
        await db.WebhookDeliveries.Where(d => d.WebhookId == id).ExecuteDeleteAsync(context.CancellationToken);
        return new();
    }

    /// <inheritdoc/>
    public override async Task<RotateWebhookSecretResponse> RotateWebhookSecret(RotateWebhookSecretRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.WebhookId, "webhook_id");
        violations.Check(request.OverlapHours is >= 0 and <= MaximumOverlap, "overlap_hours", $"is {request.OverlapHours}; expected 1 to {MaximumOverlap}, or 0 for {DefaultOverlap}");
        var requestId = violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        var (caller, cancel) = (Caller.Of(context), context.CancellationToken);
        var (version, _) = await requests.OnceAsync(caller, nameof(RotateWebhookSecret), requestId, new RotateWebhookSecretRequest(request) { RequestId = "" }, async () =>
        {
            var held = await store.HoldAsync(id, "", cancel);
            (held.FormerKeyId, held.FormerSecret) = (held.KeyId, held.Secret);
            (held.KeyId, held.Secret) = secrets.Make(held.AccountId, id);
            held.UpdateTime = time.Now();
            held.OverlapEndTime = held.UpdateTime + TimeSpan.FromHours(request.OverlapHours == 0 ? DefaultOverlap : request.OverlapHours);
            held.Version++;
            return ++held.SecretVersion;
        }, cancel);
        db.ChangeTracker.Clear();
        var row = await store.FindAsync(id, cancel);
        return new() { Webhook = row.ToProto(time.Now()), Secret = row.SecretVersion == version ? secrets.Show(row) : "" };
    }

    /// <inheritdoc/>
    public override async Task<SendTestEventResponse> SendTestEvent(SendTestEventRequest request, ServerCallContext context)
    {
        var row = await EnabledAsync(ReadId(request.WebhookId), "send a test event", context.CancellationToken);
        return new() { WebhookDeliveryId = await outbox.AddTestAsync(row.WebhookId, Caller.Of(context).Actor, context.CancellationToken) };
    }

    private async Task<WebhookRow> EnabledAsync(long webhookId, string action, CancellationToken cancellationToken)
    {
        var row = await store.FindAsync(webhookId, cancellationToken);
        return !row.Disabled ? row : throw new RefusalException(new Refusal(DeliverabilityReasons.WebhookDisabled, $"webhook {webhookId} is disabled, so nothing is sent to it")
            .From("DISABLED", action, "enable it first").With("webhook_id", webhookId));
    }

    private static long ReadId(long webhookId)
    {
        var violations = new Violations();
        violations.Id(webhookId, "webhook_id");
        violations.ThrowIfAny();
        return webhookId;
    }
}
