using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>Finds webhooks of the context's account.</summary>
public sealed class WebhookStore(DeliverabilityDbContext db)
{
    /// <summary>Reads a webhook.</summary>
    /// <exception cref="RefusalException">WEBHOOK_NOT_FOUND.</exception>
    public async Task<WebhookRow> FindAsync(long id, CancellationToken cancellationToken) =>
        await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.WebhookId == id, cancellationToken) ?? throw Missing(id);

    /// <summary>Reads a webhook for a change; whoever changed it before that is saved makes it fail.</summary>
    /// <exception cref="RefusalException">WEBHOOK_NOT_FOUND, ETAG_MISMATCH.</exception>
    public async Task<WebhookRow> HoldAsync(long id, string etag, CancellationToken cancellationToken)
    {
        var row = await db.Webhooks.SingleOrDefaultAsync(w => w.WebhookId == id, cancellationToken) ?? throw Missing(id);
        return Etag.Check(etag, row.Version) is { } refusal ? throw new RefusalException(refusal) : row;
    }

    private static RefusalException Missing(long id) => new(new Refusal(DeliverabilityReasons.WebhookNotFound, $"there is no webhook {id}").With("webhook_id", id));
}
