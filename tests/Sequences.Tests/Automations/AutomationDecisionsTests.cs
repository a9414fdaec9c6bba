using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.V1;
using static ContactPlatform.Sequences.V1.EngagementStatus;

namespace ContactPlatform.Sequences.Tests.Automations;

/// <summary>What sets rules off, and what stops them; no process.</summary>
public sealed class AutomationDecisionsTests
{
    private static readonly EngagementStatus[] All = [.. Enum.GetValues<EngagementStatus>().Where(s => s != EngagementStatus.Unspecified)];

    [Fact]
    public void Equal_and_not_equal_part_the_statuses_between_them()
    {
        var statuses = new EngagementStatuses { EngagementStatuses_ = { Responded, DoNotContact } };
        var (equal, not) = (Row(new() { Equals_ = statuses }), Row(new() { NotEquals = statuses }));
        All.Where(s => AutomationDecisions.SetsOff(equal, s)).ShouldBe([Responded, DoNotContact]);
        All.Where(s => AutomationDecisions.SetsOff(not, s)).ShouldBe(All.Except([Responded, DoNotContact]));
    }

    [Fact]
    public void A_chain_ends_with_a_rule_that_is_in_it_and_with_the_eighth()
    {
        AutomationChain.Guard([], 1).ShouldBe(AutomationStopReason.Unspecified);
        AutomationChain.Guard([2, 1, 3], 1).ShouldBe(AutomationStopReason.Loop);
        AutomationChain.Guard([2, 3, 4, 5, 6, 7, 8], 1).ShouldBe(AutomationStopReason.Unspecified);
        AutomationChain.Guard([2, 3, 4, 5, 6, 7, 8, 9], 1).ShouldBe(AutomationStopReason.ChainTooLong);
        AutomationChain.Read(AutomationChain.Write([long.MaxValue, 3])).ShouldBe([long.MaxValue, 3]);
        AutomationChain.Read("").ShouldBeEmpty();
        AutomationChain.Write(Enumerable.Repeat(long.MaxValue, AutomationLimits.Chain)).Length.ShouldBeLessThanOrEqualTo(AutomationLimits.Chain * 20);
    }

    [Fact]
    public void What_no_caller_did_goes_on_with_the_chain_of_the_enrolment() =>
        Enum.GetValues<EnrollmentChangeCause>().Where(c => !AutomationChain.BeginsAnew(c)).ShouldBe(
        [
            EnrollmentChangeCause.Unspecified, EnrollmentChangeCause.OptOut, EnrollmentChangeCause.RecordInactive, EnrollmentChangeCause.ContactDeleted, EnrollmentChangeCause.ContactMerged,
            EnrollmentChangeCause.Reply, EnrollmentChangeCause.Mail, EnrollmentChangeCause.Step, EnrollmentChangeCause.MissingData, EnrollmentChangeCause.Resumed,
        ]);

    [Fact]
    public void Attempts_end_before_other_services_forget_request_ids()
    {
        var pauses = Enumerable.Range(1, 100).Select(AutomationDecisions.Pause).TakeWhile(p => p is not null).Select(p => p!.Value).ToList();
        pauses.ShouldBeInOrder();
        pauses.Aggregate(TimeSpan.Zero, (sum, p) => sum + p).ShouldBeInRange(TimeSpan.FromDays(1.5), TimeSpan.FromDays(3));
        AutomationDecisions.Pause(pauses.Count + 1).ShouldBeNull();
    }

    private static AutomationRuleRow Row(AutomationCondition condition) => new() { DisplayName = "", EntryMask = AutomationDecisions.Mask(condition) };
}
