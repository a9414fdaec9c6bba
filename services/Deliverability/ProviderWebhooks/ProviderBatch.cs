using ContactPlatform.Deliverability.DeliveryEvents;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>What a call of a provider tells.</summary>
/// <param name="Events">Its events that mean something here.</param>
/// <param name="Ignored">How many others it has: of kinds that nothing is made of, or malformed.</param>
public sealed record ProviderBatch(IReadOnlyList<EventDraft> Events, int Ignored)
{
    /// <summary>Name of the custom argument (SendGrid) or variable (Mailgun) that names a message of ours.</summary>
    public const string MessageIdName = "contactplatform_message_id";
}
