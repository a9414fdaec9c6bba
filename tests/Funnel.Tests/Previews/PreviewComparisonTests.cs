using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Previews;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Data;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Funnel.Tests.Previews;

[Collection("stores")]
public sealed class PreviewComparisonTests(StoreFixture fixture)
{
    /// <summary>Two sets of up to four pieces, alike to any degree.</summary>
    private static readonly Gen<(long[] Previewed, long[] Members)> Sets =
        from seed in Gen.Choose(0, int.MaxValue)
        from size in Gen.Elements(0, 3, 1000, 1001, 3500)
        from gone in Gen.Elements(0, 1, 50, 1000)
        from joined in Gen.Elements(0, 1, 50, 1000)
        select Make(new Random(seed), size, gone, joined);

    [Fact]
    public void The_difference_of_two_sets_is_found_piece_by_piece() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Sets.ToArbitrary(), sets => CompareAsync(sets.Previewed, sets.Members).GetAwaiter().GetResult()));

    private static (long[] Previewed, long[] Members) Make(Random random, int size, int gone, int joined)
    {
        bool In(int permille) => random.Next(1000) < permille;
        var all = Enumerable.Range(1, size).Select(i => (Id: i * 3L + random.Next(3), Gone: In(gone), Joined: In(joined))).ToList();
        return ([.. all.Where(m => !m.Joined || m.Gone).Select(m => m.Id)], [.. all.Where(m => !m.Gone).Select(m => m.Id)]);
    }

    private async Task CompareAsync(long[] previewed, long[] members)
    {
        var account = fixture.NewAccount();
        await using var scope = fixture.Open(account);
        var (db, targets) = (scope.ServiceProvider.GetRequiredService<FunnelDbContext>(), scope.ServiceProvider.GetRequiredService<LabelRuleTargets>());
        var id = await scope.ServiceProvider.GetRequiredService<IdSequence>().NextAsync(default);
        db.LabelRulePreviews.Add(new() { AccountId = account, PreviewId = id, LabelRuleId = 1, CreateTime = StoreFixture.Before, ExpireTime = StoreFixture.Before });
        await db.SaveChangesAsync();
        await targets.WriteAsync(id, 0, previewed.Chunk(LabelRuleTargets.ChunkSize), default);

        var comparison = await PreviewComparison.OpenAsync(db, targets, id, default);
        foreach (var chunk in members.Chunk(LabelRuleTargets.ChunkSize))
        {
            await comparison.AddAsync(chunk, default);
        }
        var difference = await comparison.EndAsync(default);

        long[] added = [.. members.Except(previewed).Order()], removed = [.. previewed.Except(members).Order()];
        var expected = new MembersDifference { AddedCount = added.Length, RemovedCount = removed.Length, AddedContactIds = { added.Take(20) }, RemovedContactIds = { removed.Take(20) } };
        difference.ShouldBe(added.Length + removed.Length == 0 ? null : expected);
    }
}
