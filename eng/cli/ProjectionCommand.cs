using System.CommandLine;
using ContactPlatform.Common.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What Contacts keeps of other services' data.</summary>
internal static class ProjectionCommand
{
    public static Command Create() => new("projection", "Shows and rebuilds what Contacts keeps of other services' data.") { List(), Rebuild() };

    private static Command List()
    {
        var command = new Command("list", "Lists the projections and how far each is behind.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Projection", "Position", "Applied").AddColumn(new TableColumn("Pending").RightAligned()).AddColumn(new TableColumn("Lag").RightAligned());
            foreach (var projection in (await stack.Projections.ListProjectionsAsync(new(), cancellationToken: cancellationToken)).Projections)
            {
                table.AddRow(
                    Words.Plain(projection.Source),
                    projection.Position.Length > 0 ? projection.Position : "at the beginning",
                    Words.Time(projection.ApplyTime),
                    projection.HasPendingCount ? Words.Count(projection.PendingCount) : "not known",
                    projection.Lag is { } lag ? $"{lag.ToTimeSpan().TotalSeconds:0.0} s" : "not known");
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Rebuild()
    {
        var source = new Argument<string>("PROJECTION") { Description = "Its name, such as funnel or deliverability." };
        var command = new Command("rebuild", "Reads a projection's source again from the beginning, aside, and puts right what differs; reads go on meanwhile.") { source };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var name = result.GetValue(source)!;
            var run = (await stack.Projections.RebuildProjectionAsync(new() { Source = name }, cancellationToken: cancellationToken)).Run;
            run = await RunWatch.ToEndAsync("Contacts", $"rebuilding {name}", $"rebuilding {name}",
                () => stack.Projections.WatchProjectionRebuild(new() { RunId = run.RunId }, cancellationToken: cancellationToken), m => m.Run, r => r, cancellationToken);
            if (run.State == RunState.Succeeded)
            {
                AnsiConsole.MarkupLine($"Rebuilt from {Words.Count(run.DoneCount, "change")}; {Words.Count(run.ChangedCount, "row")} had to be put right.");
            }

            return RunView.WriteEnd(run);
        });
        return command;
    }
}
