using ContactPlatform.Testing;

namespace ContactPlatform.Contacts.Tests.FunnelProjection;

[Collection(FollowingCollection.Name)]
public sealed class StopTests(FollowingFixture fixture)
{
    [Fact]
    public async Task Services_that_follow_each_other_do_not_wait_for_one_another_to_stop()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var moved = await fixture.Stages.SetStageAsync(new() { ContactId = await fixture.CreateAsync(), Stage = Common.V1.FunnelStage.Customer }, fixture.Headers);
        await fixture.AppliedAsync(moved.ChangeToken);
        var took = await Task.WhenAll(fixture.Contacts.Service.StopAsync(timeout.Token), fixture.Funnel.Service.StopAsync(timeout.Token));
        // After 3 s a service gives up waiting for its callers.
        took.ShouldAllBe(t => t < TimeSpan.FromSeconds(3));
        (fixture.Contacts.Service.Process.ExitCode, fixture.Funnel.Service.Process.ExitCode).ShouldBe((0, 0));
        await Task.WhenAll(fixture.Contacts.Service.StartAgainAsync(timeout.Token), fixture.Funnel.Service.StartAgainAsync(timeout.Token));
    }
}
