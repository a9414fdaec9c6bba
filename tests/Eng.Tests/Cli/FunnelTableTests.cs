using ContactPlatform.Cli;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Eng.Tests.Cli;

public sealed class FunnelTableTests
{
    [Fact]
    public void Stages_come_in_order_and_the_lost_in_a_group_of_their_own()
    {
        var report = new GetFunnelReportResponse { DefaultStage = FunnelStage.Aware, ContactCount = 1_110 };
        report.StageCounts.Add(new StageCount { Stage = FunnelStage.Aware, ActiveCount = 1_000, DefaultCount = 900 });
        report.StageCounts.Add(new StageCount { Stage = FunnelStage.Engaged });
        report.StageCounts.Add(new StageCount { Stage = FunnelStage.Customer, ActiveCount = 60, LostCount = 50 });
        var lines = Render(FunnelCommand.Table(report)).Split('\n');
        Row(lines, "Aware (default)").ShouldContain("1,000");
        Row(lines, "Engaged").ShouldContain(" 0 ");
        Row(lines, "Lost").ShouldContain(" 50 ");
        Row(lines, "from Customer").ShouldContain("██");
        lines.ShouldNotContain(line => line.Contains("from Aware", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("1,110 contacts, 900 of them without a stage of their own", StringComparison.Ordinal));
        Array.FindIndex(lines, l => l.Contains("Aware", StringComparison.Ordinal)).ShouldBeLessThan(Array.FindIndex(lines, l => l.Contains("Lost", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_account_without_contacts_has_an_empty_table() =>
        Render(FunnelCommand.Table(new GetFunnelReportResponse())).ShouldContain("0 contacts");

    private static string Row(string[] lines, string text) => lines.Single(line => line.Contains(text, StringComparison.Ordinal));

    private static string Render(Table table)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 100;
        console.Write(table);
        return writer.ToString();
    }
}
