using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using static ContactPlatform.Sequences.V1.AutomationAction.ActionOneofCase;
using static ContactPlatform.Sequences.V1.AutomationOutcome;

namespace ContactPlatform.Sequences.Automations;

/// <summary>What became of an action, or would.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Reason">Why; empty where there is no reason.</param>
/// <param name="EnrollmentId">The enrolment that it made; null for none.</param>
public sealed record ActionResult(AutomationOutcome Outcome, string Reason = "", long? EnrollmentId = null)
{
    /// <summary>Done, or as it was.</summary>
    public static ActionResult Of(bool changed) => new(changed ? Done : Unchanged);

    /// <summary>Refused.</summary>
    public static ActionResult Of(Refusal refusal) => new(Refused, refusal.Reason.Name);
}

/// <summary>What a dry run has to know of a contact.</summary>
/// <param name="Contact">As Contacts has it.</param>
/// <param name="Status">What holds of it here.</param>
/// <param name="Enrollments">Its enrolments that have not ended.</param>
/// <param name="ListIds">Static lists, of those that the rules name, that it is on.</param>
public sealed record DryRunContact(Contact Contact, ContactStatusRow Status, IReadOnlyList<EnrollmentRow> Enrollments, IReadOnlySet<long> ListIds);

/// <summary>Decides what sets rules off, what becomes of attempts, and what rules would do. Pure.</summary>
public static class AutomationDecisions
{
    /// <summary>How long an action waits after each attempt in vain; it is given up when they are used up, after about two days: request_ids are remembered for longer.</summary>
    private static readonly TimeSpan[] Delays =
    [
        Seconds(1), Seconds(5), Seconds(30), Seconds(120), Seconds(600), Seconds(1800), Seconds(3600), Seconds(7200), Seconds(14_400), Seconds(28_800), Seconds(28_800), Seconds(28_800), Seconds(28_800), Seconds(28_800),
    ];

    /// <summary>Statuses whose entering a condition names, a bit for each.</summary>
    public static int Mask(AutomationCondition condition)
    {
        var named = (condition.Equals_ ?? condition.NotEquals).EngagementStatuses_.Aggregate(0, (mask, s) => mask | Bit(s));
        var all = Enum.GetValues<EngagementStatus>().Where(s => s != EngagementStatus.Unspecified).Aggregate(0, (mask, s) => mask | Bit(s));
        return condition.Equals_ is not null ? named : all & ~named;
    }

    /// <summary>The bit of a status in <see cref="AutomationRuleRow.EntryMask"/>.</summary>
    public static int Bit(EngagementStatus status) => 1 << (int)status;

    /// <summary>Whether entering a status sets a rule off.</summary>
    public static bool SetsOff(AutomationRuleRow rule, EngagementStatus entered) => (rule.EntryMask & Bit(entered)) != 0;

    /// <summary>How long to wait after so many attempts in vain; null when it is given up.</summary>
    public static TimeSpan? Pause(int attempts) => attempts <= Delays.Length ? Delays[attempts - 1] : null;

    /// <summary>The refusal when the account has no such rule.</summary>
    public static Refusal NotFound(long ruleId) =>
        new Refusal(SequencesReasons.AutomationRuleNotFound, $"there is no rule of automation {ruleId}").With("automation_rule_id", ruleId);

    /// <summary>What an action would make of a contact as it is now.</summary>
    /// <param name="action">The action.</param>
    /// <param name="contact">The contact.</param>
    /// <param name="sequence">The sequence that it names; null where it names none, or it is gone.</param>
    public static ActionResult DryRun(AutomationAction action, DryRunContact contact, SequenceRow? sequence)
    {
        var present = contact.Enrollments.FirstOrDefault(e => e.SequenceId == sequence?.SequenceId);
        return action.ActionCase switch
        {
            AddLabelId => ActionResult.Of(!contact.Contact.LabelIds.Contains(action.AddLabelId)),
            RemoveLabelId => ActionResult.Of(contact.Contact.LabelIds.Contains(action.RemoveLabelId)),
            AddToContactListId => ActionResult.Of(!contact.ListIds.Contains(action.AddToContactListId)),
            SetRecordInactive => ActionResult.Of(contact.Contact.RecordState == RecordState.Inactive != action.SetRecordInactive),
            EnrollSequenceId => sequence is null ? ActionResult.Of(SequenceDecisions.NotFound(action.EnrollSequenceId))
                : SequenceDecisions.Enroll(sequence.State) is { } closed ? ActionResult.Of(closed)
                : Enrolled(EnrollmentDecisions.Enroll(contact.Contact.ContactId, contact.Contact, contact.Status, present)),
            UnenrollSequenceId => ActionResult.Of(present is not null),
            UnenrollAll => ActionResult.Of(contact.Enrollments.Count > 0),
            _ => new(Done),
        };
    }

    /// <summary>What became of enrolling: who is in the sequence already is as the rule wants it.</summary>
    public static ActionResult Enrolled(Refusal? refusal) => refusal is null ? new(Done) : refusal.Reason == SequencesReasons.AlreadyEnrolled ? new(Unchanged) : ActionResult.Of(refusal);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
