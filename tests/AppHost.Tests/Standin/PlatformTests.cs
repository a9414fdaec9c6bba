using Aspire.DashboardService.Proto.V1;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>The whole platform as a person runs it: filled and moved from the dashboard, broken, stopped, started again.</summary>
[Collection(nameof(PlatformTests))]
public sealed class PlatformTests
{
    [Fact]
    public async Task It_is_filled_and_moved_from_the_dashboard_outlives_a_killed_Funnel_and_keeps_its_data()
    {
        using var data = new TestFolder();
        long customers;
        await using (var stack = await PlatformStack.StartAsync(data.Path))
        {
            await ShouldSucceedAsync(stack, stack.The("contacts"), "load-demo");
            await ShouldSucceedAsync(stack, stack.Replicas("funnel")[0], "run-label-rule");
            customers = Customers(await stack.ReportAsync());
            var labelled = (await stack.PurchasedAsync()).MemberCount;
            labelled.ShouldBeInRange(1_000, 9_000);
            customers.ShouldBeGreaterThanOrEqualTo(labelled);

            await RunsOnAfterAKillAsync(stack, labelled);

            var second = ChildProcess.StartDotNet(BuiltPrograms.Platform, ["--data", data.Path]);
            await second.WaitForExitAsync(stack.End);
            second.ExitCode.ShouldBe(1);
            second.Output.ShouldBe("another run has this data: stop it first, or keep other data with --data FOLDER");

            var clock = System.Diagnostics.Stopwatch.StartNew();
            await stack.AppHost.StopAsync(stack.End);
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
            stack.Processes().ShouldBeEmpty();
            File.Exists(Path.Combine(data.Path, "addresses.json")).ShouldBeFalse();
        }

        await using var again = await PlatformStack.StartAsync(data.Path);
        var report = await again.ReportAsync();
        report.StageCounts.Single(s => s.Stage == FunnelStage.Promoter).ActiveCount.ShouldBeGreaterThanOrEqualTo((await again.PurchasedAsync()).MemberCount);
        Customers(report).ShouldBeLessThan(customers);

        // It brings back whoever had ended by then. Without its contacts, the rule's command says so.
        Kill(again.Replicas("funnel")[0]);
        await ShouldSucceedAsync(again, again.The("postgres"), "reset");
        // Neither waits for the other.
        foreach (var name in (string[])["contacts", "funnel"])
        {
            await again.WaitAsync(name, r => r.State == "Running" && r.HealthReports.All(h => h is { HasStatus: true, Status: HealthStatus.Healthy }));
        }
        var refused = await again.CommandAsync(again.Replicas("funnel")[0].Name, "run-label-rule");
        refused.Kind.ShouldBe(ResourceCommandResponseKind.Failed);
        refused.Message.ShouldContain("purchased-q2");
    }

    /// <summary>
    /// A Funnel is killed as soon as a run is asked for; each contact is moved once, whichever of the two had the run and
    /// however far it was. (`./dev faults funnel-killed-of-two` chooses the moments.)
    /// </summary>
    private static async Task RunsOnAfterAKillAsync(PlatformStack stack, long labelled)
    {
        using var channel = stack.Open("funnel");
        var rules = new LabelRuleService.LabelRuleServiceClient(channel);
        var label = await stack.PurchasedAsync();
        var rule = (await rules.CreateLabelRuleAsync(
            new() { LabelRule = new() { LabelId = label.LabelId, Stage = FunnelStage.Promoter } }, stack.Token(), cancellationToken: stack.End)).LabelRule;
        var run = (await rules.RunLabelRuleAsync(
            new() { LabelRuleId = rule.LabelRuleId, RequestId = "killed" }, stack.Token(), cancellationToken: stack.End)).LabelRuleRun.Run;
        Kill(stack.Replicas("funnel")[0]);

        await stack.UntilAsync(async () =>
        {
            try
            {
                run = (await rules.GetLabelRuleRunAsync(new() { RunId = run.RunId }, stack.Token(), cancellationToken: stack.End)).LabelRuleRun.Run;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                // This connection was to the one that is dead; the next goes to the other.
            }

            return run.EndTime is not null;
        });
        run.State.ShouldBe(RunState.Succeeded);
        (run.ChangedCount + run.UnchangedCount).ShouldBe(labelled);
        run.DoneCount.ShouldBe(labelled);
    }

    private static void Kill(Resource replica)
    {
        using var victim = System.Diagnostics.Process.GetProcessById(StandinStack.Pid(replica));
        victim.Kill();
    }

    private static long Customers(GetFunnelReportResponse report) => report.StageCounts.Single(s => s.Stage == FunnelStage.Customer).ActiveCount;

    private static async Task ShouldSucceedAsync(PlatformStack stack, Resource resource, string command)
    {
        var response = await stack.CommandAsync(resource.Name, command);
        response.Kind.ShouldBe(ResourceCommandResponseKind.Succeeded, $"{command}: {response.Message}\n{stack.AppHost.Output}");
    }
}
