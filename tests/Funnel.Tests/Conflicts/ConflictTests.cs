using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Conflicts;
using ContactPlatform.Funnel.LabelRules;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Conflicts;

[Collection("platform")]
public sealed class ConflictTests(PlatformFixture platform)
{
    [Fact]
    public async Task Rules_that_claim_the_same_contacts_for_different_stages_are_named_before_either_runs()
    {
        var ids = await platform.CreateContactsAsync(40);
        var (first, second, third) = (await platform.CreateLabelAsync(ids[..30]), await platform.CreateLabelAsync(ids[5..35]), await platform.CreateLabelAsync(ids[29..]));
        var customers = await platform.CreateRuleAsync(first, FunnelStage.Customer);
        var alsoCustomers = await platform.CreateRuleAsync(second, FunnelStage.Customer);
        var promoters = await platform.CreateRuleAsync(third, FunnelStage.Promoter);
        var engaged = await platform.CreateRuleAsync(third, FunnelStage.Engaged);
        var nobody = await platform.CreateLabelAsync();
        var gone = await platform.CreateRuleAsync(nobody, FunnelStage.Aware);
        await platform.Labels.DeleteLabelAsync(new() { LabelId = nobody }, platform.Headers);
        async Task<List<(long, FunnelStage, long, FunnelStage, long)>> ConflictsAsync(params long[] rules) =>
            [.. (await platform.Previews.GetLabelRuleConflictsAsync(new() { LabelRuleIds = { rules } }, platform.Headers)).Conflicts
                .Select(c => (c.FirstLabelRuleId, c.FirstStage, c.SecondLabelRuleId, c.SecondStage, c.ContactCount))];

        var found = await ConflictsAsync(engaged, promoters, customers, alsoCustomers, gone);

        found.ShouldBe(
        [
            (promoters, FunnelStage.Promoter, engaged, FunnelStage.Engaged, 11),
            (alsoCustomers, FunnelStage.Customer, promoters, FunnelStage.Promoter, 6), (alsoCustomers, FunnelStage.Customer, engaged, FunnelStage.Engaged, 6),
            (customers, FunnelStage.Customer, promoters, FunnelStage.Promoter, 1), (customers, FunnelStage.Customer, engaged, FunnelStage.Engaged, 1),
        ]);
        (await ConflictsAsync(customers, alsoCustomers, gone)).ShouldBeEmpty();
        (await ConflictsAsync()).Intersect(found).ShouldBe(found, ignoreOrder: true);
        var sample = await platform.Previews.GetLabelRuleConflictsAsync(new() { LabelRuleIds = { alsoCustomers, promoters } }, platform.Headers);
        sample.Conflicts.Single().SampleContactIds.ShouldBe(ids[29..35]);
        (await platform.StageAsync(ids[29])).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Rules_that_there_are_not_are_refused()
    {
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(), FunnelStage.Customer);
        var missing = await RefusedAsync(StatusCode.NotFound, "LABEL_RULE_NOT_FOUND", async () => await platform.Previews.GetLabelRuleConflictsAsync(new() { LabelRuleIds = { rule } }, platform.OtherHeaders));
        missing.Metadata["label_rule_id"].ShouldBe($"{rule}");
        (await MalformedAsync(async () => await platform.Previews.GetLabelRuleConflictsAsync(new() { LabelRuleIds = { rule, 0, -1 } }, platform.Headers))).ShouldBe(["label_rule_ids[1]", "label_rule_ids[2]"]);
        var many = await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", async () => await platform.Previews.GetLabelRuleConflictsAsync(new() { LabelRuleIds = { Enumerable.Range(1, 101).Select(i => (long)i) } }, platform.Headers));
        (many.Metadata["limit"], many.Metadata["actual"]).ShouldBe(("100", "101"));
        (await platform.Previews.GetLabelRuleConflictsAsync(new(), platform.OtherHeaders)).Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public void Merging_finds_what_comparing_every_contact_finds() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Worlds.ToArbitrary(), world => MergeAsync(world).GetAwaiter().GetResult()));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Every_two_labels_come_together_and_never_more_than_sixteen(int count)
    {
        long[] labels = [.. Enumerable.Range(1, count).Select(i => (long)i)];
        var passes = ConflictFinder.Passes(labels).ToList();
        passes.ShouldAllBe(p => p.Length <= 2 * ConflictFinder.LabelsInBlock);
        var together = passes.SelectMany(p => p.SelectMany(a => p.Select(b => (a, b)))).ToHashSet();
        together.SetEquals(labels.SelectMany(a => labels.Select(b => (a, b)))).ShouldBeTrue();
    }

    /// <summary>A few labels with a few members each, and rules upon them.</summary>
    private static readonly Gen<(LabelRuleRow[] Rules, Dictionary<long, long[]> Members)> Worlds =
        from labels in Gen.Choose(1, 5)
        from members in Gen.Choose(0, 12).Select(i => (long)i + 1).ListOf().ListOf(labels)
        from stages in Gen.Choose(1, 31).ListOf(labels)
        select (Rules(stages), members.Index().ToDictionary(m => m.Index + 1L, m => (long[])[.. m.Item.Distinct().Order()]));

    /// <summary>The rules of labels whose stages are the bits of a number.</summary>
    private static LabelRuleRow[] Rules(IEnumerable<int> stages) =>
        [.. stages.Index().SelectMany(s => Enumerable.Range(1, 5).Where(stage => (s.Item & (1 << (stage - 1))) != 0)
            .Select(stage => new LabelRuleRow { AccountId = 1, LabelRuleId = (s.Index + 1) * 10 + stage, LabelId = s.Index + 1, Stage = (FunnelStage)stage, DisplayName = "" }))];

    private static async Task MergeAsync((LabelRuleRow[] Rules, Dictionary<long, long[]> Members) world)
    {
        var pass = new ConflictPass([.. world.Rules.GroupBy(r => r.LabelId, (_, same) => same.ToArray())]);
        await pass.RunAsync([.. pass.Labels.Select(label => world.Members[label].Chunk(2).ToAsyncEnumerable().GetAsyncEnumerator())]);

        var expected = world.Rules.SelectMany(a => world.Rules.Where(b => a.LabelRuleId < b.LabelRuleId && a.Stage != b.Stage)
            .Select(b => (a.LabelRuleId, Other: b.LabelRuleId, Both: world.Members[a.LabelId].Intersect(world.Members[b.LabelId]).ToList()))).Where(p => p.Both.Count > 0);
        pass.Found.Values.Select(c => (c.FirstLabelRuleId, c.SecondLabelRuleId, c.ContactCount, string.Join(' ', c.SampleContactIds)))
            .ShouldBe(expected.Select(e => (e.LabelRuleId, e.Other, (long)e.Both.Count, string.Join(' ', e.Both))), ignoreOrder: true);
    }
}
