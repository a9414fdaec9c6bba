using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Changes;

[Collection("platform")]
public sealed class ChangesServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task The_feed_tells_of_moves_and_defaults_after_a_position()
    {
        var headers = await platform.Contacts.FeedHeadersAsync(default);
        var feed = new V1.ChangesService.ChangesServiceClient(platform.Funnel.Replicas[1].Channel);
        var id = await platform.CreateContactAsync();
        var first = await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);
        var second = await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.Headers);
        var third = await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Engaged }, platform.OtherHeaders);
        await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Aware }, platform.OtherHeaders);

        using var call = feed.StreamChanges(new() { AfterPosition = first.ChangeToken }, headers);
        (await call.ResponseStream.MoveNext(default)).ShouldBeTrue();
        var lost = call.ResponseStream.Current;
        (await call.ResponseStream.MoveNext(default)).ShouldBeTrue();
        var changed = call.ResponseStream.Current;

        (lost.Position, lost.AccountId, lost.Actor.Kind).ShouldBe((second.ChangeToken, ContactsHost.Account, ActorKind.ApiKey));
        lost.StagesChanged.Cause.ShouldBe(StageChangeCause.Api);
        lost.StagesChanged.Moves.ShouldBe([new StageMove { From = new() { Stage = FunnelStage.Customer }, To = new() { Stage = FunnelStage.Customer, Lost = true }, ContactIds = { id } }]);
        (changed.Position, changed.AccountId, changed.DefaultStageChanged.To).ShouldBe((third.ChangeToken, ContactsHost.OtherAccount, FunnelStage.Engaged));
        string.CompareOrdinal(changed.Position, lost.Position).ShouldBePositive();
        (await MalformedAsync(async () => await feed.StreamChanges(new() { AfterPosition = "x" }, headers).ResponseStream.MoveNext(default))).ShouldBe(["after_position"]);
    }

    [Fact]
    public async Task The_backlog_counts_what_a_position_has_still_before_it()
    {
        var headers = await platform.Contacts.FeedHeadersAsync(default);
        var feed = new V1.ChangesService.ChangesServiceClient(platform.Funnel.Service.Channel);
        var id = await platform.CreateContactAsync();
        var first = await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);
        var second = await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.Headers);

        GetBacklogResponse backlog = new();
        await UntilAsync(async () => (backlog = await feed.GetBacklogAsync(new() { AfterPosition = first.ChangeToken }, headers)).ChangeCount > 0);
        backlog.OldestChangeTime.ShouldBe(second.ContactStage.ChangeTime);
        string.CompareOrdinal(backlog.LastPosition, second.ChangeToken).ShouldBeGreaterThanOrEqualTo(0);
        (await feed.GetBacklogAsync(new(), headers)).ChangeCount.ShouldBeGreaterThanOrEqualTo(2);
        var none = await feed.GetBacklogAsync(new() { AfterPosition = "ffffffffffffffff-0000000000000001" }, headers);
        (none.ChangeCount, none.OldestChangeTime).ShouldBe((0, null));
        (await MalformedAsync(async () => await feed.GetBacklogAsync(new() { AfterPosition = "x" }, headers))).ShouldBe(["after_position"]);
    }

    [Fact]
    public async Task An_account_cannot_follow_the_feed()
    {
        var feed = new V1.ChangesService.ChangesServiceClient(platform.Funnel.Service.Channel);
        var refusal = await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", async () => await feed.StreamChanges(new(), platform.Headers).ResponseStream.MoveNext(default));
        refusal.Metadata["required"].ShouldBe("changes.read");
    }
}
