using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>One event on its way to one webhook: written in the transaction that made the event known, and kept until it has arrived or is given up.</summary>
public sealed class WebhookDeliveryRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The webhook; it can have been deleted.</summary>
    public long WebhookId { get; init; }

    /// <summary>Given by the database in the order of writing, over all processes: what became known later has a higher one.</summary>
    public long WebhookDeliveryId { get; init; }

    /// <summary>
    /// Of all deliveries of a webhook with the same key, the one with the lowest id goes first. The contact; for an address
    /// that no contact has, the address below 0; 0 for what is about the account.
    /// </summary>
    public long OrderKey { get; init; }

    /// <summary>The event's type.</summary>
    public WebhookEventType EventType { get; init; }

    /// <summary>The body of its calls.</summary>
    public required byte[] Body { get; init; }

    /// <summary>How far it is.</summary>
    public WebhookDeliveryState State { get; init; } = WebhookDeliveryState.Waiting;

    /// <summary>How often it was tried since it was written, or replayed.</summary>
    public int AttemptCount { get; init; }

    /// <summary>When it may be looked at; counts while it waits. While it is being sent, when its process counts as dead.</summary>
    public DateTime NextAttemptTime { get; init; }

    /// <summary>When it was tried last, UTC; null before.</summary>
    public DateTime? AttemptTime { get; init; }

    /// <summary>What became of that.</summary>
    public WebhookAttemptResult LastResult { get; init; }

    /// <summary>The status that was answered then; 0 for none.</summary>
    public int ResponseCode { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it came to an end, UTC; null before.</summary>
    public DateTime? EndTime { get; init; }

    /// <summary>What calls carry as `webhook-id`: the same at every attempt.</summary>
    public static string MessageId(long webhookDeliveryId) => FormattableString.Invariant($"msg_{webhookDeliveryId}");

    /// <summary>Shows it, but for the body.</summary>
    public WebhookDelivery ToProto() => new()
    {
        WebhookDeliveryId = WebhookDeliveryId,
        WebhookId = WebhookId,
        MessageId = MessageId(WebhookDeliveryId),
        EventType = EventType,
        ContactId = Math.Max(OrderKey, 0),
        State = State,
        AttemptCount = AttemptCount,
        LastResult = LastResult,
        ResponseCode = ResponseCode,
        CreateTime = Timestamp.FromDateTime(CreateTime),
        AttemptTime = Show(AttemptTime),
        NextAttemptTime = State == WebhookDeliveryState.Waiting ? Show(NextAttemptTime) : null,
        EndTime = Show(EndTime),
    };

    private static Timestamp? Show(DateTime? time) => time is { } t ? Timestamp.FromDateTime(t) : null;
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDeliveryRow>
{
    public void Configure(EntityTypeBuilder<WebhookDeliveryRow> builder)
    {
        // No reference to webhooks: deleting one must not fail whoever stores events meanwhile.
        builder.ToTable("webhook_deliveries").HasKey(d => new { d.AccountId, d.WebhookId, d.WebhookDeliveryId });
        builder.Property(d => d.WebhookDeliveryId).ValueGeneratedOnAdd();
        builder.Property(d => d.EventType).HasConversion<short>();
        builder.Property(d => d.State).HasConversion<short>();
        builder.Property(d => d.LastResult).HasConversion<short>();
        // What a webhook's turn asks for, and which of a contact's goes first; only what waits is in them.
        builder.HasIndex(d => new { d.AccountId, d.WebhookId, d.NextAttemptTime, d.WebhookDeliveryId }).HasFilter("state = 1").HasDatabaseName("ix_webhook_deliveries_due");
        builder.HasIndex(d => new { d.AccountId, d.WebhookId, d.OrderKey, d.WebhookDeliveryId }).HasFilter("state = 1").HasDatabaseName("ix_webhook_deliveries_order");
        // What goes with an erased contact.
        builder.HasIndex(d => new { d.AccountId, d.OrderKey }).HasDatabaseName("ix_webhook_deliveries_contact");
        // What is old, over all accounts.
        builder.HasIndex(d => new { d.EndTime }).HasFilter("end_time IS NOT NULL").HasDatabaseName("ix_webhook_deliveries_ended");
    }
}
