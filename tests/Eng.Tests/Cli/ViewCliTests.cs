using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks about views, and how it shows the answers.</summary>
public sealed class ViewCliTests : CliCase
{
    [Fact]
    public async Task A_view_is_made_of_a_segment_and_shown_as_a_table()
    {
        var made = await RunAsync("view", "create", "Board", "At risk", "--column", "email, labels", "--column", "lost", "--order", "create_time desc");
        made.ExitCode.ShouldBe(0, made.Output);
        made.Output.ShouldContain("View 51, Board: email, labels, lost, by create_time desc");
        var asked = (CreateViewRequest)Script.Asked!;
        asked.View.ShouldBe(new() { DisplayName = "Board", SegmentId = 31, Columns = { "email", "labels", "lost" }, OrderBy = "create_time desc" });
        asked.RequestId.Length.ShouldBe(32);

        var shown = await RunAsync("view", "show", "board", "--size", "2", "--token", "this");
        shown.ExitCode.ShouldBe(0, shown.Output);
        shown.Lines.Single(l => l.Contains("[ana]@example.org", StringComparison.Ordinal)).ShouldMatch("│ a, b +│ yes +│");
        shown.Output.ShouldContain("The next page: --token next");
        ((ListViewRowsRequest)Script.Asked!).ShouldBe(new() { ViewId = 51, PageSize = 2, PageToken = "this" });
        (await RunAsync("view", "create", "Board", "31")).ExitCode.ShouldBe(1);
    }
}
