using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Contact = ContactPlatform.Contacts.V1.Contact;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>A sequence with its present steps and settings.</summary>
/// <param name="Row">The sequence.</param>
/// <param name="Steps">Its steps in order.</param>
/// <param name="Settings">How it behaves.</param>
public sealed record SequenceContent(SequenceRow Row, IReadOnlyList<Step> Steps, SequenceSettings Settings)
{
    private readonly StepOrder order = StepOrder.Read(Row.StepOrder);

    /// <summary>The steps that a contact has still before it.</summary>
    /// <param name="lastStepId">The last step that it did; 0 for none.</param>
    public IEnumerable<Step> Remaining(long lastStepId) => order.Remaining(Steps, lastStepId);

    /// <summary>How long the step that is next for an enrolment waits, with the time by which it is spread; null where none remains.</summary>
    /// <param name="lastStepId">The last step that it did; 0 for none.</param>
    /// <param name="enrollmentId">The enrolment.</param>
    public TimeSpan? NextDelay(long lastStepId, long enrollmentId) =>
        Remaining(lastStepId).FirstOrDefault() is { } next ? next.Delay.ToTimeSpan() + StepTimes.Jitter(Settings, enrollmentId, next.StepId) : null;

    /// <summary>The step that was done last when one more is done: a place never goes back.</summary>
    public long Further(long lastStepId, long stepId) => order.IsBefore(lastStepId, stepId) ? stepId : lastStepId;

    /// <summary>The place right before a step, for whoever has it as the next one.</summary>
    public long Before(long stepId) => order.Ids.TakeWhile(id => id != stepId).LastOrDefault();

    /// <summary>The place of a contact before the last mail that it got, so that this mail is next; the place that it has, where there was none.</summary>
    /// <param name="lastStepId">The last step that it did; 0 for none.</param>
    public long BeforeLastMail(long lastStepId)
    {
        var mails = Steps.Where(s => s.KindCase is Step.KindOneofCase.AutomaticEmail or Step.KindOneofCase.ManualEmail).Select(s => s.StepId).ToHashSet();
        var done = lastStepId == 0 ? [] : order.Ids.TakeWhile(id => id != lastStepId).Append(lastStepId).ToList();
        var mail = done.FindLastIndex(mails.Contains);
        return mail < 0 ? lastStepId : mail == 0 ? 0 : done[mail - 1];
    }

    /// <summary>Variables of the steps before a contact that it has no value for, by name.</summary>
    /// <param name="lastStepId">The last step that it did; 0 for none.</param>
    /// <param name="contact">The contact.</param>
    public IReadOnlyList<string> Missing(long lastStepId, Contact contact) =>
        [.. Remaining(lastStepId).SelectMany(s => StepTemplates.Missing(s, contact)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether only somebody else may change the sequence and set statuses in it: team edition in public mode.</summary>
    public bool IsClosedTo(Caller caller) => SequenceDecisions.IsClosedTo(Row, caller.Actor.Subject);
}
