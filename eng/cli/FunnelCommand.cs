using System.CommandLine;
using ContactPlatform.Funnel.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class FunnelCommand
{
    private const int BarWidth = 40;

    public static Command Create()
    {
        var asOf = MomentOption.Create("--as-of", "A past moment, such as 2026-05-01T12:00:00Z; now unless given.");
        var command = new Command("funnel", "Shows how many contacts stand where, the lost apart.") { asOf, FlowCommand.Create() };
        command.SetAction((result, cancellationToken) => ShowAsync(result.GetValue(asOf), cancellationToken));
        return command;
    }

    private static async Task ShowAsync(DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        using var stack = Stack.Find();
        var request = new GetFunnelReportRequest();
        if (asOf is { } time)
        {
            request.AsOfTime = Timestamp.FromDateTimeOffset(time);
        }

        AnsiConsole.Write(Table(await stack.Reports.GetFunnelReportAsync(request, cancellationToken: cancellationToken)));
    }

    /// <summary>One row a stage, and below them one for each stage that contacts were lost from, on one scale.</summary>
    internal static Table Table(GetFunnelReportResponse report)
    {
        var max = report.StageCounts.Select(c => Math.Max(c.ActiveCount, c.LostCount)).DefaultIfEmpty().Max();
        var table = new Table().RoundedBorder()
            .Title($"Funnel, {Words.Time(report.AsOfTime)}")
            .AddColumn("Stage").AddColumn(new TableColumn("Contacts").RightAligned()).AddColumn(new TableColumn("").Width(BarWidth));
        foreach (var count in report.StageCounts)
        {
            var isDefault = count.Stage == report.DefaultStage;
            table.AddRow(
                $"{Words.Stage(count.Stage)}{(isDefault ? " [grey](default)[/]" : "")}",
                Words.Count(count.ActiveCount),
                $"[green]{Words.Bar(count.ActiveCount, max, BarWidth)}[/]");
        }

        table.AddEmptyRow();
        table.AddRow("[bold]Lost[/]", $"[bold]{Words.Count(report.StageCounts.Sum(c => c.LostCount))}[/]", "");
        foreach (var count in report.StageCounts.Where(c => c.LostCount > 0))
        {
            table.AddRow($"  from {Words.Stage(count.Stage)}", Words.Count(count.LostCount), $"[red]{Words.Bar(count.LostCount, max, BarWidth)}[/]");
        }

        var byDefault = report.StageCounts.Sum(c => c.DefaultCount);
        return table.Caption($"{Words.Count(report.ContactCount, "contact")}, {Words.Count(byDefault)} of them without a stage of their own");
    }
}
