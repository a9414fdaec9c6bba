using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Tests.Addresses;

/// <summary>However facts are parted into batches, in whatever order and however often they come, the rows end the same; on a real database.</summary>
public sealed class FactFoldTests : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private StoreHost stores = null!;
    private long accounts;

    public async Task InitializeAsync() => stores = await StoreHost.StartAsync(await TestServers.CreateDatabaseAsync("deliverability_fold", CancellationToken.None), "fold:");

    public async Task DisposeAsync() => await stores.DisposeAsync();

    [Fact]
    public void Any_order_with_duplicates_gives_the_same_rows()
    {
        var told = from facts in RandomFacts.Some
                   from addresses in Gen.Elements("a@example.org", "b@example.org", "é@example.org").ArrayOf(facts.Length)
                   let all = facts.Zip(addresses, (f, a) => (Address: a, f.Kind, Time: Start.AddHours(f.Hours))).ToArray()
                   from again in Gen.Shuffle(all.Concat(all.Take(6)).ToArray())
                   from size in Gen.Choose(1, 7)
                   select (All: all, Again: again, Size: size);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(told.ToArbitrary(), t => CheckAsync(t.All, t.Again, t.Size).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task What_contacts_hear_is_in_order_of_revisions_when_many_fold_at_once()
    {
        var account = ++accounts;
        await stores.FoldAsync(account, [("busy@example.org", FactKind.Sent, Start)]);
        await using (var scope = stores.Open(account))
        {
            var db = (DeliverabilityDbContext)scope.ServiceProvider.GetService(typeof(DeliverabilityDbContext))!;
            db.ContactAddresses.Add(new() { AccountId = account, ContactId = 7, AddressId = (await db.Addresses.SingleAsync()).AddressId, LinkVersion = 1 });
            await db.SaveChangesAsync();
        }
        await Parallel.ForAsync(1, 40, async (i, _) => await stores.FoldAsync(account, [("busy@example.org", FactKind.Opened, Start.AddHours(i)), ("other@example.org", FactKind.Opened, Start.AddHours(i))]));

        var told = (await stores.AskAsync(account, db => db.Outbox.OrderBy(o => o.ChangeId).Select(o => o.Payload).ToListAsync()))
            .Select(p => StreamChangesResponse.Parser.ParseFrom(p).DeliverabilityChanged.Contacts.Single()).ToList();
        told.Count.ShouldBeInRange(1, 39);
        told.Select(t => t.Revision).Distinct().Count().ShouldBe(told.Count);
        // The highest revision has the latest time, whoever wrote it when.
        told.MaxBy(t => t.Revision)!.LastOpenTime.ToDateTime().ShouldBe(Start.AddHours(39));
        told.OrderBy(t => t.Revision).Select(t => t.LastOpenTime.ToDateTime()).ShouldBeInOrder();
        ContactAddressRow.Revision(1, 40).ShouldBeLessThan(ContactAddressRow.Revision(2, 0));
    }

    private async Task<bool> CheckAsync((string Address, FactKind Kind, DateTime Time)[] all, (string Address, FactKind Kind, DateTime Time)[] again, int size)
    {
        var (once, parted) = (Interlocked.Increment(ref accounts), Interlocked.Increment(ref accounts));
        await stores.FoldAsync(once, all);
        foreach (var part in again.Chunk(size))
        {
            await stores.FoldAsync(parted, part);
        }
        var (one, other) = (await RowsAsync(once), await RowsAsync(parted));
        return one.Keys.Order().SequenceEqual(other.Keys.Order()) && one.All(r => r.Value.Facts.SameAs(other[r.Key].Facts) && r.Value.Status == other[r.Key].Status
            && r.Value.Facts.SameAs(all.Where(f => f.Address == r.Key).Aggregate(AddressFacts.None, (facts, f) => facts.With(f.Kind, f.Time))));
    }

    private Task<Dictionary<string, AddressRow>> RowsAsync(long account) => stores.AskAsync(account, db => db.Addresses.AsNoTracking().ToDictionaryAsync(a => a.Address));
}
