using System.CommandLine;
using System.Runtime.CompilerServices;
using ContactPlatform.Sequences.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Contacts on which the rules between services do not hold.</summary>
internal static class ConsistencyCommand
{
    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Puts them right as it goes." };
        var command = new Command("consistency", "Counts contacts on which the rules between sequences and the other services do not hold.") { repair };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var mends = result.GetValue(repair);
            IReadOnlyList<RuleViolations> rules = [];
            await RunView.NewProgress().StartAsync(async progress =>
            {
                var task = progress.AddTask("Looking at contacts");
                await foreach (var pass in PassAsync(stack, mends, cancellationToken))
                {
                    (rules, task.MaxValue, task.Value) = (pass.Rules, Math.Max(1, pass.Total), pass.Complete ? Math.Max(1, pass.Total) : pass.Checked);
                    task.Description = $"{Words.Count(pass.Checked)} looked at";
                }
            });
            var table = new Table().RoundedBorder().AddColumn("Rule").AddColumn(new TableColumn(mends ? "Put right" : "Does not hold").RightAligned());
            foreach (var rule in rules)
            {
                table.AddRow(Words.Spaced(rule.Rule.ToString()), Words.Count(rule.ContactCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static async IAsyncEnumerable<(IReadOnlyList<RuleViolations> Rules, long Checked, long Total, bool Complete)> PassAsync(Stack stack, bool mends, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (mends)
        {
            using var repair = stack.Consistency.RepairConsistency(new(), cancellationToken: cancellationToken);
            await foreach (var pass in repair.ResponseStream.ReadAllAsync(cancellationToken))
            {
                yield return (pass.Rules, pass.CheckedCount, pass.TotalCount, pass.Complete);
            }
        }
        else
        {
            using var check = stack.Consistency.CheckConsistency(new(), cancellationToken: cancellationToken);
            await foreach (var pass in check.ResponseStream.ReadAllAsync(cancellationToken))
            {
                yield return (pass.Rules, pass.CheckedCount, pass.TotalCount, pass.Complete);
            }
        }
    }
}
