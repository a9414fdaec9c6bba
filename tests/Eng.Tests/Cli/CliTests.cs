using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>The command line as a process, as a person or a script gets it.</summary>
public sealed class CliTests : CliCase
{
    private readonly TestFolder _folder = new();

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }

    [Fact]
    public async Task A_run_is_followed_across_the_death_of_its_service()
    {
        Script.Runs.Enqueue(new Run { State = RunState.Queued, Message = "another run of the account is working" });
        Script.Runs.Enqueue(Running(done: 400));
        Script.Runs.Enqueue(null);
        Script.Runs.Enqueue(Running(done: 800));
        var ended = Running(done: 1_000);
        (ended.State, ended.Epoch, ended.ChangedCount, ended.UnchangedCount) = (RunState.Succeeded, 2, 900, 70);
        ended.SkipCounts.Add(new SkipCount { Reason = "RECORD_INACTIVE", Count = 30 });
        Script.Runs.Enqueue(ended);

        var cli = await RunAsync("label-rule", "run", "--label", "purchased-q2", "--stage", "customer");
        cli.ExitCode.ShouldBe(0, cli.Output);
        cli.Output.ShouldContain("purchased-q2 becomes Customer");
        cli.Output.ShouldContain("changed 900, already there 70, skipped 30");
        cli.Output.ShouldContain("RECORD_INACTIVE: 30");
        cli.Output.ShouldNotContain("\e[");
        Script.Watches.ShouldBe(2);
        Script.Authorization.ShouldBe("Bearer token of the key");
    }

    [Fact]
    public async Task A_failed_run_says_why_and_fails_the_command()
    {
        Script.Runs.Enqueue(new Run { State = RunState.Failed, FailureReason = "LABEL_NOT_FOUND", Message = "the label [7] is gone" });
        var cli = await RunAsync("label-rule", "run", "--label", "purchased-q2", "--stage", "customer");
        cli.ExitCode.ShouldBe(1);
        cli.Output.ShouldContain("the label [7] is gone (LABEL_NOT_FOUND)");
    }

    [Fact]
    public async Task Who_watches_may_stop_and_insist_on_it()
    {
        Script.Runs.Enqueue(Running(done: 400));
        await using var cli = ScriptedServices.StartCli(Address, ["label-rule", "run", "--label", "purchased-q2", "--stage", "customer"]);
        await CallChecks.UntilAsync(() => Task.FromResult(Script.Watches > 0));
        await Task.WhenAll(cli.StopAsync(Token), cli.StopAsync(Token));
        cli.ExitCode.ShouldBe(143, cli.Output);
        cli.Output.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("There is no label \"nobody\"", "--label", "nobody", "--stage", "customer")]
    [InlineData("There is no stage \"visitor\"", "--label", "purchased-q2", "--stage", "visitor")]
    [InlineData("by its number, or by both", "--label", "purchased-q2")]
    public async Task A_rule_that_cannot_be_meant_is_refused(string said, params string[] arguments)
    {
        var cli = await RunAsync(["label-rule", "run", .. arguments]);
        cli.ExitCode.ShouldBe(1);
        cli.Output.ShouldContain(said);
    }

    [Fact]
    public async Task An_import_uploads_every_byte_shows_its_counts_and_fetches_the_refused_rows()
    {
        var file = Path.Combine(_folder.Path, "people.csv");
        var content = new string('x', 600_000) + "é";
        await File.WriteAllTextAsync(file, content, Token);
        Script.Import = new Import
        {
            ImportId = 9,
            Config = new ImportConfig(),
            Run = new Run { State = RunState.Succeeded, DoneCount = 1_003 },
            CreatedCount = 1_000,
            RefusedCount = 3,
        };
        var errors = Path.Combine(_folder.Path, "errors.csv");
        var cli = await RunAsync("import", file, "--mode", "create", "--errors", errors);
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Uploaded.ShouldBe(await File.ReadAllBytesAsync(file, Token));
        Script.Config!.Mode.ShouldBe(ImportMode.Create);
        Script.Config.DisplayName.ShouldBe("people.csv");
        cli.Output.ShouldContain("1,003 rows");
        (await File.ReadAllTextAsync(errors, Token)).ShouldBe("line,reason\n3,INVALID_FIELD\n");
    }

    [Fact]
    public async Task A_refused_upload_is_told_field_by_field()
    {
        var file = Path.Combine(_folder.Path, "people.csv");
        await File.WriteAllTextAsync(file, new string('x', 5_000_000), Token);
        var bad = new BadRequest();
        bad.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = "config.delimiter", Description = "is a letter" });
        Script.UploadRefusal = new Google.Rpc.Status { Message = "1 field is malformed", Details = { Any.Pack(bad) } };
        var cli = await RunAsync("import", file, "--delimiter", "x");
        cli.ExitCode.ShouldBe(1);
        cli.Output.ShouldContain("config.delimiter: is a letter");
    }

    [Fact]
    public async Task The_token_is_alone_on_standard_output() =>
        (await RunAsync("token")).Lines.ShouldBe(["token of the key"]);

    [Fact]
    public async Task A_service_that_is_not_there_is_told_with_what_to_do()
    {
        var nobody = $"http://127.0.0.1:{FreePort.Next()}";
        var cli = await ScriptedServices.RunCliAsync(nobody, ["funnel"], Token);
        cli.ExitCode.ShouldBe(1);
        cli.Output.ShouldContain("is the stack still running");
    }

    private static Run Running(long done) => new()
    {
        State = RunState.Running,
        SetTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
        TotalCount = 1_000,
        DoneCount = done,
        Epoch = 1,
    };
}
