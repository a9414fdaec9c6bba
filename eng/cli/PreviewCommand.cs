using System.CommandLine;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class PreviewCommand
{
    public static Command Create()
    {
        var arguments = new RuleArguments();
        var command = new Command("preview", "Shows what a label rule would do, without moving anybody.");
        arguments.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var rule = await arguments.FindAsync(stack, result, cancellationToken);
            var preview = (await stack.Previews.PreviewLabelRuleAsync(new() { LabelRuleId = rule.LabelRuleId }, cancellationToken: cancellationToken)).Preview;
            Write(rule, preview);
        });
        return command;
    }

    private static void Write(LabelRule rule, LabelRulePreview preview)
    {
        AnsiConsole.MarkupLine($"Rule {rule.LabelRuleId}, {Words.Plain(rule.DisplayName)}: would move {Words.Count(preview.ChangedCount)} of {Words.Count(preview.TotalCount, "contact")}");
        AnsiConsole.MarkupLine($"  already there {Words.Count(preview.UnchangedCount)}, skipped {Words.Count(preview.SkipCounts.Sum(s => s.Count))}, lost no more {Words.Count(preview.LostCount)}");
        RunWatch.WriteSkipped(preview.SkipCounts);
        if (preview.Moves.Count > 0)
        {
            var table = new Table().RoundedBorder().AddColumns("From", "To").AddColumn(new TableColumn("Contacts").RightAligned());
            foreach (var move in preview.Moves)
            {
                table.AddRow(Words.Plain(Words.Status(move.From)), Words.Plain(Words.Status(move.To)), Words.Count(move.ContactCount));
            }

            AnsiConsole.Write(table);
            AnsiConsole.MarkupLine($"Among them: {string.Join(", ", preview.SampleContacts.Select(c => c.ContactId))}");
        }

        AnsiConsole.MarkupLine($"To move exactly these, until {Words.Time(preview.ExpireTime)}:");
        // Past the console's wrapping, so that it can be copied.
        AnsiConsole.Profile.Out.Writer.WriteLine($"  ./dev cli label-rule run {rule.LabelRuleId} --token {preview.PreviewToken}");
    }
}
