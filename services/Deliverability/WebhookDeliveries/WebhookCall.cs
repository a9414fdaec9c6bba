namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>A delivery that this process has taken, with all that its call needs.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="OrderKey">What it is in order with.</param>
/// <param name="Attempt">Which attempt it is, from 1: tells this taking from any other.</param>
/// <param name="Url">Where to.</param>
/// <param name="Keys">What it is signed with.</param>
/// <param name="Body">What is sent.</param>
public sealed record WebhookCall(long AccountId, long WebhookId, long DeliveryId, long OrderKey, int Attempt, Uri Url, IReadOnlyList<byte[]> Keys, byte[] Body);
