using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Deliverability.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Tests.DeliverabilityProjection;

/// <summary>In whatever order changes come, however they are parted and however often they come, the projection ends the same; on a real database.</summary>
[Collection(ContactsCollection.Name)]
public sealed class DeliverabilityFoldTests(ContactsFixture fixture)
{
    private const int People = 4;
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Any_order_of_changes_gives_the_state_with_the_highest_revision()
    {
        var account = (await fixture.NewAccountAsync()).Id;
        await using (var db = Database(account))
        {
            db.Contacts.AddRange(Enumerable.Range(1, People).Select(i => new Contact { AccountId = account, ContactId = (account << 20) + i, Email = $"mail{i}@example.org", CreateTime = DateTime.UnixEpoch, UpdateTime = DateTime.UnixEpoch }));
            await db.SaveChangesAsync();
        }
        var history = from changes in (from who in Gen.Choose(1, People + 1) from status in Gen.Choose(1, 8) from opened in Gen.Elements(true, false) select (who, status, opened)).ListOf()
                      let numbered = changes.Select((c, i) => Change(account, c.who, i + 1, c.status, c.opened)).ToArray()
                      from shuffled in Gen.Shuffle(numbered.Concat(numbered.Take(5)).ToArray())
                      from size in Gen.Choose(1, 5)
                      select (Changes: numbered, Shuffled: shuffled, Size: size);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(history.ToArbitrary(), h => CheckAsync(account, h.Changes, h.Shuffled, h.Size).GetAwaiter().GetResult()));
    }

    [Fact]
    public void Every_status_has_a_word_in_both_vocabularies() =>
        StatusWords.Table.Keys.Order().ShouldBe(System.Enum.GetValues<DeliverabilityStatus>().Where(s => s != DeliverabilityStatus.Unspecified));

    private async Task<bool> CheckAsync(long account, StreamChangesResponse[] changes, StreamChangesResponse[] shuffled, int size)
    {
        // One of those told of is deleted.
        var expected = changes.Select(c => c.DeliverabilityChanged.Contacts.Single()).Where(c => c.ContactId <= (account << 20) + People)
            .GroupBy(c => c.ContactId).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Revision)!);
        await using var db = Database(account);
        await db.ContactDeliverability.ExecuteDeleteAsync();
        var store = new DeliverabilityProjectionStore(db);
        foreach (var batch in shuffled.Chunk(size))
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await store.ApplyAsync(DeliverabilityFold.Of(batch), CancellationToken.None);
            await transaction.CommitAsync();
        }
        (await db.ContactDeliverability.AsNoTracking().ToDictionaryAsync(d => d.ContactId, d => (d.Revision, d.Status, d.LastSendTime, d.LastOpenTime, d.LastClickTime)))
            .ShouldBe(expected.ToDictionary(e => e.Key, e => (e.Value.Revision, e.Value.Status, e.Value.LastSendTime?.ToDateTime(), e.Value.LastOpenTime?.ToDateTime(), e.Value.LastClickTime?.ToDateTime())), ignoreOrder: true);
        return true;
    }

    private static StreamChangesResponse Change(long account, int who, int revision, int status, bool opened) => new()
    {
        AccountId = account,
        DeliverabilityChanged = new()
        {
            Contacts =
            {
                new Deliverability.V1.ContactDeliverability
                {
                    ContactId = (account << 20) + who, Revision = revision, Status = (DeliverabilityStatus)status, LastSendTime = Timestamp.FromDateTime(Start.AddHours(revision)),
                    LastOpenTime = opened ? Timestamp.FromDateTime(Start.AddMinutes(revision)) : null,
                },
            },
        },
    };

    private ContactsDbContext Database(long account) => new Imports.ImportCaller(fixture.Host, account).Database();
}
