using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>How a message goes on.</summary>
/// <param name="State">Its state from now on.</param>
/// <param name="NextAttemptTime">When it is tried again, where it is.</param>
/// <param name="AttemptCount">Attempts that count.</param>
public readonly record struct NextStep(MessageState State, DateTime NextAttemptTime, int AttemptCount);

/// <summary>Decides how messages go on, and how fast senders are. Pure.</summary>
public static class SendDecisions
{
    /// <summary>How a message goes on after an attempt.</summary>
    /// <param name="attempt">Which attempt it was, from 1.</param>
    /// <param name="outcome">What became of it; null when it was not begun.</param>
    /// <param name="now">The time.</param>
    /// <param name="delays">How long it waits after each time that it was put off.</param>
    public static NextStep After(int attempt, SmtpOutcome? outcome, DateTime now, IReadOnlyList<TimeSpan> delays) => outcome?.Result switch
    {
        // Not begun, and not counted.
        null or SmtpResult.Stale => new(MessageState.Queued, now, attempt - 1),
        SmtpResult.Accepted => new(MessageState.Sent, now, attempt),
        SmtpResult.Deferred when attempt <= delays.Count => new(MessageState.Queued, now + delays[attempt - 1], attempt),
        SmtpResult.Unknown => new(MessageState.OutcomeUnknown, now, attempt),
        _ => new(MessageState.Failed, now, attempt),
    };

    /// <summary>How far a rate's time may lie ahead: the clocks of processes differ by less. More comes of a clock that was put back, and nobody waits for it.</summary>
    private static readonly TimeSpan Believed = TimeSpan.FromMinutes(1);

    /// <summary>The time of a sender's rate, unless it was written by a clock that was wrong.</summary>
    /// <param name="rateTime">As it was stored.</param>
    /// <param name="perSecond">Its rate.</param>
    /// <param name="now">The time.</param>
    public static DateTime RateTime(DateTime rateTime, double perSecond, DateTime now) => rateTime > now + Burst(perSecond) + Believed ? now + Burst(perSecond) : rateTime;

    /// <summary>How many mails a sender may send now: those that its rate leaves room for within the next second (or one mail's time, if that is longer).</summary>
    /// <param name="rateTime">When all that it was let send would be out at its rate.</param>
    /// <param name="perSecond">Its rate.</param>
    /// <param name="now">The time.</param>
    public static int Room(DateTime rateTime, double perSecond, DateTime now)
    {
        var ahead = rateTime > now ? rateTime - now : TimeSpan.Zero;
        // A thousandth of a mail is lost in rounding times to microseconds.
        return (int)Math.Clamp((Burst(perSecond) - ahead).TotalSeconds * perSecond + 0.001, 0, int.MaxValue);
    }

    /// <summary>When all that a sender was let send is out at its rate, after some more.</summary>
    public static DateTime Sent(DateTime rateTime, double perSecond, int count, DateTime now) =>
        Clock.Truncate((rateTime > now ? rateTime : now) + TimeSpan.FromSeconds(count / perSecond));

    /// <summary>When a sender without room has room for one mail.</summary>
    public static DateTime RoomTime(DateTime rateTime, double perSecond) => Clock.Truncate(rateTime - Burst(perSecond) + TimeSpan.FromSeconds(1 / perSecond));

    private static TimeSpan Burst(double perSecond) => TimeSpan.FromSeconds(Math.Max(1, 1 / perSecond));
}
