using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Reports;
using ContactPlatform.Funnel.V1;
using Google.Protobuf.WellKnownTypes;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Reports;

[Collection("platform")]
public sealed class FunnelReportTests(PlatformFixture platform)
{
    [Fact]
    public void Every_stage_is_shown_and_contacts_without_one_are_at_the_default()
    {
        var report = ReportProto.ToProto([new(null, false, 5), new(null, true, 2), new(FunnelStage.Customer, false, 3), new(FunnelStage.Engaged, true, 4)], FunnelStage.Customer, DateTime.UnixEpoch);

        report.ContactCount.ShouldBe(14);
        report.StageCounts.Select(c => (c.Stage, c.ActiveCount, c.LostCount, c.DefaultCount)).ShouldBe(
        [
            (FunnelStage.Aware, 0, 0, 0), (FunnelStage.Engaged, 0, 4, 0), (FunnelStage.Customer, 8, 2, 7), (FunnelStage.LoyalCustomer, 0, 0, 0), (FunnelStage.Promoter, 0, 0, 0),
        ]);
    }

    [Fact]
    public async Task The_past_stays_as_it_was()
    {
        var headers = platform.OtherHeaders;
        async Task<GetFunnelReportResponse> ReportAsync(Timestamp? asOf = null) => await platform.Reports.GetFunnelReportAsync(new() { AsOfTime = asOf }, headers);
        var ids = await platform.CreateContactsAsync(4, headers);
        await UntilAsync(async () => (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { ids } }, headers)).MissingContactIds.Count == 0);
        await platform.Stages.SetStageAsync(new() { ContactId = ids[0], Stage = FunnelStage.Customer }, headers);
        await platform.Stages.SetStageAsync(new() { ContactId = ids[1], Stage = FunnelStage.Promoter }, headers);
        await platform.Stages.MarkLostAsync(new() { ContactId = ids[1] }, headers);
        var then = await ReportAsync();

        await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.LoyalCustomer }, headers);
        await platform.Stages.BatchSetStageAsync(new() { ContactIds = { ids[..2] }, Stage = FunnelStage.Engaged }, headers);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = ids[2] }, headers);
        await platform.CreateContactsAsync(3, headers);
        await UntilAsync(async () => (await ReportAsync()).ContactCount == then.ContactCount + 2);

        var recalled = await ReportAsync(then.AsOfTime);
        recalled.ShouldBe(then);
        then.DefaultStage.ShouldBe(FunnelStage.Aware);
        then.StageCounts.Sum(c => c.ActiveCount + c.LostCount).ShouldBe(then.ContactCount);
        then.StageCounts[4].LostCount.ShouldBe(1);
        (await ReportAsync()).StageCounts[3].DefaultCount.ShouldBeGreaterThan(0);
        (await ReportAsync(Timestamp.FromDateTime(DateTime.UnixEpoch))).ContactCount.ShouldBe(0);
        await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Aware }, headers);
    }

    [Fact]
    public async Task The_future_is_refused()
    {
        (await MalformedAsync(async () => await platform.Reports.GetFunnelReportAsync(new() { AsOfTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddMinutes(1)) }, platform.Headers))).ShouldBe(["as_of_time"]);
        (await MalformedAsync(async () => await platform.Reports.GetFunnelReportAsync(new() { AsOfTime = new() { Seconds = long.MaxValue } }, platform.Headers))).ShouldBe(["as_of_time"]);
    }
}
