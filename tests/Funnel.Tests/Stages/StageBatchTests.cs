using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;

namespace ContactPlatform.Funnel.Tests.Stages;

/// <summary>Single moves of many callers at the same time, which Funnel writes together.</summary>
[Collection("platform")]
public sealed class StageBatchTests(PlatformFixture platform)
{
    private static readonly FunnelStage[] Stages = [FunnelStage.Engaged, FunnelStage.Customer, FunnelStage.LoyalCustomer, FunnelStage.Promoter];

    [Fact]
    public async Task Callers_at_the_same_time_get_each_what_they_asked_for()
    {
        var ids = await platform.CreateContactsAsync(40);
        var others = await platform.CreateContactsAsync(20, platform.OtherHeaders);
        var all = ids.Select((id, i) => (Id: id, Headers: platform.Headers, Stage: Stages[i % 4]))
            .Concat(others.Select((id, i) => (Id: id, Headers: platform.OtherHeaders, Stage: Stages[(i + 1) % 4]))).ToList();

        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(all.Select(async c =>
            {
                var reply = await platform.Stages.SetStageAsync(new() { ContactId = c.Id, Stage = c.Stage }, c.Headers);
                (reply.ContactStage.ContactId, reply.ContactStage.Stage, reply.ContactStage.Version).ShouldBe((c.Id, c.Stage, 1 + (2 * round)));
                reply.ChangeToken.ShouldNotBeEmpty();
            }));
            await Task.WhenAll(all.Select(async c =>
                (await platform.Stages.MarkLostAsync(new() { ContactId = c.Id }, c.Headers)).ContactStage.Lost.ShouldBeTrue()));
        }

        foreach (var (id, headers, stage) in all.Where((_, i) => i % 7 == 0))
        {
            var history = (await platform.Stages.ListStageChangesAsync(new() { ContactId = id }, headers)).StageChanges.Reverse().ToList();
            history.Select(h => (h.Version, h.To.Stage, h.To.Lost)).ShouldBe(Enumerable.Range(1, 6).Select(v => ((long)v, stage, v % 2 == 0)));
            history.Zip(history.Skip(1)).ShouldAllBe(pair => pair.First.To.Equals(pair.Second.From) && pair.First.ChangeTime.CompareTo(pair.Second.ChangeTime) <= 0);
        }
        // Nobody reaches another account through a shared statement.
        await Task.WhenAll(others.Select(id =>
            RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Aware }, platform.Headers))));
    }

    [Fact]
    public async Task A_refusal_is_only_its_callers()
    {
        var ids = await platform.CreateContactsAsync(30);
        var etags = await Task.WhenAll(ids.Select(async id => (await platform.StageAsync(id)).Etag));

        var outcomes = await Task.WhenAll(ids.Select(async (id, i) =>
        {
            try
            {
                await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer, Etag = i % 3 == 0 ? "wrong" : etags[i] }, platform.Headers);
                return StatusCode.OK;
            }
            catch (RpcException e)
            {
                return e.StatusCode;
            }
        }));

        outcomes.ShouldBe(ids.Select((_, i) => i % 3 == 0 ? StatusCode.Aborted : StatusCode.OK));
    }

    [Fact]
    public async Task Who_waits_for_a_contact_keeps_nobody_else()
    {
        var ids = await platform.CreateContactsAsync(30);
        Task<SetStageResponse>[] waiting;
        await using (await platform.HoldAsync(ids[0]))
        {
            waiting = [.. Enumerable.Range(0, 10).Select(i => platform.Stages.SetStageAsync(new() { ContactId = ids[0], Stage = Stages[i % 2] }, platform.Headers).ResponseAsync)];
            await Task.WhenAll(ids.Skip(1).Select(async id =>
                await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Promoter }, platform.Headers, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20))));
            waiting.ShouldAllBe(w => !w.IsCompleted);
        }

        await Task.WhenAll(waiting);
        var history = await platform.HistoryAsync(ids[0]);
        history.Select(h => h.Version).ShouldBe(Enumerable.Range(1, history.Count).Select(v => (long)v));
        history.Zip(history.Skip(1)).ShouldAllBe(pair => pair.First.To.Equals(pair.Second.From));
    }
}
