using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>What became of an attempt.</summary>
/// <param name="Result">What.</param>
/// <param name="Code">The status of the answer; 0 for none.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone; null where it does not.</param>
public sealed record AttemptOutcome(WebhookAttemptResult Result, int Code = 0, TimeSpan? RetryAfter = null);

/// <summary>How a delivery goes on.</summary>
/// <param name="State">Its state from now on.</param>
/// <param name="NextAttemptTime">When it is tried again, where it is.</param>
/// <param name="Disable">Whether the webhook wants no more calls.</param>
public readonly record struct DeliveryStep(WebhookDeliveryState State, DateTime NextAttemptTime, bool Disable = false);

/// <summary>Decides how deliveries go on. Pure.</summary>
public static class DeliveryDecisions
{
    /// <summary>The status of a receiver that wants no more calls (RFC 9110 15.5.11; Standard Webhooks).</summary>
    public const int Gone = 410;

    /// <summary>How long a receiver is left alone at most because it asks for it.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>How a delivery goes on after an attempt.</summary>
    /// <param name="attempt">Which attempt it was, from 1.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="now">The time.</param>
    /// <param name="delays">How long it waits after each attempt in vain.</param>
    /// <param name="dice">From 0 to 1: makes what failed together come again apart.</param>
    public static DeliveryStep After(int attempt, AttemptOutcome outcome, DateTime now, IReadOnlyList<TimeSpan> delays, double dice)
    {
        if (outcome.Result == WebhookAttemptResult.Delivered)
        {
            return new(WebhookDeliveryState.Delivered, now);
        }
        if (outcome.Code == Gone || attempt > delays.Count)
        {
            return new(WebhookDeliveryState.Dead, now, outcome.Code == Gone);
        }
        var delay = delays[attempt - 1] * (0.8 + 0.4 * dice);
        var asked = outcome.RetryAfter is { } after ? after < LongestRetryAfter ? after : LongestRetryAfter : TimeSpan.Zero;
        return new(WebhookDeliveryState.Waiting, Clock.Truncate(now + (asked > delay ? asked : delay)));
    }
}
