using System.CommandLine;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Contacts on which the rules between services do not hold.</summary>
internal static class ConsistencyCommand
{
    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Puts them right, up to 1,000 for each rule." };
        var command = new Command("consistency", "Counts contacts on which the rules between sequences and the other services do not hold.") { repair };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var mends = result.GetValue(repair);
            var rules = mends
                ? (await stack.Consistency.RepairConsistencyAsync(new(), cancellationToken: cancellationToken)).Rules
                : (await stack.Consistency.CheckConsistencyAsync(new(), cancellationToken: cancellationToken)).Rules;
            var table = new Table().RoundedBorder().AddColumn("Rule").AddColumn(new TableColumn(mends ? "Put right" : "Does not hold").RightAligned());
            foreach (var rule in rules)
            {
                table.AddRow(Words.Spaced(rule.Rule.ToString()), Words.Count(rule.ContactCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }
}
