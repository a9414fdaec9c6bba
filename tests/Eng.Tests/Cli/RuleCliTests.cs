using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks about label rules and the funnel, and how it shows the answers.</summary>
public sealed class RuleCliTests : CliCase
{
    private static readonly DateTimeOffset _moment = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_preview_ends_with_the_command_that_does_exactly_this()
    {
        Script.Preview = new LabelRulePreview
        {
            TotalCount = 2_000, ChangedCount = 1_950, UnchangedCount = 20, LostCount = 50, PreviewToken = new string('t', 54),
            SkipCounts = { new SkipCount { Reason = "RECORD_INACTIVE", Count = 30 } },
            Moves =
            {
                new PreviewMove { From = new(), To = new() { Stage = FunnelStage.Customer }, ContactCount = 1_900 },
                new PreviewMove { From = new() { Stage = FunnelStage.Engaged, Lost = true }, To = new() { Stage = FunnelStage.Customer }, ContactCount = 50 },
            },
            SampleContacts = { new PreviewContact { ContactId = 4_711 } },
        };

        var cli = await RunAsync("label-rule", "preview", "--label", "purchased-q2", "--stage", "customer");

        cli.ExitCode.ShouldBe(0, cli.Output);
        cli.Output.ShouldContain("would move 1,950 of 2,000 contacts");
        cli.Output.ShouldContain("already there 20, skipped 30, lost no more 50");
        Row(cli, "lost from Engaged").ShouldContain(" 50 ");
        Row(cli, "no stage").ShouldContain(" 1,900 ");
        cli.Output.ShouldContain("4711");
        cli.Lines.ShouldContain($"  ./dev cli label-rule run 31 --token {new string('t', 54)}");
    }

    [Fact]
    public async Task A_run_with_a_token_that_finds_another_set_names_the_difference_and_fails()
    {
        Script.Difference = new MembersDifference { AddedCount = 21, RemovedCount = 1, AddedContactIds = { 5, 6 }, RemovedContactIds = { 9 } };
        Script.Runs.Enqueue(new Run { State = RunState.Failed, FailureReason = "LABEL_MEMBERS_CHANGED", Message = "nothing was moved" });

        var cli = await RunAsync("label-rule", "run", "--label", "purchased-q2", "--stage", "customer", "--token", "abc");

        cli.ExitCode.ShouldBe(1);
        ((RunLabelRuleRequest)Script.Asked!).PreviewToken.ShouldBe("abc");
        cli.Output.ShouldContain("21 joined since the preview: 5, 6, ...");
        cli.Output.ShouldContain("1 left since the preview: 9");
        cli.Output.ShouldContain("nothing was moved (LABEL_MEMBERS_CHANGED)");
    }

