using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Google.Protobuf.WellKnownTypes;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Reports;

[Collection("platform")]
public sealed class FunnelFlowTests(PlatformFixture platform)
{
    [Fact]
    public async Task The_flow_of_a_period_is_what_made_the_difference_between_its_ends()
    {
        var headers = platform.OtherHeaders;
        async Task<GetFunnelReportResponse> ReportAsync() => await platform.Reports.GetFunnelReportAsync(new(), headers);
        var old = await platform.CreateContactsAsync(1, headers);
        await UntilAsync(async () => (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { old } }, headers)).MissingContactIds.Count == 0);
        var before = await ReportAsync();

        var ids = await platform.CreateContactsAsync(3, headers);
        await platform.Stages.BatchSetStageAsync(new() { ContactIds = { ids }, Stage = FunnelStage.Engaged }, headers);
        await platform.Stages.BatchSetStageAsync(new() { ContactIds = { ids[..2] }, Stage = FunnelStage.Customer }, headers);
        await platform.Stages.MarkLostAsync(new() { ContactId = ids[0] }, headers);
        await platform.Stages.MarkLostAsync(new() { ContactId = ids[1] }, headers);
        await platform.Stages.ReactivateContactAsync(new() { ContactId = ids[0] }, headers);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = ids[2] }, headers);
        await UntilAsync(async () => (await ReportAsync()).ContactCount == before.ContactCount + 2);
        var after = await ReportAsync();
        var flow = await platform.Reports.GetFunnelFlowAsync(new() { StartTime = before.AsOfTime, EndTime = after.AsOfTime }, headers);

        flow.Flows.Select(f => (Name(f.From), Name(f.To), f.MoveCount)).ShouldBe(
        [
            ("nobody", "none", 3), ("none", "Engaged", 3), ("Engaged", "nobody", 1), ("Engaged", "Customer", 2), ("Customer", "lost Customer", 2), ("lost Customer", "Customer", 1),
        ]);
        (flow.ChangeCount, flow.LostCount, flow.ReactivatedCount, flow.CreatedCount, flow.DeletedCount).ShouldBe((8, 2, 1, 3, 1));
        foreach (var (was, now) in before.StageCounts.Zip(after.StageCounts).Where(s => s.First.Stage != before.DefaultStage))
        {
            long Net(bool lost) => flow.Flows.Sum(f => f.MoveCount * ((Is(f.To, lost) ? 1 : 0) - (Is(f.From, lost) ? 1 : 0)));
            bool Is(StageStatus? status, bool lost) => status is not null && status.Stage == was.Stage && status.Lost == lost;
            (now.ActiveCount - was.ActiveCount, now.LostCount - was.LostCount).ShouldBe((Net(false), Net(true)), $"{was.Stage}");
        }

        var none = await platform.Reports.GetFunnelFlowAsync(new() { StartTime = after.AsOfTime, EndTime = after.AsOfTime }, headers);
        (none.Flows.Count, none.ChangeCount).ShouldBe((0, 0));
        (await platform.Reports.GetFunnelFlowAsync(new() { StartTime = Timestamp.FromDateTime(DateTime.UnixEpoch) }, headers)).ChangeCount.ShouldBeGreaterThanOrEqualTo(8);
    }

    [Fact]
    public async Task A_period_that_is_none_is_refused()
    {
        var now = TimeProvider.System.GetUtcNow();
        Timestamp At(int minutes) => Timestamp.FromDateTimeOffset(now.AddMinutes(minutes));
        (await MalformedAsync(async () => await platform.Reports.GetFunnelFlowAsync(new(), platform.Headers))).ShouldBe(["start_time"]);
        (await MalformedAsync(async () => await platform.Reports.GetFunnelFlowAsync(new() { StartTime = At(1), EndTime = At(2) }, platform.Headers))).ShouldBe(["start_time", "end_time"]);
        (await MalformedAsync(async () => await platform.Reports.GetFunnelFlowAsync(new() { StartTime = At(-1), EndTime = At(-2) }, platform.Headers))).ShouldBe(["end_time"]);
        (await MalformedAsync(async () => await platform.Reports.GetFunnelFlowAsync(new() { StartTime = new() { Nanos = -1 } }, platform.Headers))).ShouldBe(["start_time"]);
    }

    private static string Name(StageStatus? status) => status is null ? "nobody"
        : $"{(status.Lost ? "lost " : "")}{(status.Stage == FunnelStage.Unspecified ? "none" : status.Stage)}";
}
