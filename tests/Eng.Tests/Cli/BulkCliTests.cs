using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks of bulk runs, and how it shows them.</summary>
public sealed class BulkCliTests : CliCase
{
    [Fact]
    public async Task Whom_and_what_are_said_by_name()
    {
        (string[] Arguments, ContactSet Set, BulkAction Action, string Said)[] ways =
        [
            (["add-label", "purchased-q2", "At risk"], new() { SegmentId = 31 }, new() { AddLabelId = 7 }, "label + purchased-q2"),
            (["add-to-list", "fair", "label:vip"], new() { Filter = "label:vip" }, new() { AddContactListId = 8 }, "list + fair"),
            (["deactivate", "--contact", "ada@example.org", "+628120000001"], new() { ContactIds = new() { ContactIds_ = { 1, 2 } } }, new() { SetRecordState = RecordState.Inactive }, "record inactive"),
            (["remove-label", "purchased-q2", "--list", "fair"], new() { ContactListId = 8 }, new() { RemoveLabelId = 7 }, "label - purchased-q2"),
        ];
        foreach (var (arguments, set, action, said) in ways)
        {
            var cli = await BulkAsync(arguments);
            cli.ExitCode.ShouldBe(0, cli.Output);
            var asked = (CreateBulkRunRequest)Script.Asked!;
            (asked.Contacts, asked.Action, asked.RequestId.Length).ShouldBe((set, action, 32));
            cli.Output.ShouldContain($"Bulk run 61: {said}");
            cli.Output.ShouldContain("changed 2,000, as they were 99, skipped 1");
            cli.Output.ShouldContain("CONTACT_ERASED: 1");
        }
    }

    [Fact]
    public async Task A_dry_run_counts_and_runs_are_listed_and_cancelled()
    {
        var dry = await BulkAsync("activate", "snapshot:5", "--dry-run");
        (dry.ExitCode, dry.Output.Contains("12,345 contacts; dry run", StringComparison.Ordinal)).ShouldBe((0, true), dry.Output);
        ((CountSegmentRequest)Script.Asked!).Contacts.SegmentSnapshotId.ShouldBe(5);
        (await BulkAsync("list")).Lines.Single(l => l.Contains("[Ada]", StringComparison.Ordinal)).ShouldContain("list + 8");
        (await BulkAsync("cancel", "61")).ExitCode.ShouldBe(0);
        Script.Asked.ShouldBe(new CancelBulkRunRequest { BulkRunId = 61 });
    }

    [Fact]
    public async Task Nobody_named_or_named_twice_is_refused()
    {
        foreach (var arguments in (string[][])[["activate"], ["activate", "31", "--list", "fair"]])
        {
            var cli = await BulkAsync(arguments);
            (cli.ExitCode, cli.Output.Contains("Say to whom, in one way", StringComparison.Ordinal)).ShouldBe((1, true), cli.Output);
        }
        (await BulkAsync("add-label", "nothing", "31")).Output.ShouldContain("There is no label \"nothing\"");
        Script.Asked.ShouldBeNull();
    }

    private Task<ChildProcess> BulkAsync(params string[] arguments) => RunAsync(["bulk", .. arguments]);
}
