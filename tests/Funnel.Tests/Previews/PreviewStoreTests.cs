using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Previews;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunState = ContactPlatform.ServiceDefaults.Runs.RunState;

namespace ContactPlatform.Funnel.Tests.Previews;

/// <summary>What is kept of previews, where Contacts does not answer.</summary>
[Collection("stores")]
public sealed class PreviewStoreTests(StoreFixture fixture)
{
    private readonly long account = fixture.NewAccount();

    [Fact]
    public async Task A_preview_that_a_run_waits_with_is_kept_however_old_it_is()
    {
        await using var scope = fixture.Open(account);
        var (db, store, targets) = (scope.ServiceProvider.GetRequiredService<FunnelDbContext>(), scope.ServiceProvider.GetRequiredService<PreviewStore>(), scope.ServiceProvider.GetRequiredService<LabelRuleTargets>());
        var runs = new List<long>();
        for (var i = 0; i < PreviewStore.Maximum; i++)
        {
            var run = (await fixture.NewRunAsync(account, [], FunnelStage.Customer)).Row.RunId;
            var preview = await scope.ServiceProvider.GetRequiredService<IdSequence>().NextAsync(default);
            db.LabelRulePreviews.Add(new() { AccountId = account, PreviewId = preview, LabelRuleId = 1, CreateTime = StoreFixture.Before, ExpireTime = StoreFixture.Before });
            await db.SaveChangesAsync();
            await targets.WriteAsync(preview, 0, [[1, 2, 3]], default);
            await db.LabelRuleRuns.Where(r => r.RunId == run).ExecuteUpdateAsync(set => set.SetProperty(r => r.PreviewId, preview));
            runs.Add(run);
        }

        (await RefusedAsync(store)).ShouldBe(CommonReasons.LimitExceeded);
        (await db.LabelRulePreviews.CountAsync()).ShouldBe(PreviewStore.Maximum);

        await db.Runs.Where(r => r.RunId == runs[0]).ExecuteUpdateAsync(set => set.SetProperty(r => r.State, RunState.Succeeded));
        (await RefusedAsync(store)).ShouldBe(CommonReasons.ServiceUnavailable);

        // The expired one is gone; the one that was broken off has no set, no token, and an hour to live.
        var previews = await db.LabelRulePreviews.AsNoTracking().OrderBy(p => p.PreviewId).ToListAsync();
        previews.Count.ShouldBe(PreviewStore.Maximum);
        (previews[^1].Digest, previews[^1].ExpireTime - previews[^1].CreateTime).ShouldBe((null, PreviewStore.Lifetime));
        (await db.LabelRuleTargets.Select(t => t.RunId).ToListAsync()).ShouldBe(previews[..^1].Select(p => p.PreviewId), ignoreOrder: true);
    }

    [Fact]
    public async Task A_run_whose_preview_is_gone_says_so()
    {
        await using var scope = fixture.Open(account);
        var refusal = await Should.ThrowAsync<RefusalException>(() => PreviewComparison.OpenAsync(
            scope.ServiceProvider.GetRequiredService<FunnelDbContext>(), scope.ServiceProvider.GetRequiredService<LabelRuleTargets>(), 1, default));
        refusal.Refusal.Reason.ShouldBe(FunnelReasons.PreviewTokenInvalid);
    }

    private async Task<Reason> RefusedAsync(PreviewStore store)
    {
        var rule = new LabelRuleRow { AccountId = account, LabelRuleId = 1, LabelId = 1, Stage = FunnelStage.Customer, DisplayName = "" };
        var error = await Should.ThrowAsync<Exception>(() => store.TakeAsync(rule, _ => Task.CompletedTask, default));
        return FaultTable.Find(error).ShouldNotBeNull(error.ToString()).Reason;
    }
}
