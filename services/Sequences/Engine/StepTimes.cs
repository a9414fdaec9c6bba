using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Engine;

/// <summary>When steps are done. Pure.</summary>
public static class StepTimes
{
    /// <summary>How much later than due a step is done: the same for the same enrolment and step, and spread evenly over all of them.</summary>
    /// <param name="settings">The sequence's.</param>
    /// <param name="enrollmentId">The enrolment.</param>
    /// <param name="stepId">The step.</param>
    /// <returns>Whole seconds from 0 to the setting.</returns>
    public static TimeSpan Jitter(SequenceSettings settings, long enrollmentId, long stepId) =>
        settings.Jitter is not { Seconds: > 0 } most ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Mix(Mix((ulong)enrollmentId) ^ (ulong)stepId) % ((ulong)most.Seconds + 1));

    /// <summary>When a step that is due now is done: null for at once, or else within the window's next opening.</summary>
    public static DateTime? PutOff(SequenceSettings settings, long enrollmentId, long stepId, DateTime now)
    {
        var (open, close) = SendingWindows.Next(settings.SendingWindow, now);
        return open <= now ? null : Spread(open, close, Jitter(settings, enrollmentId, stepId));
    }

    /// <summary>When a mail is sent for which its sender has sent too many today: on the next day, within the window.</summary>
    public static DateTime NextDay(SequenceSettings settings, long enrollmentId, long stepId, DateTime now)
    {
        var tomorrow = SendingWindows.Day(settings.SendingWindow, now).End;
        return PutOff(settings, enrollmentId, stepId, tomorrow) ?? Spread(tomorrow, SendingWindows.Next(settings.SendingWindow, tomorrow).Close, Jitter(settings, enrollmentId, stepId));
    }

    /// <summary>Never in the last second of an opening, or what is put off would be put off for ever.</summary>
    private static DateTime Spread(DateTime open, DateTime close, TimeSpan jitter)
    {
        var room = close - open - TimeSpan.FromSeconds(1);
        return open + (jitter < room ? jitter : TimeSpan.FromTicks(jitter.Ticks % Math.Max(1, room.Ticks)));
    }

    // The finaliser of SplitMix64: numbers that follow each other come out as if by chance.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
