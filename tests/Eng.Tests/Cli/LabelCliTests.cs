using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks about labels, and how it shows the answers.</summary>
public sealed class LabelCliTests : CliCase
{
    [Fact]
    public async Task Labels_are_listed_created_renamed_merged_and_deleted()
    {
        (await SaidAsync("labels")).ShouldContain("│ [vip]        │ 9  │        1 │");
        (await SaidAsync("label", "create", "[new]")).ShouldContain("Label 11, [new]");
        ((CreateLabelRequest)Script.Asked!).RequestId.Length.ShouldBe(32);

        (await SaidAsync("label", "rename", "[vip]", "VIP")).ShouldContain("Label 9, VIP");
        Script.Asked.ShouldBe(new RenameLabelRequest { LabelId = 9, DisplayName = "VIP", Etag = "b" });

        (await SaidAsync("label", "merge", "[vip]", "purchased-q2")).ShouldContain("[vip] is now part of purchased-q2, which 1 contact gained: 1,200 contacts now.");
        Script.Asked.ShouldBe(new MergeLabelsRequest { SourceLabelId = 9, TargetLabelId = 7 });

        (await SaidAsync("label", "delete", "purchased-q2")).ShouldContain("Label purchased-q2 is gone, taken off 1,200 contacts.");
        Script.Asked.ShouldBe(new DeleteLabelRequest { LabelId = 7, Etag = "a" });
    }

    [Fact]
    public async Task Contacts_get_a_label_and_lose_it_by_whatever_names_them()
    {
        (await SaidAsync("label", "add", "[vip]", "ada@example.org", "+628120000001")).ShouldContain("[vip]: changed 1, as they were 1; on 1 contact now");
        Script.Asked.ShouldBe(new BatchAddLabelRequest { LabelId = 9, ContactIds = { 1, 2 } });
        (await SaidAsync("label", "remove", "[vip]", "ada@example.org")).ShouldContain("changed 1, as they were 0");
        Script.Asked.ShouldBe(new BatchRemoveLabelRequest { LabelId = 9, ContactIds = { 1 } });
    }

    [Theory]
    [InlineData("There is no label \"nobody's\". `./dev cli labels` lists those there are.", "label", "add", "nobody's", "ada@example.org")]
    [InlineData("There is no contact 99.", "label", "add", "[vip]", "ada@example.org", "99")]
    [InlineData("There is no contact without an email that has +628120000009", "label", "add", "[vip]", "+628120000009")]
    [InlineData("Required argument 'CONTACT' missing", "label", "add", "[vip]")]
    public async Task What_is_not_there_is_named_and_nothing_is_asked_for(string said, params string[] arguments)
    {
        var cli = await RunAsync(arguments);
        (cli.ExitCode, Script.Asked).ShouldBe((1, null), cli.Output);
        cli.Output.ShouldContain(said);
    }

    private async Task<string> SaidAsync(params string[] arguments)
    {
        var cli = await RunAsync(arguments);
        cli.ExitCode.ShouldBe(0, cli.Output);
        return cli.Output;
    }
}
