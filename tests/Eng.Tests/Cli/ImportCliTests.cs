using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks about mappings, the undoing of imports, and consent, and how it shows the answers.</summary>
public sealed class ImportCliTests : CliCase
{
    private readonly string _file = Path.GetTempFileName();

    protected override void Dispose(bool disposing)
    {
        File.Delete(_file);
        base.Dispose(disposing);
    }

    [Fact]
    public async Task A_suggestion_is_shown_and_taken_over_but_for_what_is_named()
    {
        await File.WriteAllTextAsync(_file, "Contact;Tarif;Name;Note;\na@example.org;gold;Ada;x;\n");
        var shown = await RunAsync("import", "suggest", _file);
        shown.ExitCode.ShouldBe(0, shown.Output);
        shown.Output.ShouldContain("field.plan");
        shown.Output.ShouldContain("Looked at 1 row.");

        Script.Import = new() { ImportId = 9, Config = new(), CreatedCount = 1, UnsubscribedCount = 1, Run = new() { State = RunState.Succeeded, DoneCount = 1 } };
        var cli = await RunAsync("import", _file, "--suggested", "--map", "Note=given_name", "--label-separator", "|");
        cli.ExitCode.ShouldBe(0, cli.Output);
        (Script.Config!.Delimiter, Script.Config.LabelSeparator).ShouldBe((";", "|"));
        Script.Config.Columns.Select(c => (c.Header, c.Field, c.CustomFieldKey)).ShouldBe([("Note", ImportField.GivenName, ""), ("Contact", ImportField.Email, ""), ("Tarif", ImportField.Custom, "plan")]);
        cli.Output.ShouldContain("Unsubscribed, since an address of theirs was before: 1");

        var wrong = await RunAsync("import", _file, "--map", "Note=nothing");
        (wrong.ExitCode, wrong.Output.Contains("--map Note=nothing: expected HEADER=TARGET", StringComparison.Ordinal)).ShouldBe((1, true), wrong.Output);
    }

    [Fact]
    public async Task An_import_of_unsubscriptions_shows_its_own_counts()
    {
        Script.Import = new() { ImportId = 9, Config = new() { Mode = ImportMode.Unsubscribe }, UpdatedCount = 7, RememberedCount = 1_005, UnsubscribedCount = 8, Run = new() { State = RunState.Succeeded, DoneCount = 1_012 } };
        var cli = await RunAsync("import", _file, "--mode", "unsubscribe", "--suggested");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Config!.Columns.ShouldHaveSingleItem().Field.ShouldBe(ImportField.Email);
        cli.Output.ShouldMatch(@"unsubscribed\s+7");
        cli.Output.ShouldMatch(@"remembered\s+1,005");
        cli.Output.ShouldNotContain("created");
    }

    [Fact]
    public async Task Imports_are_listed_watched_to_their_refused_rows_and_cancelled()
    {
        (await RunAsync("import", "list")).Lines.Single(l => l.Contains("[fair].csv", StringComparison.Ordinal)).ShouldContain("1,009");
        Script.Import = new() { ImportId = 9, Config = new(), CreatedCount = 1_200, RefusedCount = 1, Run = new() { State = RunState.Succeeded, DoneCount = 1_201 } };
        var watched = await RunAsync("import", "watch", "9", "--errors", _file);
        watched.ExitCode.ShouldBe(0, watched.Output);
        watched.Output.ShouldMatch(@"created\s+1,200");
        (await File.ReadAllTextAsync(_file)).ShouldContain("INVALID_FIELD");

        Script.Import = new() { ImportId = 9, Config = new(), CreatedCount = 7, Run = new() { State = RunState.Cancelled } };
        var cancelled = await RunAsync("import", "cancel", "9");
        (cancelled.ExitCode, cancelled.Output.Contains("What was committed stays", StringComparison.Ordinal)).ShouldBe((1, true), cancelled.Output);
        Script.Asked.ShouldBe(new CancelImportRequest { ImportId = 9 });
        (await RunAsync("import", "watch")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task An_undo_shows_its_counts_and_who_stays()
    {
        var cli = await RunAsync("import", "undo", "9");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Asked.ShouldBe(new UndoImportRequest { ImportId = 9 });
        cli.Output.ShouldContain("Undo 12 of import 9: 1,207 contacts");
        cli.Output.ShouldMatch(@"deleted\s+1,200");
        cli.Output.ShouldContain("given_name, custom_fields.plan");
        cli.Output.ShouldContain("...");
        (await RunAsync("import", "undo", "nine")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Subscribing_again_wants_a_reason()
    {
        (await RunAsync("contact", "unsubscribe", "ada@example.org")).Output.ShouldContain("Contact 1 is unsubscribed, and 2 contacts with the same phone.");
        Script.Asked.ShouldBe(new UnsubscribeContactRequest { ContactId = 1, Etag = "a" });
        (await RunAsync("contact", "resubscribe", "ada@example.org")).ExitCode.ShouldBe(1);
        var cli = await RunAsync("contact", "resubscribe", "ada@example.org", "--reason", "asked at the fair");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Asked.ShouldBe(new ResubscribeContactRequest { ContactId = 1, Reason = "asked at the fair", Etag = "a" });
        cli.Output.ShouldContain("Contact 1 is not unsubscribed.");
    }
}
