using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Labels;

[Collection(ContactsCollection.Name)]
public sealed class LabelMemberStreamTests(ContactsFixture fixture)
{
    private const int Many = 300_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(MemberStream.PartSize)]
    [InlineData(MemberStream.PartSize + 1)]
    public async Task Every_member_comes_once_ascending_and_the_last_part_says_so(int count)
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        await FillAsync(account.Id, label.LabelId, count);
        using var call = account.Labels.StreamLabelMembers(new() { LabelId = label.LabelId });
        var parts = new List<V1.StreamLabelMembersResponse>();
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            parts.Add(part);
        }
        parts.SelectMany(p => p.ContactIds).ShouldBe(Ids(account.Id, count));
        parts.ShouldAllBe(p => p.ContactIds.Count <= MemberStream.PartSize);
        parts[..^1].ShouldAllBe(p => !p.Complete);
        parts[^1].Complete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_reader_that_stops_costs_no_memory_and_sees_one_moment()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        await FillAsync(account.Id, label.LabelId, Many);
        // Once before measuring, so that what is kept for reuse is there already.
        (await ReadAsync(account, label.LabelId, pause: false)).ShouldBe(Many);
        var before = fixture.Host.Service.ResidentBytes();
        var readers = Enumerable.Range(0, 8).Select(_ => ReadAsync(account, label.LabelId, pause: true)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        var grown = fixture.Host.Service.ResidentBytes() - before;
        // What changes meanwhile is not seen by those who began before.
        await fixture.ScalarAsync($"DELETE FROM label_members WHERE account_id = {account.Id} AND label_id = {label.LabelId} AND contact_id > {Ids(account.Id, 1)[0] + (Many / 2)}");
        (await Task.WhenAll(readers)).ShouldAllBe(count => count == Many);
        // Eight times 300,000 ids held as objects would be near 20 MB for the ids alone, and their messages as much again.
        grown.ShouldBeLessThan(32 << 20);
        (await ReadAsync(account, label.LabelId, pause: false)).ShouldBe((Many / 2) + 1);
    }

    [Fact]
    public async Task A_reader_that_leaves_frees_its_connection()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        await FillAsync(account.Id, label.LabelId, 50_000);
        // More than the pool has connections: kept ones would starve the last.
        for (var i = 0; i < 120; i++)
        {
            using var call = account.Labels.StreamLabelMembers(new() { LabelId = label.LabelId });
            (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        }
        (await account.GetAsync(Ids(account.Id, 1)[0])).LabelIds.ShouldBe([label.LabelId]);
    }

    private static async Task<int> ReadAsync(Account account, long labelId, bool pause)
    {
        using var call = account.Labels.StreamLabelMembers(new() { LabelId = labelId });
        var (count, last, complete, ascending) = (0, 0L, false, true);
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            foreach (var id in part.ContactIds)
            {
                ascending &= id > last;
                last = id;
            }
            if (pause && count == 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            }
            count += part.ContactIds.Count;
            complete = part.Complete;
        }
        (complete, ascending).ShouldBe((true, true));
        return count;
    }

    private static long[] Ids(long account, int count) => [.. Enumerable.Range(0, count).Select(i => (account << 40) + i)];

    private async Task FillAsync(long account, long label, int count)
    {
        var first = account << 40;
        await fixture.ScalarAsync($"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version)
            SELECT {account}, {first} + i, 'c' || i || '@example.org', '', '', '', 1, '', '', 0, now(), now(), 1 FROM generate_series(0, {count - 1}) i;
            INSERT INTO label_members (account_id, label_id, contact_id) SELECT {account}, {label}, {first} + i FROM generate_series(0, {count - 1}) i;
            """);
    }
}
