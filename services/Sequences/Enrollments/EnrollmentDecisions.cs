using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Contact = ContactPlatform.Contacts.V1.Contact;
using RecordState = ContactPlatform.Contacts.V1.RecordState;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>Something that came in from a contact.</summary>
public enum Inbound
{
    /// <summary>A person replied by mail.</summary>
    EmailReply,

    /// <summary>A person replied by text message.</summary>
    SmsReply,

    /// <summary>A machine replied that nobody is there.</summary>
    OutOfOffice,

    /// <summary>A machine replied with anything else.</summary>
    AutoReply,
}

/// <summary>What becomes of enrolments by rules rather than by hand. Pure; a standing equal to what was is a no-op and leaves no history.</summary>
public static class EnrollmentDecisions
{
    /// <summary>Decides whether a contact may enter a sequence; null: it may.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="contact">As Contacts has it; null when it has not.</param>
    /// <param name="status">What holds of it here.</param>
    /// <param name="present">Its enrolment in the sequence; null for none.</param>
    public static Refusal? Enroll(long contactId, Contact? contact, ContactStatusRow status, EnrollmentRow? present) =>
        contact is null || status.Deleted ? ContactFeed.ContactReader.Missing(contactId)
        : present is not null ? new Refusal(SequencesReasons.AlreadyEnrolled, $"contact {contactId} is in the sequence").With("enrollment_id", present.EnrollmentId)
        : status.OptedOut ? new Refusal(SequencesReasons.OptedOut, $"contact {contactId} has opted out").From("OPTED_OUT", "enroll", "remove OPTED_OUT first")
        : status.RecordInactive || contact.RecordState == RecordState.Inactive ? Inactive("enroll")
        : null;

    /// <summary>The refusal while a record is inactive.</summary>
    public static Refusal Inactive(string action) =>
        new Refusal(SequencesReasons.RecordInactive, "the contact's record is inactive, so nothing is to be sent to it").From("record inactive", action, "make the record active first");

    /// <summary>A new enrolment, at the first step.</summary>
    /// <param name="row">The enrolment's ids.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="missing">Variables that the contact has no value for.</param>
    /// <param name="now">The time.</param>
    public static EnrollmentRow New(EnrollmentRow row, SequenceContent sequence, IReadOnlyCollection<string> missing, DateTime now)
    {
        var empty = row with { EnrollTime = now, ChangeTime = now };
        return empty.After(new(missing.Count == 0 ? EnrollmentStatus.Active : EnrollmentStatus.MissingData), now, sequence.NextDelay(0, row.EnrollmentId));
    }

    /// <summary>An inactive record pauses what would go on by itself; what waits for somebody or is done stays as it is.</summary>
    public static Standing RecordInactive(Standing now) =>
        now.Status is EnrollmentStatus.Active or EnrollmentStatus.OutOfOffice ? now.To(EnrollmentStatus.Paused) : now;

    /// <summary>Opting out ends each enrolment as finished; one that is finished keeps its reason.</summary>
    public static Standing OptOut(Standing now) => now.Status == EnrollmentStatus.Finished ? now : now.To(EnrollmentStatus.Finished, FinishReason.OptedOut);

    /// <summary>A contact has left the sequence.</summary>
    public static Standing End(Standing now) => now with { Ended = true };

    /// <summary>A variable, or what a step goes to, has no value: whoever would get the step next is held back.</summary>
    public static Standing MissingData(Standing now) => now.Runs ? now.To(EnrollmentStatus.MissingData) : now;

    /// <summary>
    /// A step is done, by the engine or by a person: the next one is due after its delay, and without a next one the enrolment is
    /// finished. What does not run at the moment takes the place, and waits there.
    /// </summary>
    /// <param name="from">The enrolment.</param>
    /// <param name="sequence">The sequence as it is now; the step can have been removed meanwhile.</param>
    /// <param name="stepId">The step.</param>
    /// <param name="now">The time.</param>
    public static EnrollmentRow StepDone(EnrollmentRow from, SequenceContent sequence, long stepId, DateTime now)
    {
        var place = sequence.Further(from.LastStepId, stepId);
        var delay = sequence.NextDelay(place, from.EnrollmentId);
        var at = from.At(place, from.Standing.Runs && delay is { } wait ? now + wait : null);
        return delay is null && from.Status == EnrollmentStatus.Active ? at.After(at.Standing.To(EnrollmentStatus.Finished, FinishReason.StepsDone), now, null) : at;
    }

