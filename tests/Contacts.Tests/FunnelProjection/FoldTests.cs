using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Funnel.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Tests.FunnelProjection;

/// <summary>However changes are parted into batches, and however often they come, the projection ends the same; on a real database.</summary>
[Collection(ContactsCollection.Name)]
public sealed class FoldTests(ContactsFixture fixture)
{
    private const int People = 6;

    [Fact]
    public async Task Any_split_of_the_feed_delivered_any_number_of_times_gives_the_same_projection()
    {
        var account = (await fixture.NewAccountAsync()).Id;
        await using (var db = Database(account))
        {
            db.Contacts.AddRange(Enumerable.Range(1, People).Select(i => new Contact { AccountId = account, ContactId = (account << 20) + i, Email = $"fold{i}@example.org", CreateTime = DateTime.UnixEpoch, UpdateTime = DateTime.UnixEpoch }));
            await db.SaveChangesAsync();
        }
        var move = from who in Gen.Choose(1, People + 1).NonEmptyListOf() // One of them is deleted.
                   from stage in Gen.Choose(0, 5)
                   from lost in Gen.Elements(true, false)
                   select (IReadOnlyList<int>)[stage, lost ? 1 : 0, .. who];
        var change = Gen.OneOf(move, Gen.Choose(1, 5).Select(s => (IReadOnlyList<int>)[s]));
        var history = from changes in change.ListOf()
                      from cuts in Gen.Choose(0, 3).ListOf()
                      from again in Gen.Choose(0, 10)
                      select (Changes: changes.ToList(), Cuts: cuts.ToList(), Again: again);
        Prop.ForAll(history.ToArbitrary(), h => CheckAsync(account, h.Changes, h.Cuts, h.Again).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private async Task<bool> CheckAsync(long account, List<IReadOnlyList<int>> history, List<int> cuts, int again)
    {
        var changes = history.Select((h, i) => Change(account, h, i)).ToList();
        var expected = new Dictionary<long, (FunnelStage?, bool)>();
        FunnelStage? expectedDefault = null;
        foreach (var h in history)
        {
            if (h.Count == 1)
            {
                expectedDefault = (FunnelStage)h[0];
                continue;
            }
            foreach (var who in h.Skip(2).Where(w => w <= People))
            {
                expected[(account << 20) + who] = (h[0] == 0 ? null : (FunnelStage)h[0], h[1] == 1);
            }
        }

        await using var db = Database(account);
        await db.ContactStages.ExecuteDeleteAsync();
        await db.FunnelDefaults.ExecuteDeleteAsync();
        var store = new FunnelProjectionStore(db);
        // Twice over: the second time as after a position that was lost. A batch may also be followed by itself.
        foreach (var (i, batch) in Split(changes, cuts).Concat(Split(changes, [.. cuts.AsEnumerable().Reverse()])).Index())
        {
            for (var times = i == again ? 2 : 1; times > 0; times--)
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                await store.ApplyAsync(FunnelFold.Of(batch), CancellationToken.None);
                await transaction.CommitAsync();
            }
        }
        var rows = await db.ContactStages.AsNoTracking().ToDictionaryAsync(s => s.ContactId, s => (s.Stage, s.Lost));
        rows.ShouldBe(expected, ignoreOrder: true);
        (await db.FunnelDefaults.AsNoTracking().Select(d => (FunnelStage?)d.Stage).SingleOrDefaultAsync()).ShouldBe(expectedDefault);
        return true;
    }

    private static IEnumerable<List<StreamChangesResponse>> Split(List<StreamChangesResponse> changes, List<int> cuts)
    {
        var at = 0;
        foreach (var cut in cuts)
        {
            yield return changes.Skip(at).Take(cut).ToList();
            at += cut;
        }
        yield return changes.Skip(at).ToList();
    }

    private static StreamChangesResponse Change(long account, IReadOnlyList<int> what, int number)
    {
        var change = new StreamChangesResponse { AccountId = account, ChangeTime = Timestamp.FromDateTime(DateTime.UnixEpoch.AddSeconds(number)), Position = $"{number:x16}-0000000000000001" };
        if (what.Count == 1)
        {
            change.DefaultStageChanged = new() { To = (FunnelStage)what[0] };
        }
        else
        {
            change.StagesChanged = new() { Moves = { new StageMove { To = new() { Stage = (FunnelStage)what[0], Lost = what[1] == 1 }, ContactIds = { what.Skip(2).Select(w => (account << 20) + w) } } } };
        }
        return change;
    }

    private ContactsDbContext Database(long account) => new Imports.ImportCaller(fixture.Host, account).Database();
}
