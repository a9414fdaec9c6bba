using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Funnel.Tests.Stages;

public sealed class StageDecisionsTests
{
    private static readonly Standing Unset = new(null, false, LostCause.Unspecified);
    private static readonly Standing Customer = new(FunnelStage.Customer, false, LostCause.Unspecified);
    private static readonly Standing LostCustomer = new(FunnelStage.Customer, true, LostCause.Marked);
    private static readonly Standing InactiveCustomer = new(FunnelStage.Customer, true, LostCause.RecordInactive);

    public static TheoryData<FunnelStage, FunnelStage> AllPairs()
    {
        var pairs = new TheoryData<FunnelStage, FunnelStage>();
        var stages = Enum.GetValues<FunnelStage>().Where(s => s != FunnelStage.Unspecified).ToList();
        stages.ForEach(from => stages.ForEach(to => pairs.Add(from, to)));
        return pairs;
    }

    [Theory]
    [MemberData(nameof(AllPairs))]
    public void Any_stage_may_follow_any_other(FunnelStage from, FunnelStage to) =>
        StageDecisions.SetStage(new(from, false, LostCause.Unspecified), false, to).OrThrow().ShouldBe(new(to, false, LostCause.Unspecified));

    [Fact]
    public void A_lost_contact_comes_back_with_its_new_stage() =>
        StageDecisions.SetStage(LostCustomer, false, FunnelStage.Promoter).OrThrow().ShouldBe(new(FunnelStage.Promoter, false, LostCause.Unspecified));

    [Fact]
    public void A_contact_with_an_inactive_record_keeps_its_stage()
    {
        var refusal = StageDecisions.SetStage(InactiveCustomer, true, FunnelStage.Promoter).Refusal.ShouldNotBeNull();
        refusal.Reason.ShouldBe(FunnelReasons.RecordInactive);
        refusal.Metadata.ShouldBe(new Dictionary<string, string> { ["from"] = "lost, record inactive", ["action"] = "set stage", ["allowed"] = "make the record active first" }, ignoreOrder: true);
    }

    [Fact]
    public void Lost_keeps_the_stage() =>
        StageDecisions.MarkLost(Customer).OrThrow().ShouldBe(LostCustomer);

    [Fact]
    public void Lost_without_a_stage_stays_without_one() =>
        StageDecisions.MarkLost(Unset).OrThrow().ShouldBe(new(null, true, LostCause.Marked));

    [Fact]
    public void Marking_a_lost_contact_keeps_the_first_cause() =>
        StageDecisions.MarkLost(InactiveCustomer).OrThrow().ShouldBe(InactiveCustomer);

    [Fact]
    public void Reactivation_returns_to_the_kept_stage() =>
        StageDecisions.Reactivate(LostCustomer, false, null).OrThrow().ShouldBe(Customer);

    [Fact]
    public void Reactivation_returns_to_a_named_stage() =>
        StageDecisions.Reactivate(LostCustomer, false, FunnelStage.Engaged).OrThrow().ShouldBe(new(FunnelStage.Engaged, false, LostCause.Unspecified));

    [Fact]
    public void A_contact_lost_without_a_stage_returns_to_none() =>
        StageDecisions.Reactivate(new(null, true, LostCause.Marked), false, null).OrThrow().ShouldBe(Unset);

    [Fact]
    public void After_an_inactive_record_is_active_again_the_contact_can_be_reactivated() =>
        StageDecisions.Reactivate(InactiveCustomer, false, null).OrThrow().ShouldBe(Customer);

    [Fact]
    public void A_contact_that_is_not_lost_is_not_reactivated()
    {
        var refusal = StageDecisions.Reactivate(Customer, false, null).Refusal.ShouldNotBeNull();
        refusal.Reason.ShouldBe(FunnelReasons.NotLost);
        refusal.Metadata.ShouldBe(new Dictionary<string, string> { ["from"] = "CUSTOMER", ["action"] = "reactivate", ["allowed"] = "SetStage" }, ignoreOrder: true);
    }

    [Fact]
    public void An_inactive_record_is_not_reactivated() =>
        StageDecisions.Reactivate(InactiveCustomer, true, null).Refusal.ShouldNotBeNull().Reason.ShouldBe(FunnelReasons.RecordInactive);

    [Theory]
    [InlineData(ActorKind.Operator, StageChangeCause.Manual)]
    [InlineData(ActorKind.ApiKey, StageChangeCause.Api)]
    [InlineData(ActorKind.Service, StageChangeCause.Api)]
    public void The_cause_is_the_callers_kind(ActorKind actor, StageChangeCause cause) => StageDecisions.CauseOf(actor).ShouldBe(cause);

    [Fact]
    public void A_change_is_never_before_the_one_that_it_follows()
    {
        var (early, late) = (new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        StageDecisions.ChangeTime(new() { CreateTime = early, ChangeTime = late }, early).ShouldBe(late);
        StageDecisions.ChangeTime(new() { CreateTime = late }, early).ShouldBe(late);
        StageDecisions.ChangeTime(new() { CreateTime = early, ChangeTime = early }, late).ShouldBe(late);
    }
}
