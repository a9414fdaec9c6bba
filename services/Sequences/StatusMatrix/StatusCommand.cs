using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>A status to set or to remove.</summary>
/// <param name="Status">The status.</param>
/// <param name="Remove">Whether it is removed.</param>
/// <param name="Resend">Whether a mail that bounced is sent again; null where the command says nothing of a bounce.</param>
/// <param name="OutOfOfficeDays">Days that out of office holds; 0 until somebody resumes.</param>
/// <param name="Channel">How a reply came.</param>
public sealed record StatusCommand(SequenceStatus Status, bool Remove = false, bool? Resend = null, int OutOfOfficeDays = 0, ReplyChannel Channel = ReplyChannel.Email)
{
    /// <summary>Whether the contact's own data can decide.</summary>
    public bool MakesActive => Status is SequenceStatus.Active
        || (Remove && Status is SequenceStatus.Paused or SequenceStatus.OutOfOffice or SequenceStatus.MissingData or SequenceStatus.Finished);

    /// <summary>Whether Contacts is asked for the contact before it is decided.</summary>
    public bool AsksForContact => MakesActive || Status == SequenceStatus.OptedOut;

    /// <summary>Decides.</summary>
    public Verdict Judge(StatusFacts facts) => Remove ? StatusDecisions.Remove(facts, Status) : StatusDecisions.Set(facts, Status, Resend is not null);

    /// <summary>What becomes of a contact, once it is decided that the command is done.</summary>
    /// <param name="row">Its enrolment in the sequence; null for none.</param>
    /// <param name="contact">What holds of it.</param>
    /// <param name="open">All its enrolments that have not ended.</param>
    /// <param name="sequence">The sequence; null for none.</param>
    /// <param name="act">Who and when.</param>
    public (IEnumerable<EnrollmentMove> Moves, ContactStatusRow Contact) Apply(EnrollmentRow? row, ContactStatusRow contact, IEnumerable<EnrollmentRow> open, SequenceContent? sequence, Act act)
    {
        switch (Status)
        {
            case SequenceStatus.OptedOut:
                var moves = Remove ? [] : open.Select(e => (From: e, To: EnrollmentDecisions.OptOut(e.Standing))).Where(m => m.To != m.From.Standing)
                    .Select(m => new EnrollmentMove(m.From, m.From.After(m.To, act.Time, null), EnrollmentChangeCause.OptOut));
                return (moves, contact with { OptedOut = !Remove });
            case SequenceStatus.ToCall or SequenceStatus.Called:
                return ([], contact with { CallStatus = Remove ? CallStatus.Unspecified : CallStatus.ToCall });
            default:
                return ([new(row, Move(row!, sequence!, act.Time), act.Cause)], contact);
        }
    }

    private EnrollmentRow Move(EnrollmentRow row, SequenceContent sequence, DateTime now)
    {
        var standing = row.Standing;
        var from = Resend == true && standing.Has(EnrollmentFlags.Bounced) ? row with { LastStepId = sequence.BeforeLastMail(row.LastStepId), WaitSeconds = 0 } : row;
        var to = this switch
        {
            { MakesActive: true } => WithoutBounce().To(EnrollmentStatus.Active),
            { Status: SequenceStatus.Bounced, Remove: true } => WithoutBounce(),
            { Status: SequenceStatus.Bounced } => standing with { Flags = standing.Flags | EnrollmentFlags.Bounced },
            { Status: SequenceStatus.Replied } => EnrollmentDecisions.Replied(standing, Channel == ReplyChannel.Sms ? EnrollmentFlags.RepliedBySms : EnrollmentFlags.RepliedByEmail, sequence.Settings.ReplyHandling),
            { Status: SequenceStatus.Paused } => standing.To(EnrollmentStatus.Paused),
            { Status: SequenceStatus.OutOfOffice } => standing.To(EnrollmentStatus.OutOfOffice),
            _ => standing.To(EnrollmentStatus.Finished, FinishReason.ByHand),
        };
        var after = from.After(to, now, sequence.NextDelay(from.LastStepId, from.EnrollmentId));
        return Status == SequenceStatus.OutOfOffice && !Remove && OutOfOfficeDays > 0 ? after with { ResumeTime = after.ChangeTime.AddDays(OutOfOfficeDays) } : after;

        Standing WithoutBounce() => standing with { Flags = standing.Flags & ~(EnrollmentFlags.Bounced | EnrollmentFlags.HardBounced) };
    }
}
