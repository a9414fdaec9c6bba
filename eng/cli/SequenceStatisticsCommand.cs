using System.CommandLine;
using ContactPlatform.Sequences.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What became of a sequence.</summary>
internal static class SequenceStatisticsCommand
{
    /// <summary>In two tables, since one would not fit the width of a terminal.</summary>
    private static readonly (string Name, Func<MailCounts, long> Value)[] Ways =
        [("Sent", m => m.SentCount), ("Delivered", m => m.DeliveredCount), ("Bounced", m => m.BouncedCount), ("for good", m => m.HardBouncedCount)];

    private static readonly (string Name, Func<MailCounts, long> Value)[] Answers =
        [("Opened", m => m.OpenedCount), ("by machine", m => m.MachineOpenedCount), ("Clicked", m => m.ClickedCount), ("Replied", m => m.RepliedCount), ("Unsubscribed", m => m.OptedOutCount)];

    public static Command Create()
    {
        var id = new Argument<long>("SEQUENCE") { Description = "Its number." };
        var command = new Command("sequence-figures", "Counts a sequence's contacts and mails, as a whole and step by step.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var figures = await stack.SequenceStatistics.GetSequenceStatisticsAsync(new() { SequenceId = result.GetValue(id) }, cancellationToken: cancellationToken);
            var statuses = figures.StatusCounts.Select(s => $", {Words.Count(s.Count)} {Words.Spaced(s.Status.ToString()).ToLowerInvariant()}");
            AnsiConsole.WriteLine($"{Words.Count(figures.EnrolledCount, "contact")}{string.Concat(statuses)}, {Words.Count(figures.EndedCount)} left; {Words.Count(figures.RepliedCount)} replied, {Words.Count(figures.OptedOutCount)} finished by opting out");
            Show(figures, [.. Ways.Select(w => w.Name), "Reached", "Waiting"], step => [.. Ways.Select(w => w.Value(step.Mails)), step.ReachedCount, step.WaitingCount]);
            Show(figures, [.. Answers.Select(a => a.Name)], step => [.. Answers.Select(a => a.Value(step.Mails))]);
        });
        return command;
    }

    private static void Show(GetSequenceStatisticsResponse figures, string[] names, Func<StepStatistics, long[]> values)
    {
        var table = new Table().RoundedBorder().AddColumn("Step");
        foreach (var name in names)
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var step in figures.Steps.Append(new() { Mails = figures.Mails }))
        {
            table.AddRow([step.StepId == 0 ? "all" : $"{step.StepId}{(step.Removed ? " (removed)" : "")}", .. values(step).Select((v, i) => step.StepId == 0 && names[i] is ("Reached" or "Waiting") ? "" : Words.Count(v))]);
        }

        AnsiConsole.Write(table);
    }
}
