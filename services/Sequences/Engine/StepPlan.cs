using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Engine;

/// <summary>An enrolment whose next step is due.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="EnrollmentId">The enrolment.</param>
/// <param name="SequenceId">The sequence.</param>
/// <param name="ContactId">The contact.</param>
/// <param name="LastStepId">The last step that it did; 0 for none.</param>
/// <param name="DispatchId">The reservation that it was in last, which is sent; 0 for none.</param>
public sealed record DueEnrollment(long AccountId, long EnrollmentId, long SequenceId, long ContactId, long LastStepId, long DispatchId = 0)
{
    /// <summary>The same place at another time.</summary>
    /// <param name="due">When the next step is due; null where something else is waited for.</param>
    /// <param name="wait">How long it is still to wait when that is over, in seconds.</param>
    public Enrollments.EnrollmentRow At(DateTime? due, long? wait = null) =>
        new() { AccountId = AccountId, EnrollmentId = EnrollmentId, LastStepId = LastStepId, DueTime = due, WaitSeconds = wait };
}

/// <summary>Mails of one step with one wording.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Step">The step.</param>
/// <param name="Variant">Place of the wording.</param>
/// <param name="To">To whom, those first that are due longest.</param>
public sealed record MailGroup(SequenceContent Sequence, Step Step, int Variant, IReadOnlyList<DueEnrollment> To)
{
    /// <summary>
    /// When the next step is due of each, where that and the place are all that this step changes: they have done a step before, so their
    /// engagement stays, and another comes behind it, so they do not finish. Null otherwise.
    /// </summary>
    /// <param name="now">The time.</param>
    public IReadOnlyList<DateTime>? Ahead(DateTime now) =>
        To.All(t => t.LastStepId != 0) && Sequence.Remaining(Step.StepId).Any() ? [.. To.Select(t => now + Sequence.NextDelay(Step.StepId, t.EnrollmentId)!.Value)] : null;
}

/// <summary>What becomes of enrolments of a sequence that are due. Pure.</summary>
/// <param name="Parked">Wait for the sequence, which stands still.</param>
/// <param name="PutOff">Wait for the window.</param>
/// <param name="Mails">Get a mail.</param>
/// <param name="Others">Have something done by a person, or nothing left to do: see <see cref="PersonSteps"/>.</param>
public sealed record StepPlan(
    IReadOnlyList<DueEnrollment> Parked, IReadOnlyList<(DueEnrollment Enrollment, DateTime Until)> PutOff, IReadOnlyList<MailGroup> Mails, IReadOnlyList<DueEnrollment> Others)
{
    /// <summary>Plans.</summary>
    /// <param name="sequence">The sequence as it is now.</param>
    /// <param name="due">Enrolments in it that are due.</param>
    /// <param name="now">The time.</param>
    public static StepPlan Of(SequenceContent sequence, IReadOnlyList<DueEnrollment> due, DateTime now)
    {
        if (sequence.Row.State != SequenceState.Active)
        {
            return new(due, [], [], []);
        }
        var (putOff, others, mails) = (new List<(DueEnrollment, DateTime)>(), new List<DueEnrollment>(), new Dictionary<(long, int), (Step Step, List<DueEnrollment> To)>());
        var shut = SendingWindows.Next(sequence.Settings.SendingWindow, now).Open > now;
        foreach (var place in due.GroupBy(d => d.LastStepId))
        {
            var next = sequence.Remaining(place.Key).FirstOrDefault();
            foreach (var enrollment in place)
            {
                if (next is null)
                {
                    others.Add(enrollment);
                }
                else if (shut)
                {
                    putOff.Add((enrollment, StepTimes.PutOff(sequence.Settings, enrollment.EnrollmentId, next.StepId, now)!.Value));
                }
                else if (next.KindCase != Step.KindOneofCase.AutomaticEmail)
                {
                    others.Add(enrollment);
                }
                else
                {
                    var variant = StepTemplates.Variant(next, enrollment.ContactId);
                    if (!mails.TryGetValue((next.StepId, variant), out var group))
                    {
                        mails[(next.StepId, variant)] = group = (next, []);
                    }
                    group.To.Add(enrollment);
                }
            }
        }
        return new([], putOff, [.. mails.OrderBy(m => m.Key).Select(m => new MailGroup(sequence, m.Value.Step, m.Key.Item2, m.Value.To))], others);
    }
}
