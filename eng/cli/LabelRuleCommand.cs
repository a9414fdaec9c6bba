using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class LabelRuleCommand
{
    public static Command Create()
    {
        var label = new Option<string?>("--label") { Description = "Everyone who carries this label ..." };
        var stage = new Option<string?>("--stage") { Description = "... gets this stage. The rule is made when there is none." };
        var id = new Argument<long?>("RULE") { Description = "A rule's number, instead of --label and --stage.", Arity = ArgumentArity.ZeroOrOne };
        var run = new Command("run", "Runs a label rule and shows how far it is.") { id, label, stage };
        run.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var rule = (result.GetValue(id), result.GetValue(label), result.GetValue(stage)) switch
            {
                ({ } number, null, null) => (await stack.LabelRules.GetLabelRuleAsync(new() { LabelRuleId = number }, cancellationToken: cancellationToken)).LabelRule,
                (null, { } name, { } text) => await FindOrCreateAsync(stack, name, Words.ReadStage(text), cancellationToken),
                _ => throw new CliException("Name a rule by its number, or by both --label and --stage."),
            };
            return await RunAsync(stack, rule, cancellationToken);
        });

        var list = new Command("list", "Lists the label rules.");
        list.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await ListAsync(stack, cancellationToken);
        });
        return new Command("label-rule", "Label rules: everyone who carries a label gets a stage.") { run, list };
    }

    private static async Task<LabelRule> FindOrCreateAsync(Stack stack, string labelName, FunnelStage stage, CancellationToken cancellationToken)
    {
        var label = await LabelLookup.FindAsync(stack, labelName, cancellationToken);
        var rules = await RulesAsync(stack, cancellationToken);
        if (rules.Find(r => r.LabelId == label.LabelId && r.Stage == stage) is { } existing)
        {
            return existing;
        }

        var rule = new LabelRule { LabelId = label.LabelId, Stage = stage, DisplayName = $"{label.DisplayName} becomes {Words.Stage(stage)}" };
        return (await stack.LabelRules.CreateLabelRuleAsync(new() { LabelRule = rule }, cancellationToken: cancellationToken)).LabelRule;
    }

    private static async Task<int> RunAsync(Stack stack, LabelRule rule, CancellationToken cancellationToken)
    {
        // Known before the answer, so that a retry after a lost answer does not run the rule twice.
        var requestId = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var started = await stack.LabelRules.RunLabelRuleAsync(new() { LabelRuleId = rule.LabelRuleId, RequestId = requestId }, cancellationToken: cancellationToken);
        var run = started.LabelRuleRun.Run;
        AnsiConsole.MarkupLine($"Rule {rule.LabelRuleId}, {Words.Plain(rule.DisplayName)}: run {run.RunId}");
        await RunView.NewProgress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Reading the label's members");
            task.IsIndeterminate = true;
            await foreach (var message in Watching.FollowAsync(
                () => stack.LabelRules.WatchLabelRuleRun(new() { RunId = run.RunId }, cancellationToken: cancellationToken),
                () => task.Description = "Funnel went away; the run goes on when it is back",
                cancellationToken))
            {
                run = message.LabelRuleRun.Run;
                if (run.SetTime is not null)
                {
                    task.IsIndeterminate = false;
                    task.MaxValue = Math.Max(1, run.TotalCount);
                    task.Value = run.State == RunState.Succeeded ? task.MaxValue : run.DoneCount;
                }

                task.Description = Words.Plain(RunView.Describe($"To {Words.Stage(rule.Stage)}", run, run.DoneCount));
                if (RunView.HasEnded(run))
                {
                    break;
                }
            }
        });

        AnsiConsole.MarkupLine($"  changed {Words.Count(run.ChangedCount)}, already there {Words.Count(run.UnchangedCount)}, skipped {Words.Count(run.SkipCounts.Sum(s => s.Count))}");
        foreach (var skip in run.SkipCounts)
        {
            AnsiConsole.MarkupLine($"    {Words.Plain(skip.Reason)}: {Words.Count(skip.Count)}");
        }

        return RunView.WriteEnd(run);
    }

    private static async Task ListAsync(Stack stack, CancellationToken cancellationToken)
    {
        var labels = (await LabelLookup.ListAsync(stack, cancellationToken)).ToDictionary(l => l.LabelId, l => l.DisplayName);
        var table = new Table().RoundedBorder().AddColumns("Rule", "Label", "Stage", "Last run");
        foreach (var rule in await RulesAsync(stack, cancellationToken))
        {
            table.AddRow(
                rule.LabelRuleId.ToString(CultureInfo.InvariantCulture),
                Words.Plain(labels.GetValueOrDefault(rule.LabelId, $"(deleted, {rule.LabelId})")),
                Words.Stage(rule.Stage),
                rule.LastRunId == 0 ? "never" : rule.LastRunId.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }

    private static async Task<List<LabelRule>> RulesAsync(Stack stack, CancellationToken cancellationToken)
    {
        var rules = new List<LabelRule>();
        var request = new ListLabelRulesRequest { PageSize = 1000 };
        do
        {
            var page = await stack.LabelRules.ListLabelRulesAsync(request, cancellationToken: cancellationToken);
            rules.AddRange(page.LabelRules);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return rules;
    }
}
