namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Who tells events from within. The colon keeps others from telling in their name.</summary>
public static class EventSources
{
    /// <summary>What mail servers answered to this service.</summary>
    public const string Sending = "deliverability:sending";

    /// <summary>What this service saw of opening, clicking and unsubscribing.</summary>
    public const string Tracking = "deliverability:tracking";
}
