using ContactPlatform.Cli;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Spectre.Console.Rendering;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks about segments, and how it shows the answers.</summary>
public sealed class SegmentCliTests : CliCase
{
    [Fact]
    public async Task A_segment_is_made_and_counted_by_its_name_its_number_or_its_filter()
    {
        var made = await RunAsync("segment", "create", "At risk", "label:vip AND funnel.stage = CUSTOMER");
        made.ExitCode.ShouldBe(0, made.Output);
        made.Output.ShouldContain("Segment 31, At risk: label:vip AND funnel.stage = CUSTOMER");
        ((CreateSegmentRequest)Script.Asked!).RequestId.Length.ShouldBe(32);

        (string Text, ContactSet Set)[] ways = [("At risk", new() { SegmentId = 31 }), ("77", new() { SegmentId = 77 }), ("snapshot:5", new() { SegmentSnapshotId = 5 }), ("label:vip", new() { Filter = "label:vip" })];
        foreach (var (text, set) in ways)
        {
            var count = await RunAsync("segment", "count", text);
            count.ExitCode.ShouldBe(0, count.Output);
            count.Output.ShouldContain("12,345 contacts");
            ((CountSegmentRequest)Script.Asked!).Contacts.ShouldBe(set);
        }
        (await RunAsync("segment", "count")).ExitCode.ShouldBe(1);

        (await RunAsync("segment", "update", "At risk", "label:vip")).Output.ShouldContain("Segment 31, [vips]: label:vip");
        Script.Asked.ShouldBe(new UpdateSegmentRequest { Segment = new() { SegmentId = 31, Filter = "label:vip" }, UpdateMask = new() { Paths = { "filter" } } });
        (await RunAsync("segment", "delete", "77")).Output.ShouldContain("Segment 77 is gone.");
        Script.Asked.ShouldBe(new DeleteSegmentRequest { SegmentId = 77 });
    }

    [Fact]
    public async Task A_page_names_the_next_and_a_snapshot_how_to_ask_for_it()
    {
        var page = await RunAsync("segment", "page", "31", "--size", "1", "--token", "this");
        page.ExitCode.ShouldBe(0, page.Output);
        page.Lines.Single(l => l.Contains("[Ana]", StringComparison.Ordinal)).ShouldContain("ana@example.org");
        page.Output.ShouldContain("The next page: --token next");
        ((ListSegmentContactsRequest)Script.Asked!).ShouldBe(new() { Contacts = new() { SegmentId = 31 }, PageSize = 1, PageToken = "this" });

        var frozen = await RunAsync("segment", "freeze", "31");
        frozen.Output.ShouldContain("Snapshot 32: 2,000 contacts; ask for it as snapshot:32");
    }

    [Fact]
    public void An_explanation_has_a_row_for_each_clause()
    {
        var table = SegmentCommand.Explained(
        [
            new() { Clause = new() { Text = "label:vip" }, Holds = true, Value = "VIP" },
            new() { Clause = new() { Text = "field.plan = [gold]" } },
        ]);
        using var output = new StringWriter();
        Spectre.Console.AnsiConsole.Create(new() { Ansi = Spectre.Console.AnsiSupport.No, Out = new Spectre.Console.AnsiConsoleOutput(output) }).Write((IRenderable)table);
        var lines = output.ToString().Split('\n');
        lines.Single(l => l.Contains("label:vip", StringComparison.Ordinal)).ShouldContain("yes");
        lines.Single(l => l.Contains("[gold]", StringComparison.Ordinal)).ShouldContain("none");
    }
}
