using System.CommandLine;
using System.Globalization;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class LabelRuleCommand
{
    public static Command Create()
    {
        var arguments = new RuleArguments();
        var token = new Option<string?>("--token") { Description = "A preview's token: moves exactly the contacts that were previewed, or nobody." };
        var run = new Command("run", "Runs a label rule and shows how far it is.") { token };
        arguments.AddTo(run);
        run.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            return await RunAsync(stack, await arguments.FindAsync(stack, result, cancellationToken), result.GetValue(token) ?? "", cancellationToken);
        });

        var list = new Command("list", "Lists the label rules.");
        list.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await ListAsync(stack, cancellationToken);
        });
        return new Command("label-rule", "Label rules: everyone who carries a label gets a stage.")
        {
            run, list, PreviewCommand.Create(), ConflictsCommand.Create(), UndoCommand.Create(),
            LabelRuleRunCommand.List(), LabelRuleRunCommand.Watch(), LabelRuleRunCommand.Cancel(),
        };
    }

    private static async Task<int> RunAsync(Stack stack, LabelRule rule, string token, CancellationToken cancellationToken)
    {
        // Known before the answer, so that a retry after a lost answer does not run the rule twice.
        var requestId = RequestIds.New();
        var request = new RunLabelRuleRequest { LabelRuleId = rule.LabelRuleId, RequestId = requestId, PreviewToken = token };
        var started = (await stack.LabelRules.RunLabelRuleAsync(request, cancellationToken: cancellationToken)).LabelRuleRun;
        AnsiConsole.MarkupLine($"Rule {rule.LabelRuleId}, {Words.Plain(rule.DisplayName)}: run {started.Run.RunId}");
        return await LabelRuleRunCommand.ToEndAsync(stack, started, cancellationToken);
    }

    private static async Task ListAsync(Stack stack, CancellationToken cancellationToken)
    {
        var labels = (await LabelLookup.ListAsync(stack, cancellationToken)).ToDictionary(l => l.LabelId, l => l.DisplayName);
        var table = new Table().RoundedBorder().AddColumns("Rule", "Label", "Stage", "Last run");
        foreach (var rule in await RuleArguments.ListAsync(stack, cancellationToken))
        {
            table.AddRow(
                rule.LabelRuleId.ToString(CultureInfo.InvariantCulture),
                Words.Plain(labels.GetValueOrDefault(rule.LabelId, $"(deleted, {rule.LabelId})")),
                Words.Stage(rule.Stage),
                rule.LastRunId == 0 ? "never" : rule.LastRunId.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }
}
