using System.CommandLine;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class ConflictsCommand
{
    public static Command Create()
    {
        var ids = new Argument<long[]>("RULES") { Description = "Numbers of the rules to compare; all unless given.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("conflicts", "Shows which label rules claim the same contacts for different stages.") { ids };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new GetLabelRuleConflictsRequest { LabelRuleIds = { result.GetValue(ids) ?? [] } };
            var conflicts = (await stack.Previews.GetLabelRuleConflictsAsync(request, cancellationToken: cancellationToken)).Conflicts;
            if (conflicts.Count == 0)
            {
                AnsiConsole.MarkupLine("No two rules claim the same contact for different stages.");
                return;
            }

            var names = (await RuleArguments.ListAsync(stack, cancellationToken)).ToDictionary(r => r.LabelRuleId, r => r.DisplayName);
            AnsiConsole.Write(Table(conflicts, names));
        });
        return command;
    }

    /// <summary>One row a pair.</summary>
    internal static Table Table(IEnumerable<LabelRuleConflict> conflicts, IReadOnlyDictionary<long, string> names)
    {
        var table = new Table().RoundedBorder().AddColumns("Rule", "and rule").AddColumn(new TableColumn("Contacts").RightAligned()).AddColumn("Among them");
        foreach (var conflict in conflicts)
        {
            table.AddRow(
                Name(conflict.FirstLabelRuleId),
                Name(conflict.SecondLabelRuleId),
                Words.Count(conflict.ContactCount),
                string.Join(", ", conflict.SampleContactIds.Take(3)) + (conflict.ContactCount > 3 ? ", ..." : ""));
        }

        return table;

        string Name(long id) => Words.Plain($"{id} {names.GetValueOrDefault(id, "")}".Trim());
    }
}
