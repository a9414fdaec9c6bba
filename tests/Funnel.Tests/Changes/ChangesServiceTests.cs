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
    public async Task An_account_cannot_follow_the_feed()
    {
        var feed = new V1.ChangesService.ChangesServiceClient(platform.Funnel.Service.Channel);
        var refusal = await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", async () => await feed.StreamChanges(new(), platform.Headers).ResponseStream.MoveNext(default));
        refusal.Metadata["required"].ShouldBe("changes.read");
    }
}
