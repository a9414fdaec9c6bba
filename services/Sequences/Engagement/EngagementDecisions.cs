using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using static ContactPlatform.Sequences.V1.EngagementStatus;

namespace ContactPlatform.Sequences.Engagement;

/// <summary>
/// Where a contact is in its outreach: a pure function of its enrolments and of whether it has opted out. So whatever order
/// events come in and however often, what they leave behind says the same; and nothing outside of sequences can move it.
/// </summary>
public static class EngagementDecisions
{
    private const EnrollmentFlags AnyReply = EnrollmentFlags.RepliedByEmail | EnrollmentFlags.RepliedBySms | EnrollmentFlags.RepliedLate;

    /// <summary>Of several, the first in this list holds.</summary>
    private static readonly EngagementStatus[] Order = [DoNotContact, BadEmail, Responded, Working, Enrolled, Unresponsive, Open];

    /// <summary>What one enrolment says; the first line that holds.</summary>
    private static readonly (Func<EnrollmentRow, bool> Holds, EngagementStatus Status)[] Table =
    [
        // Who left a sequence is open again.
        (e => e.Standing.Ended, Open),
        // The enrolment is finished by it, also where somebody takes the opting out back: that never resumes anything.
        (e => e.FinishReason == FinishReason.OptedOut, Open),
        (e => e.Standing.Has(EnrollmentFlags.HardBounced), BadEmail),
        // Also after the sequence is done.
        (e => e.Standing.Has(AnyReply), Responded),
        (e => e.FinishReason == FinishReason.StepsDone, Unresponsive),
        // Paused and out of office stay working.
        (IsWorked, Working),
        (_ => true, Enrolled),
    ];

    /// <summary>Rolls a contact's enrolments up.</summary>
    /// <param name="enrollments">All of them.</param>
    /// <param name="optedOut">Whether the contact has opted out.</param>
    public static EngagementStatus Roll(IEnumerable<EnrollmentRow> enrollments, bool optedOut) =>
        enrollments.Select(Of).Append(optedOut ? DoNotContact : Open).MinBy(s => Array.IndexOf(Order, s));

    /// <summary>What one enrolment says.</summary>
    public static EngagementStatus Of(EnrollmentRow enrollment) => Table.First(t => t.Holds(enrollment)).Status;

    /// <summary>Whether a step of an enrolment was processed.</summary>
    public static bool IsWorked(EnrollmentRow enrollment) => enrollment.LastStepId != 0 || enrollment.Standing.Has(EnrollmentFlags.Contacted);

    /// <summary>An enrolment as it was, but for its step having been processed.</summary>
    /// <param name="before">As it was.</param>
    /// <param name="to">As it is.</param>
    public static EnrollmentRow Worked(EnrollmentRow before, EnrollmentRow to) => before with { LastStepId = to.LastStepId, Flags = before.Flags | (to.Flags & EnrollmentFlags.Contacted) };
}
