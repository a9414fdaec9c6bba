using System.CommandLine;
using ContactPlatform.Funnel.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class FlowCommand
{
    private const int BarWidth = 24;

    public static Command Create()
    {
        var from = MomentOption.Create("--from", "Beginning of the period, such as 2026-05-01T00:00:00Z.");
        from.Required = true;
        var to = MomentOption.Create("--to", "End of the period; now unless given.");
        var command = new Command("flow", "Shows the moves between stages over a period.") { from, to };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new GetFunnelFlowRequest { StartTime = Timestamp.FromDateTimeOffset(result.GetValue(from)!.Value) };
            if (result.GetValue(to) is { } end)
            {
                request.EndTime = Timestamp.FromDateTimeOffset(end);
            }

            AnsiConsole.Write(Table(await stack.Reports.GetFunnelFlowAsync(request, cancellationToken: cancellationToken)));
        });
        return command;
    }

    /// <summary>One row for each kind of move, on one scale.</summary>
    internal static Table Table(GetFunnelFlowResponse flow)
    {
        var max = flow.Flows.Select(f => f.MoveCount).DefaultIfEmpty().Max();
        var table = new Table().RoundedBorder()
            .Title($"Moves, {Words.Time(flow.StartTime)} to {Words.Time(flow.EndTime)}")
            .AddColumns("From", "To").AddColumn(new TableColumn("Moves").RightAligned()).AddColumn(new TableColumn("").Width(BarWidth));
        foreach (var move in flow.Flows)
        {
            var colour = move.To is { Lost: true } or null ? "red" : "green";
            table.AddRow(
                Words.Plain(Words.Status(move.From, "(created)")),
                Words.Plain(Words.Status(move.To, "(deleted)")),
                Words.Count(move.MoveCount),
                $"[{colour}]{Words.Bar(move.MoveCount, max, BarWidth)}[/]");
        }

        return table.Caption($"{Words.Count(flow.ChangeCount, "move")}: {Words.Count(flow.LostCount)} lost, {Words.Count(flow.ReactivatedCount)} reactivated; "
            + $"{Words.Count(flow.CreatedCount, "contact")} created, {Words.Count(flow.DeletedCount)} deleted");
    }
}