    [Fact]
    public async Task Runs_are_listed_watched_across_a_cut_and_cancelled()
    {
        var list = await RunAsync("label-rule", "runs");
        list.ExitCode.ShouldBe(0, list.Output);
        Row(list, "Undo of 5").ShouldContain("running");

        foreach (var state in (RunState?[])[RunState.Running, null, RunState.Succeeded])
        {
            Script.Runs.Enqueue(state is { } known ? new Run { RunId = 5, State = known, ChangedCount = 1_950 } : null);
        }
        var watched = await RunAsync("label-rule", "watch", "5");
        watched.ExitCode.ShouldBe(0, watched.Output);
        watched.Output.ShouldContain("Run 5 of rule 31: To Customer");
        watched.Output.ShouldContain("changed 1,950");

        Script.Runs.Enqueue(new Run { RunId = 5, State = RunState.Cancelled });
        var cancelled = await RunAsync("label-rule", "cancel", "5");
        (cancelled.ExitCode, cancelled.Output.Contains("What was committed stays", StringComparison.Ordinal)).ShouldBe((1, true), cancelled.Output);
        Script.Asked.ShouldBe(new CancelLabelRuleRunRequest { RunId = 5 });
        (await RunAsync("label-rule", "watch", "five")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Conflicts_are_told_pair_by_pair()
    {
        (await RunAsync("label-rule", "conflicts")).Output.ShouldContain("No two rules claim the same contact");
        Script.Rules.Add(new LabelRule { LabelRuleId = 3, DisplayName = "vip becomes [Promoter]" });
        Script.Conflicts.Add(new LabelRuleConflict { FirstLabelRuleId = 3, SecondLabelRuleId = 8, ContactCount = 1_200, SampleContactIds = { 11, 12, 13, 14 } });

        var cli = await RunAsync("label-rule", "conflicts", "3", "8");

        cli.ExitCode.ShouldBe(0, cli.Output);
        ((GetLabelRuleConflictsRequest)Script.Asked!).LabelRuleIds.ShouldBe([3, 8]);
        var row = Row(cli, "vip becomes [Promoter]");
        row.ShouldContain("1,200");
        row.ShouldContain("11, 12, 13, ...");
    }

    [Fact]
    public async Task An_undo_names_who_could_not_go_back()
    {
        Script.Runs.Enqueue(new Run
        {
            RunId = 6, State = RunState.Succeeded, ChangedCount = 900,
            SkipCounts = { new SkipCount { Reason = "CHANGED_SINCE", Count = 1 }, new SkipCount { Reason = "RECORD_INACTIVE", Count = 1 } },
        });
        Script.UndoResults.AddRange(
        [
            new UndoResult { ContactId = 4_712, Outcome = UndoOutcome.Kept, Reason = "CHANGED_SINCE" },
            new UndoResult { ContactId = 4_713, Outcome = UndoOutcome.Failed, Reason = "RECORD_INACTIVE" },
            new UndoResult { ContactId = 4_714, Outcome = UndoOutcome.Reversed },
        ]);

        var cli = await RunAsync("label-rule", "undo", "5");

        cli.ExitCode.ShouldBe(0, cli.Output);
        ((UndoLabelRuleRunRequest)Script.Asked!).RunId.ShouldBe(5);
        cli.Output.ShouldContain("Undo of run 5: run 6");
        cli.Output.ShouldContain("reversed 900, left as they are 2");
        Row(cli, "4712").ShouldContain("CHANGED_SINCE");
        Row(cli, "4713").ShouldContain("failed");
        cli.Output.ShouldNotContain("4714");
        (await RunAsync("label-rule", "undo")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task The_flow_of_a_period_has_a_row_for_each_kind_of_move()
    {
        Script.Flow = new GetFunnelFlowResponse
        {
            ChangeCount = 150, LostCount = 50, CreatedCount = 7, DeletedCount = 3,
            Flows =
            {
                new FunnelFlow { To = new(), MoveCount = 7 },
                new FunnelFlow { From = new() { Stage = FunnelStage.Aware }, To = new() { Stage = FunnelStage.LoyalCustomer }, MoveCount = 100 },
                new FunnelFlow { From = new() { Stage = FunnelStage.LoyalCustomer, Lost = true }, MoveCount = 3 },
            },
        };

        var cli = await RunAsync("funnel", "flow", "--from", "2026-05-01T12:00:00Z", "--to", "2026-05-02T12:00:00Z");

        cli.ExitCode.ShouldBe(0, cli.Output);
        var asked = (GetFunnelFlowRequest)Script.Asked!;
        (asked.StartTime.ToDateTimeOffset(), asked.EndTime.ToDateTimeOffset()).ShouldBe((_moment, _moment.AddDays(1)));
        Row(cli, "(created)").ShouldContain("no stage");
        Row(cli, "Aware").ShouldContain("100 │ ███");
        Row(cli, "(deleted)").ShouldContain("lost from Loyal customer");
        cli.Output.ShouldContain("150 moves: 50 lost, 0 reactivated");
        (await RunAsync("funnel", "flow")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task The_funnel_of_a_past_moment_is_asked_for()
    {
        var cli = await RunAsync("funnel", "--as-of", "2026-05-01T12:00:00Z");
        cli.ExitCode.ShouldBe(0, cli.Output);
        ((GetFunnelReportRequest)Script.Asked!).AsOfTime.ShouldBe(Timestamp.FromDateTimeOffset(_moment));
    }

    private static string Row(ChildProcess cli, string text) => cli.Lines.Single(line => line.Contains('│', StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
}
