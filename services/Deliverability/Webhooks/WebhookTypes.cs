using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>A type of events.</summary>
/// <param name="Type">The type.</param>
/// <param name="Name">What stands for it in the body of calls.</param>
/// <param name="Personal">Whether what is told of it goes when the contact is erased.</param>
public sealed record WebhookType(WebhookEventType Type, string Name, bool Personal = false);

/// <summary>The types of events, and what a webhook wants of them: a bit for each, by its number.</summary>
public static class WebhookTypes
{
    /// <summary>Wants everything, also what comes with later versions.</summary>
    public const long Everything = -1;

    /// <summary>The table.</summary>
    public static readonly IReadOnlyList<WebhookType> Table =
    [
        new(WebhookEventType.MessageSent, "message.sent", Personal: true),
        new(WebhookEventType.MessageDelivered, "message.delivered", Personal: true),
        new(WebhookEventType.MessageFailed, "message.failed", Personal: true),
        new(WebhookEventType.MessageDelayed, "message.delayed", Personal: true),
        new(WebhookEventType.MessageRelayed, "message.relayed", Personal: true),
        new(WebhookEventType.MessageExpanded, "message.expanded", Personal: true),
        new(WebhookEventType.MessageComplained, "message.complained", Personal: true),
        new(WebhookEventType.MessageNotSpam, "message.not_spam", Personal: true),
        new(WebhookEventType.MessageUnsubscribed, "message.unsubscribed", Personal: true),
        new(WebhookEventType.MessageOpened, "message.opened", Personal: true),
        new(WebhookEventType.MessageClicked, "message.clicked", Personal: true),
        new(WebhookEventType.MessageDropped, "message.dropped", Personal: true),
        new(WebhookEventType.DeliverabilityStatusChanged, "deliverability.status_changed", Personal: true),
        new(WebhookEventType.ContactCreated, "contact.created"),
        new(WebhookEventType.ContactUpdated, "contact.updated"),
        new(WebhookEventType.ContactDeleted, "contact.deleted"),
        new(WebhookEventType.ContactErased, "contact.erased"),
        new(WebhookEventType.ContactMerged, "contact.merged"),
        new(WebhookEventType.ContactRecordStateChanged, "contact.record_state_changed"),
        new(WebhookEventType.ContactUnsubscribed, "contact.unsubscribed"),
        new(WebhookEventType.ContactResubscribed, "contact.resubscribed"),
        new(WebhookEventType.FunnelStageChanged, "funnel.stage_changed"),
        new(WebhookEventType.FunnelDefaultStageChanged, "funnel.default_stage_changed"),
        new(WebhookEventType.SequenceStatusChanged, "sequence.status_changed", Personal: true),
        new(WebhookEventType.SequenceContactChanged, "sequence.contact_changed", Personal: true),
        new(WebhookEventType.EngagementStatusChanged, "engagement.status_changed", Personal: true),
        new(WebhookEventType.AutomationFired, "automation.fired", Personal: true),
        new(WebhookEventType.WebhookTest, "webhook.test"),
    ];

    /// <summary>Those of which what is told goes when the contact is erased.</summary>
    public static readonly WebhookEventType[] Personal = [.. Table.Where(t => t.Personal).Select(t => t.Type)];

    private static readonly Dictionary<WebhookEventType, string> Names = Table.ToDictionary(t => t.Type, t => t.Name);

    /// <summary>What stands for a type in the body of calls.</summary>
    public static string Name(WebhookEventType type) => Names[type];

    /// <summary>The type of what happened to a message: they have the same numbers.</summary>
    public static WebhookEventType Of(DeliveryEventKind kind) => (WebhookEventType)(int)kind;

    /// <summary>Whether a type can be wanted.</summary>
    public static bool CanBeWanted(WebhookEventType type) => type != WebhookEventType.WebhookTest && Names.ContainsKey(type);

    /// <summary>Puts types together; none are all.</summary>
    public static long Mask(IReadOnlyCollection<WebhookEventType> types) => types.Count == 0 ? Everything : types.Aggregate(0L, (mask, type) => mask | Bit(type));

    /// <summary>Takes them apart.</summary>
    public static IEnumerable<WebhookEventType> Types(long mask) => mask == Everything ? [] : Table.Select(t => t.Type).Where(t => Wants(mask, t));

    /// <summary>Whether a type is wanted.</summary>
    public static bool Wants(long mask, WebhookEventType type) => (mask & Bit(type)) != 0;

    private static long Bit(WebhookEventType type) => 1L << (int)type;
}
