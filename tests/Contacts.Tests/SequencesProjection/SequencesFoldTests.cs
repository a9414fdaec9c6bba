using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Tests.SequencesProjection;

/// <summary>In whatever order changes come, however they are parted and however often they come, the projection ends the same; on a real database.</summary>
[Collection(ContactsCollection.Name)]
public sealed class SequencesFoldTests(ContactsFixture fixture)
{
    private const int People = 3;

    [Fact]
    public async Task Any_order_of_changes_gives_the_last_enrolment_and_the_highest_versions()
    {
        var account = (await fixture.NewAccountAsync()).Id;
        await using (var db = Database(account))
        {
            db.Contacts.AddRange(Enumerable.Range(1, People).Select(i => new Contact { AccountId = account, ContactId = (account << 20) + i, Email = $"outreach{i}@example.org", CreateTime = DateTime.UnixEpoch, UpdateTime = DateTime.UnixEpoch }));
            await db.SaveChangesAsync();
        }
        var history = from changes in (from who in Gen.Choose(1, People + 1) from enrollment in Gen.Choose(1, 2) from status in Gen.Choose(1, 5) from ended in Gen.Elements(true, false) select (who, enrollment, status, ended)).ListOf()
                      let numbered = changes.Select((c, i) => Change(account, c.who, c.enrollment, i + 1, c.status, c.ended)).ToArray()
                      from shuffled in Gen.Shuffle(numbered.Concat(numbered.Take(5)).ToArray())
                      from size in Gen.Choose(1, 5)
                      select (Changes: numbered, Shuffled: shuffled, Size: size);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(history.ToArbitrary(), h => CheckAsync(account, h.Changes, h.Shuffled, h.Size).GetAwaiter().GetResult()));
    }

    [Fact]
    public void Every_status_has_a_word_at_its_number()
    {
        SequenceWords.Engagement.Count.ShouldBe(System.Enum.GetValues<EngagementStatus>().Length - 1);
        SequenceWords.Call.Count.ShouldBe(System.Enum.GetValues<CallStatus>().Length - 1);
        foreach (var status in System.Enum.GetValues<EnrollmentStatus>().Where(s => s != EnrollmentStatus.Unspecified))
        {
            SequenceWords.Bits(new() { Status = status }).ShouldBe(SequenceWords.Bit((int)status - 1));
        }
        SequenceWords.Bits(new() { Status = EnrollmentStatus.Active, Ended = true }).ShouldBe(0);
    }

    private async Task<bool> CheckAsync(long account, StreamChangesResponse[] changes, StreamChangesResponse[] shuffled, int size)
    {
        // One of those told of is deleted.
        var there = changes.Where(c => c.StatusesChanged.Contacts[0].ContactId <= (account << 20) + People).ToList();
        await using var db = Database(account);
        await db.ContactOutreach.ExecuteDeleteAsync();
        await db.ContactEnrollments.ExecuteDeleteAsync();
        var store = new SequencesProjectionStore(db);
        foreach (var batch in shuffled.Chunk(size))
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await store.ApplyAsync(SequencesFold.Of(batch), CancellationToken.None);
            await transaction.CommitAsync();
        }
        (await db.ContactOutreach.AsNoTracking().ToDictionaryAsync(o => o.ContactId, o => (o.Version, o.Engagement, o.OptedOut)))
            .ShouldBe(there.Select(c => c.StatusesChanged.Contacts[0]).GroupBy(c => c.ContactId).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Version)!).ToDictionary(c => c.Key, c => (c.Value.Version, c.Value.EngagementStatus, c.Value.OptedOut)), ignoreOrder: true);
        (await db.ContactEnrollments.AsNoTracking().ToDictionaryAsync(e => e.ContactId, e => (e.EnrollmentId, e.Version, e.Words)))
            .ShouldBe(there.Select(c => c.StatusesChanged.Enrollments[0]).GroupBy(e => e.ContactId).ToDictionary(g => g.Key, g => g.MaxBy(e => (e.EnrollmentId, e.Version))!)
                .ToDictionary(e => e.Key, e => (e.Value.EnrollmentId, e.Value.Version, SequenceWords.Bits(e.Value.Standing))), ignoreOrder: true);
        return true;
    }

    private static StreamChangesResponse Change(long account, int who, int enrollment, int version, int status, bool ended) => new()
    {
        AccountId = account,
        StatusesChanged = new()
        {
            Enrollments = { new EnrollmentState { ContactId = (account << 20) + who, SequenceId = 7, EnrollmentId = enrollment, Version = version, Standing = new() { Status = (EnrollmentStatus)status, Ended = ended } } },
            Contacts = { new ContactStatus { ContactId = (account << 20) + who, Version = version, EngagementStatus = (EngagementStatus)status, OptedOut = ended } },
        },
    };

    private ContactsDbContext Database(long account) => new Imports.ImportCaller(fixture.Host, account).Database();
}
