using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.DeliverabilityFeed;

/// <summary>What can have become of a mail of a step.</summary>
[Flags]
public enum MailFacts
{
    /// <summary>A mail server took it.</summary>
    Sent = 1,

    /// <summary>A person opened it.</summary>
    Opened = 2,

    /// <summary>A person followed a link of it.</summary>
    Clicked = 4,

    /// <summary>It came back.</summary>
    Bounced = 8,

    /// <summary>It came back because its address does not exist.</summary>
    HardBounced = 16,
}

/// <summary>
/// What becomes of an enrolment when something is heard of its mails. Pure, and it only ever adds, but for bounces that were none:
/// what is heard in another order, or together rather than one by one, leaves the same behind.
/// </summary>
public static class MailDecisions
{
    private const EnrollmentFlags AnyReply = EnrollmentFlags.RepliedByEmail | EnrollmentFlags.RepliedBySms;

    /// <summary>How an enrolment stands then.</summary>
    /// <param name="now">How it stands.</param>
    /// <param name="heard">What is new of its mails.</param>
    /// <param name="settings">The sequence's: opening and following links count where they are tracked.</param>
    public static Standing After(Standing now, MailFacts heard, SequenceSettings settings)
    {
        var flags = now.Flags
            | Add(MailFacts.Sent, EnrollmentFlags.Contacted)
            | (settings.TrackOpens ? Add(MailFacts.Opened, EnrollmentFlags.Opened) : 0)
            | (settings.TrackClicks ? Add(MailFacts.Clicked, EnrollmentFlags.Clicked) : 0)
            | (TracksBounces(now) ? Add(MailFacts.Bounced, EnrollmentFlags.Bounced) : 0)
            // That the address is bad is so whatever the contact does in the sequence.
            | Add(MailFacts.HardBounced, EnrollmentFlags.HardBounced);
        return now.Ended ? now : now with { Flags = flags };

        EnrollmentFlags Add(MailFacts fact, EnrollmentFlags flag) => heard.HasFlag(fact) ? flag : 0;
    }

    /// <summary>How an enrolment stands when none of its mails has come back, or none for good, as was said before.</summary>
    /// <param name="now">How it stands.</param>
    /// <param name="withdrawn">What was no fact of any of its mails.</param>
    public static Standing Without(Standing now, MailFacts withdrawn) => now.Ended ? now : now with
    {
        Flags = now.Flags & ~((withdrawn.HasFlag(MailFacts.Bounced) ? EnrollmentFlags.Bounced : 0) | (withdrawn.HasFlag(MailFacts.HardBounced) ? EnrollmentFlags.HardBounced : 0)),
    };

    /// <summary>
    /// Bounces count for whoever still gets mails, and for whoever got the last one: what the last step sent comes back when the
    /// contact is finished already. They do not count for whoever was paused, has replied, or was finished otherwise.
    /// </summary>
    public static bool TracksBounces(Standing now) => !now.Has(AnyReply) && now.Status switch
    {
        EnrollmentStatus.Paused => false,
        EnrollmentStatus.Finished => now.FinishReason is FinishReason.StepsDone or FinishReason.OptedOut,
        _ => true,
    };
}