    /// <summary>A step that was taken for done is not: it is next again, and due.</summary>
    /// <param name="from">The enrolment, at the step.</param>
    /// <param name="sequence">The sequence as it is now.</param>
    /// <param name="stepId">The step.</param>
    /// <param name="now">The time.</param>
    public static EnrollmentRow StepUndone(EnrollmentRow from, SequenceContent sequence, long stepId, DateTime now)
    {
        var (due, wait) = (from.DueTime is null ? (DateTime?)null : now, from.WaitSeconds is null ? (long?)null : 0);
        var back = from;
        return back with { LastStepId = sequence.Before(stepId), DueTime = due, WaitSeconds = wait };
    }

    /// <summary>Out of office is over at its time; null while it is not.</summary>
    public static EnrollmentRow? Resumed(EnrollmentRow from, SequenceContent sequence, DateTime now) =>
        from.Status == EnrollmentStatus.OutOfOffice && from.ResumeTime <= now ? from.After(from.Standing.To(EnrollmentStatus.Active), now, sequence.NextDelay(from.LastStepId, from.EnrollmentId)) : null;

    /// <summary>Replies are tracked of whoever is active and got a mail (or a text message), and of whoever is out of office; never again of whoever has replied.</summary>
    public static bool IsTracked(Standing now, bool textSent = false) =>
        !now.Ended && !now.Has(EnrollmentFlags.RepliedByEmail | EnrollmentFlags.RepliedBySms)
        && (now.Status == EnrollmentStatus.OutOfOffice || (now.Status == EnrollmentStatus.Active && (textSent || now.Has(EnrollmentFlags.Contacted))));

    /// <summary>
    /// What a reply makes of an enrolment: the one decision for whoever finds out that there is one. An untracked enrolment stays
    /// as it is, but that a person's reply after the sequence is done counts for the contact's engagement.
    /// </summary>
    /// <param name="now">How it stands.</param>
    /// <param name="inbound">What came in.</param>
    /// <param name="handling">The sequence's setting for people's replies.</param>
    /// <param name="textSent">Whether a text message of the sequence was sent: then replies count before the first mail, too.</param>
    public static Standing Reply(Standing now, Inbound inbound, ReplyHandling handling, bool textSent = false)
    {
        if (!IsTracked(now, textSent))
        {
            return inbound is Inbound.EmailReply or Inbound.SmsReply && CountsLate(now, textSent) ? now with { Flags = now.Flags | EnrollmentFlags.RepliedLate } : now;
        }
        return inbound switch
        {
            Inbound.EmailReply => Replied(now, EnrollmentFlags.RepliedByEmail, handling),
            Inbound.SmsReply => Replied(now, EnrollmentFlags.RepliedBySms, handling),
            Inbound.OutOfOffice => now.To(EnrollmentStatus.OutOfOffice),
            _ => (now with { Flags = now.Flags | EnrollmentFlags.AutoReplied }).To(EnrollmentStatus.Finished, FinishReason.AutoReplied),
        };
    }

    /// <summary>Whether a person's reply says that the contact has responded though it is tracked no more: every step is done, or it got a mail (or a text message) before it was finished otherwise.</summary>
    private static bool CountsLate(Standing now, bool textSent) =>
        now is { Ended: false, Status: EnrollmentStatus.Finished } && now.FinishReason != FinishReason.OptedOut && !now.Has(EnrollmentFlags.RepliedByEmail | EnrollmentFlags.RepliedBySms)
        && (now.FinishReason == FinishReason.StepsDone || textSent || now.Has(EnrollmentFlags.Contacted));

    /// <summary>A person replied: finished, or going on, as the sequence says. Out of office is over in either case.</summary>
    public static Standing Replied(Standing now, EnrollmentFlags how, ReplyHandling handling)
    {
        var replied = now with { Flags = now.Flags | how };
        return handling == ReplyHandling.Continue ? replied.To(EnrollmentStatus.Active) : replied.To(EnrollmentStatus.Finished, FinishReason.Replied);
    }

    /// <summary>Until when an out-of-office reply holds; null until somebody resumes.</summary>
    /// <param name="handling">The sequence's setting.</param>
    /// <param name="returnTime">The start of the day that the reply names; null where it names none.</param>
    /// <param name="now">The time.</param>
    public static DateTime? ResumeTime(OutOfOfficeHandling handling, DateTime? returnTime, DateTime now)
    {
        DateTime Latest(int days) => now.AddDays(days);
        return handling.ResumeCase switch
        {
            OutOfOfficeHandling.ResumeOneofCase.AfterDays => Latest(handling.AfterDays),
            OutOfOfficeHandling.ResumeOneofCase.OnDateAtMostDays when returnTime > now && returnTime < Latest(handling.OnDateAtMostDays) => returnTime,
            OutOfOfficeHandling.ResumeOneofCase.OnDateAtMostDays => Latest(handling.OnDateAtMostDays),
            _ => null,
        };
    }
}
