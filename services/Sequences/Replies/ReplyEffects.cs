using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>What a reply does in the enrolments of whoever sent it; what becomes of each decides <see cref="EnrollmentDecisions"/>. Pure.</summary>
public static class ReplyEffects
{
    /// <summary>True when a reply opts its contact out: not where the contact is only quoted, unless a person says so.</summary>
    /// <param name="category">What it means.</param>
    /// <param name="match">How the contact was found.</param>
    /// <param name="said">Whether a person said what it means.</param>
    public static bool OptsOut(ReplyCategory category, ReplyMatch match, bool said) => category == ReplyCategory.DoNotContact && (said || match != ReplyMatch.Forwarded);

    /// <summary>True when a person has to look at a reply.</summary>
    public static bool NeedsPerson(ReplyVerdict verdict, ReplyMatch match) => verdict.NeedsPerson || match == ReplyMatch.Forwarded;

    /// <summary>What came in, in terms of enrolments.</summary>
    public static Inbound Inbound(ReplyCategory category, ReplyChannel channel) => category switch
    {
        ReplyCategory.OutOfOffice => Enrollments.Inbound.OutOfOffice,
        ReplyCategory.AutoReply => Enrollments.Inbound.AutoReply,
        _ => channel == ReplyChannel.Sms ? Enrollments.Inbound.SmsReply : Enrollments.Inbound.EmailReply,
    };

    /// <summary>What becomes of an enrolment that was there when the reply came; null when nothing does.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="optsOut">Whether it opts its contact out.</param>
    /// <param name="from">The enrolment.</param>
    /// <param name="settings">Its sequence's.</param>
    /// <param name="now">The time.</param>
    public static EnrollmentMove? On(ReplyRow reply, bool optsOut, EnrollmentRow from, SequenceSettings settings, DateTime now)
    {
        // Whoever asks to be left alone has replied as well, and is finished for the one reason.
        var handling = optsOut ? ReplyHandling.Continue : settings.ReplyHandling;
        // What answers a mail of one enrolment says nothing of the others, but that it opts out.
        var to = from.EnrollTime > reply.ReceiveTime || (reply.EnrollmentId != 0 && reply.EnrollmentId != from.EnrollmentId) ? from.Standing
            : EnrollmentDecisions.Reply(from.Standing, Inbound(reply.Category, reply.Channel), handling, textSent: reply.Channel == ReplyChannel.Sms);
        to = optsOut ? EnrollmentDecisions.OptOut(to) : to;
        if (to == from.Standing)
        {
            return null;
        }
        var after = from.After(to, now, null);
        return new(from, to.Status != EnrollmentStatus.OutOfOffice ? after
            : after with { ResumeTime = EnrollmentDecisions.ResumeTime(settings.OutOfOffice ?? new(), ReturnTime(reply.ReturnDate, settings.SendingWindow?.TimeZone), now) },
            optsOut ? EnrollmentChangeCause.OptOut : EnrollmentChangeCause.Reply);
    }

    /// <summary>When a day begins where the sequence is at home; null for no day.</summary>
    private static DateTime? ReturnTime(DateOnly? day, string? timeZone)
    {
        if (day is not { } date)
        {
            return null;
        }
        var (zone, time) = (TimeZoneInfo.FindSystemTimeZoneById(timeZone ?? "UTC"), date.ToDateTime(TimeOnly.MinValue));
        // Some countries change their clocks at midnight.
        return TimeZoneInfo.ConvertTimeToUtc(zone.IsInvalidTime(time) ? time.AddHours(1) : time, zone);
    }
}
