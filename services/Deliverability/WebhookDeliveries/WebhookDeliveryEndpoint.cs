using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Serves WebhookDeliveryService.</summary>
public sealed class WebhookDeliveryEndpoint(DeliverabilityDbContext db, WebhookStore webhooks, RequestIds requests, TimeProvider time) : WebhookDeliveryService.WebhookDeliveryServiceBase
{
    private const int MaximumOfReplay = 100_000;

    /// <inheritdoc/>
    public override async Task<ListWebhookDeliveriesResponse> ListWebhookDeliveries(ListWebhookDeliveriesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.WebhookId, "webhook_id");
        violations.Check(System.Enum.IsDefined(request.State), "state", $"is {(int)request.State}; expected a state, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListWebhookDeliveries), id, request.State);
        violations.ThrowIfAny();
        await webhooks.FindAsync(id, context.CancellationToken);
        var before = page.After ?? long.MaxValue;
        var wanted = db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == id && d.WebhookDeliveryId < before);
        if (request.State != WebhookDeliveryState.Unspecified)
        {
            wanted = wanted.Where(d => d.State == request.State);
        }
        var (rows, next) = page.Cut(await wanted.OrderByDescending(d => d.WebhookDeliveryId).Take(page.Size + 1).ToListAsync(context.CancellationToken), d => d.WebhookDeliveryId);
        return new() { WebhookDeliveries = { rows.Select(d => d.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<GetWebhookDeliveryResponse> GetWebhookDelivery(GetWebhookDeliveryRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var (webhookId, id) = (violations.Id(request.WebhookId, "webhook_id"), violations.Id(request.WebhookDeliveryId, "webhook_delivery_id"));
        violations.ThrowIfAny();
        var row = await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.WebhookId == webhookId && d.WebhookDeliveryId == id, context.CancellationToken) ?? throw Missing(id);
        return new() { WebhookDelivery = row.ToProto(), Body = System.Text.Encoding.UTF8.GetString(row.Body) };
    }

    /// <inheritdoc/>
    public override async Task<ReplayWebhookDeliveriesResponse> ReplayWebhookDeliveries(ReplayWebhookDeliveriesRequest request, ServerCallContext context)
    {
        var (id, cancel) = (Check(request, out var requestId, out var from, out var to), context.CancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (count, created) = await requests.OnceAsync(Caller.Of(context), nameof(ReplayWebhookDeliveries), requestId, new ReplayWebhookDeliveriesRequest(request) { RequestId = "" }, async () =>
        {
            await webhooks.FindAsync(id, cancel);
            var ended = db.WebhookDeliveries.Where(d => d.WebhookId == id && d.EndTime != null);
            var chosen = request.WhichCase switch
            {
                ReplayWebhookDeliveriesRequest.WhichOneofCase.WebhookDeliveryId => ended.Where(d => d.WebhookDeliveryId == request.WebhookDeliveryId),
                ReplayWebhookDeliveriesRequest.WhichOneofCase.DeadLetters => ended.Where(d => d.State == WebhookDeliveryState.Dead),
                _ => ended.Where(d => d.CreateTime >= from && d.CreateTime < to),
            };
            var now = time.Now();
            var replayed = await chosen.ExecuteUpdateAsync(set => set.SetProperty(d => d.State, WebhookDeliveryState.Waiting).SetProperty(d => d.AttemptCount, 0)
                .SetProperty(d => d.NextAttemptTime, now).SetProperty(d => d.EndTime, (DateTime?)null), cancel);
            Violations.Limit(replayed, MaximumOfReplay, "which");
            if (replayed == 0 && request.WhichCase == ReplayWebhookDeliveriesRequest.WhichOneofCase.WebhookDeliveryId
                && !await db.WebhookDeliveries.AnyAsync(d => d.WebhookId == id && d.WebhookDeliveryId == request.WebhookDeliveryId, cancel))
            {
                throw Missing(request.WebhookDeliveryId);
            }
            return replayed;
        }, cancel);
        if (created)
        {
            await transaction.CommitAsync(cancel);
        }
        return new() { ReplayedCount = count };
    }

    private long Check(ReplayWebhookDeliveriesRequest request, out string requestId, out DateTime from, out DateTime to)
    {
        (from, to) = (default, time.Now());
        var violations = new Violations();
        var id = violations.Id(request.WebhookId, "webhook_id");
        requestId = violations.RequestId(request.RequestId);
        switch (request.WhichCase)
        {
            case ReplayWebhookDeliveriesRequest.WhichOneofCase.WebhookDeliveryId:
                violations.Id(request.WebhookDeliveryId, "webhook_delivery_id");
                break;
            case ReplayWebhookDeliveriesRequest.WhichOneofCase.DeadLetters:
                violations.Check(request.DeadLetters, "dead_letters", "is false; expected true, or another choice");
                break;
            case ReplayWebhookDeliveriesRequest.WhichOneofCase.Time:
                from = Time(request.Time.FromTime, "time.from_time", from, required: true, violations);
                to = Time(request.Time.ToTime, "time.to_time", to, required: false, violations);
                violations.Check(from < to || !violations.None, "time", "is empty; its end has to be behind its beginning");
                break;
            default:
                violations.Add("which", "is missing; exactly one of webhook_delivery_id, dead_letters and time is required");
                break;
        }
        violations.ThrowIfAny();
        return id;
    }

    private static DateTime Time(Timestamp? time, string field, DateTime absent, bool required, Violations violations)
    {
        if (time is null)
        {
            violations.Check(!required, field, "is missing");
            return absent;
        }
        if (time.Seconds is < -62_135_596_800 or > 253_402_300_799 || time.Nanos is < 0 or >= 1_000_000_000)
        {
            violations.Add(field, "is no time of the years 1 to 9999");
            return absent;
        }
        return time.ToDateTime();
    }

    private static RefusalException Missing(long id) =>
        new(new Refusal(DeliverabilityReasons.WebhookDeliveryNotFound, $"the webhook has no delivery {id}").With("webhook_delivery_id", id));
}
