using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Custom fields and projections at the command line.</summary>
public sealed class FieldCliTests : CliCase
{
    [Fact]
    public async Task Fields_are_listed_created_and_deleted()
    {
        (await RunAsync("field", "list")).Output.ShouldContain("│ tier │ Client [tier] │ choice │ Gold, Silver │");

        var created = await RunAsync("field", "create", "level", "--type", "CHOICE", "--name", "Level", "--choices", "One, Two,,");
        created.ExitCode.ShouldBe(0, created.Output);
        Script.Asked.ShouldBe(new CreateCustomFieldRequest { CustomField = new() { Key = "level", DisplayName = "Level", Type = CustomFieldType.Choice, Choices = { "One", "Two" } } });
        created.Output.ShouldContain("Custom field level is there: choice.");

        var deleted = await RunAsync("field", "delete", "tier");
        Script.Asked.ShouldBe(new DeleteCustomFieldRequest { CustomFieldId = 31, Etag = "1" });
        deleted.Output.ShouldContain("Custom field tier is gone; 1,200 contacts had something in it.");
    }

    [Theory]
    [InlineData("There is no type \"money\": text, number, date, boolean or choice.", "money")]
    [InlineData("There is no type \"1\": text, number, date, boolean or choice.", "1")]
    [InlineData("There is no type \"unspecified\": text, number, date, boolean or choice.", "unspecified")]
    public async Task A_type_that_there_is_not_is_refused(string said, string type)
    {
        var cli = await RunAsync("field", "create", "level", "--type", type);
        cli.ExitCode.ShouldBe(1);
        cli.Output.ShouldContain(said);
    }

    [Fact]
    public async Task Projections_are_listed_with_how_far_they_are_behind()
    {
        var lines = (await RunAsync("projection", "list")).Lines;
        lines.ShouldContain(l => l.Contains("funnel") && l.Contains("1,200") && l.Contains("2.5 s"));
        lines.ShouldContain(l => l.Contains("sequences") && l.Contains("at the beginning") && l.Contains("not known"));
    }

    [Fact]
    public async Task A_rebuilding_is_followed_to_its_end()
    {
        Script.Runs.Enqueue(new Run { State = RunState.Running, SetTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), TotalCount = 2_000, DoneCount = 500, Epoch = 1 });
        Script.Runs.Enqueue(new Run { State = RunState.Succeeded, SetTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), TotalCount = 2_000, DoneCount = 2_000, ChangedCount = 1, Epoch = 1 });
        var cli = await RunAsync("projection", "rebuild", "funnel");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Asked.ShouldBe(new RebuildProjectionRequest { Source = "funnel" });
        cli.Output.ShouldContain("Rebuilt from 2,000 changes; 1 row had to be put right.");

        Script.Runs.Enqueue(new Run { State = RunState.Failed, FailureReason = "INTERNAL", Message = "broke" });
        (await RunAsync("projection", "rebuild", "funnel")).ExitCode.ShouldBe(1);
    }
}
