using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Contacts.Tests.Imports;

public sealed class ImportDecisionsTests
{
    private static readonly Dictionary<string, long> Labels = new() { ["vip"] = 7 };

    [Fact]
    public void A_later_row_sees_what_an_earlier_one_made()
    {
        var outcome = Decide(new(), [], Line(1, "a@b.c", given: "A"), Line(2, "a@b.c", given: "B"), Line(3, "a@b.c"), Line(4, "a@b.c", label: "vip"));
        (outcome.CreatedRows, outcome.UpdatedRows, outcome.UnchangedRows, outcome.Refused.Count).ShouldBe((1, 2, 1, 0));
        var made = outcome.Created.ShouldHaveSingleItem();
        (made.GivenName, made.Gained.Single()).ShouldBe(("B", 7L));
        outcome.Changed.ShouldBeEmpty();
    }

    [Fact]
    public void Empty_values_change_nothing_and_equal_ones_are_no_change()
    {
        var there = new ImportDraft { ContactId = 5, Email = "a@b.c", GivenName = "Ada", FamilyName = "L", TimeZone = "", Source = "", Owner = "", SubscribedTime = DateTime.UnixEpoch };
        there.Carries(7);
        var outcome = Decide(new(), [there], Line(1, "a@b.c"), Line(2, "a@b.c", given: "Ada", label: "vip"), Line(3, "a@b.c", given: "Eve"));
        (outcome.CreatedRows, outcome.UpdatedRows, outcome.UnchangedRows).ShouldBe((0, 1, 2));
        (there.GivenName, there.FamilyName, there.SubscribedTime, there.Gained.Count).ShouldBe(("Eve", "L", DateTime.UnixEpoch, 0));
    }

    [Theory]
    [InlineData(ImportMode.Create, "there@b.c", LineReasons.ContactExists)]
    [InlineData(ImportMode.Update, "new@b.c", LineReasons.ContactNotFound)]
    public void The_mode_refuses(ImportMode mode, string email, string reason)
    {
        var there = new ImportDraft { ContactId = 5, Email = "there@b.c", GivenName = "", FamilyName = "", TimeZone = "", Source = "", Owner = "" };
        var outcome = Decide(new ImportConfig { Mode = mode }, [there], Line(1, email, given: "X"));
        outcome.Refused.ShouldHaveSingleItem().Problems.ShouldHaveSingleItem().Reason.ShouldBe(reason);
        there.GivenName.ShouldBe("");
    }

    [Fact]
    public void A_label_that_the_account_lacks_is_refused_with_the_row()
    {
        var outcome = Decide(new(), [], Line(1, "a@b.c", label: "nope"));
        outcome.Refused.ShouldHaveSingleItem().Problems.ShouldHaveSingleItem().ShouldBe(new(LineReasons.LabelNotFound, "tags", "names the label \"nope\", which the account does not have"));
        outcome.Created.ShouldBeEmpty();
    }

    [Fact]
    public void The_rows_stage_wins_over_the_imports_and_the_last_row_over_the_first()
    {
        var outcome = Decide(new ImportConfig { Stage = FunnelStage.Aware }, [], Line(1, "a@b.c"), Line(2, "d@e.f", stage: FunnelStage.Promoter), Line(3, "a@b.c", stage: FunnelStage.Customer));
        outcome.Staged.ToDictionary(d => d.Key, d => d.Stage).ShouldBe(new Dictionary<string, FunnelStage> { ["a@b.c"] = FunnelStage.Customer, ["d@e.f"] = FunnelStage.Promoter });
    }

    [Fact]
    public void An_erased_address_is_refused_unless_it_is_already_there()
    {
        var there = new ImportDraft { ContactId = 5, Email = "there@b.c", Phone = "+628120000000", GivenName = "", FamilyName = "", TimeZone = "", Source = "", Owner = "" };
        var other = new ImportDraft { ContactId = 6, Email = "other@b.c", GivenName = "", FamilyName = "", TimeZone = "", Source = "", Owner = "" };
        ImportLine[] lines = [Line(1, "gone@b.c"), Line(2, "new@b.c"), Line(3, "there@b.c", given: "X"), Line(4, "other@b.c"), Line(5, "gone@b.d")];
        lines[2].Phone = lines[3].Phone = lines[4].Phone = "+628120000000";
        var outcome = Decide(new(), [there, other], lines);
        outcome.Refused.Select(r => (r.Line.Number, r.Problems.Single().Reason)).ShouldBe([(1, LineReasons.ContactErased), (4, LineReasons.ContactErased), (5, LineReasons.ContactErased)]);
        outcome.Refused.Select(r => r.Problems.Single().Text).ShouldBe([
            "names an email that was erased; ReadmitAddress lets it in again",
            "names a phone that was erased; ReadmitAddress lets it in again",
            "names an email and a phone that were erased; ReadmitAddress lets each in again"]);
        (there.GivenName, other.Phone).ShouldBe(("X", null));
        outcome.Created.Select(d => d.Key).ShouldBe(["new@b.c"]);
    }

    private static ImportOutcome Decide(ImportConfig config, ImportDraft[] there, params ImportLine[] lines) =>
        new ImportDecisions(new ImportPlan(config), "tags").Decide(lines, there.ToDictionary(d => d.Key), Labels, _ => false, address => address.StartsWith("gone@", StringComparison.Ordinal) || address == "+628120000000");

    private static ImportLine Line(long number, string email, string given = "", string? label = null, FunnelStage stage = default) => new()
    {
        Number = number,
        Line = number + 1,
        Raw = email,
        Email = email,
        GivenName = given,
        Stage = stage,
        Labels = label is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [label] = label },
    };
}
