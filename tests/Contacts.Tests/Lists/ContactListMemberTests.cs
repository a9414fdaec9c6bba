using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Npgsql;
using static ContactPlatform.Contacts.Tests.BulkRuns.BulkCaller;

namespace ContactPlatform.Contacts.Tests.Lists;

/// <summary>Who is put on lists, and taken off.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ContactListMemberTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Every_contact_has_its_outcome()
    {
        var account = await fixture.NewAccountAsync();
        var list = await account.ListAsync("x");
        var (a, b, c) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"), await account.CreateAsync("c@example.org"));
        (await account.PutAsync(list, a)).ShouldBe([V1.ContactListChange.Changed]);
        var added = await account.Lists.AddContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { 999999999, c.ContactId, a.ContactId, b.ContactId, b.ContactId } });
        added.Outcomes.Select(o => (o.ContactId, o.Change)).ShouldBe(
        [
            (a.ContactId, V1.ContactListChange.Unchanged), (b.ContactId, V1.ContactListChange.Changed), (c.ContactId, V1.ContactListChange.Changed),
            (999999999, V1.ContactListChange.ContactNotFound),
        ]);
        // The contact itself is as it was.
        (await account.GetAsync(a.ContactId)).ShouldBe(a);
        (await account.TakeOffAsync(list, a, b)).ShouldBe([V1.ContactListChange.Changed, V1.ContactListChange.Changed]);
        (await account.TakeOffAsync(list, a)).ShouldBe([V1.ContactListChange.Unchanged]);
        (await account.OnAsync(list)).ShouldBe([c.ContactId]);

        // With a contact that is deleted goes its place.
        await account.Contacts.DeleteContactAsync(new() { ContactId = c.ContactId });
        (await account.OnAsync(list)).ShouldBeEmpty();
        (await account.TakeOffAsync(list, c)).ShouldBe([V1.ContactListChange.ContactNotFound]);
        await account.Lists.AddContactListMembersAsync(new() { ContactListId = 999999999, ContactIds = { a.ContactId } }).ForAsync(ContactsReasons.ContactListNotFound);
        await account.Lists.RemoveContactListMembersAsync(new() { ContactListId = 999999999, ContactIds = { a.ContactId } }).ForAsync(ContactsReasons.ContactListNotFound);
    }

    /// <summary>As a merge does it: it takes the contact that goes, and then puts the survivor on its lists.</summary>
    [Fact]
    public async Task Nobody_is_put_on_before_all_are_held()
    {
        if (fixture.Host.Database.Provider != "PostgreSql")
        {
            return;
        }
        var account = await fixture.NewAccountAsync();
        var list = await account.ListAsync("x");
        var (a, b) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"));
        await using var connection = (NpgsqlConnection)await fixture.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var take = new NpgsqlCommand($"SELECT contact_id FROM contacts WHERE contact_id = {b.ContactId} FOR UPDATE", connection);
        (await take.ExecuteScalarAsync()).ShouldBe(b.ContactId);
        var putting = account.PutAsync(list, a, b);
        await UntilAsync(async () => await fixture.ScalarAsync($"SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) = ARRAY[{connection.ProcessID}]") is 1L);
        await using var put = new NpgsqlCommand($"SET LOCAL lock_timeout = '5s'; INSERT INTO contact_list_members (account_id, contact_list_id, contact_id, add_time) VALUES ({account.Id}, {list.ContactListId}, {a.ContactId}, now())", connection);
        (await put.ExecuteNonQueryAsync()).ShouldBe(1);
        await transaction.CommitAsync();
        (await putting).ShouldBe([V1.ContactListChange.Unchanged, V1.ContactListChange.Changed]);
    }

    [Fact]
    public async Task A_repeated_request_changes_nothing_and_tells_what_is()
    {
        var account = await fixture.NewAccountAsync();
        var list = await account.ListAsync("x");
        var (a, b) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"));
        var request = new V1.AddContactListMembersRequest { ContactListId = list.ContactListId, ContactIds = { a.ContactId, b.ContactId }, RequestId = "r" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => account.Lists.AddContactListMembersAsync(request).ResponseAsync));
        replies.Count(r => r.Outcomes.All(o => o.Change == V1.ContactListChange.Changed)).ShouldBe(1);
        replies.Count(r => r.Outcomes.All(o => o.Change == V1.ContactListChange.Unchanged)).ShouldBe(19);
        await account.TakeOffAsync(list, a);
        (await account.Lists.AddContactListMembersAsync(request)).Outcomes.Select(o => o.Change).ShouldBe([V1.ContactListChange.ChangedSince, V1.ContactListChange.Unchanged]);
        (await account.OnAsync(list)).ShouldBe([b.ContactId]);
        await account.Lists.AddContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { a.ContactId }, RequestId = "r" }).ForAsync(CommonReasons.RequestIdReused);
        // Each method remembers its own.
        (await account.Lists.RemoveContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { b.ContactId }, RequestId = "r" })).Outcomes.Single().Change.ShouldBe(V1.ContactListChange.Changed);
        await account.Lists.DeleteContactListAsync(new() { ContactListId = list.ContactListId });
        await account.Lists.AddContactListMembersAsync(request).ForAsync(ContactsReasons.ContactListNotFound);
    }

    [Fact]
    public async Task Members_come_in_pages_and_as_a_stream_of_one_moment()
    {
        var account = await fixture.NewAccountAsync();
        var list = await account.ListAsync("x");
        const int Count = MemberStream.PartSize + 1;
        var first = account.Id << 40;
        await fixture.ScalarAsync($"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version)
            SELECT {account.Id}, {first} + i, 'c' || i || '@example.org', '', '', '', 1, '', '', 0, now(), now(), 1 FROM generate_series(0, {Count - 1}) i;
            INSERT INTO contact_list_members (account_id, contact_list_id, contact_id, add_time) SELECT {account.Id}, {list.ContactListId}, {first} + i, now() FROM generate_series(0, {Count - 1}) i;
            """);
        using var call = account.Lists.StreamContactListMembers(new() { ContactListId = list.ContactListId });
        var parts = new List<V1.StreamContactListMembersResponse>();
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            parts.Add(part);
        }
        parts.Select(p => (p.ContactIds.Count, p.Complete)).ShouldBe([(MemberStream.PartSize, false), (1, true)]);
        parts.SelectMany(p => p.ContactIds).ShouldBe(Enumerable.Range(0, Count).Select(i => first + i));

        var paged = new List<V1.ContactListMember>();
        for (var token = ""; ;)
        {
            var page = await account.Lists.ListContactListMembersAsync(new() { ContactListId = list.ContactListId, PageSize = 1000, PageToken = token });
            paged.AddRange(page.Members);
            if (page.NextPageToken.Length == 0)
            {
                break;
            }
            page.Members.Count.ShouldBe(1000);
            token = page.NextPageToken;
            await account.Lists.ListContactListMembersAsync(new() { ContactListId = list.ContactListId + 1, PageToken = token }).ForAsync(CommonReasons.PageTokenInvalid);
        }
        paged.Select(m => m.ContactId).ShouldBe(Enumerable.Range(0, Count).Select(i => first + i));
        paged.ShouldAllBe(m => m.AddTime != null);
        await account.Lists.ListContactListMembersAsync(new() { ContactListId = 999999999 }).ForAsync(ContactsReasons.ContactListNotFound);
        await account.Lists.StreamContactListMembers(new() { ContactListId = 999999999 }).ForAsync(ContactsReasons.ContactListNotFound);
    }

    [Fact]
    public async Task Nobody_waits_in_a_circle()
    {
        var account = await fixture.NewAccountAsync();
        var (x, y) = (await account.ListAsync("x"), await account.ListAsync("y"));
        var contacts = new List<V1.Contact>();
        for (var i = 0; i < 20; i++)
        {
            contacts.Add(await account.CreateAsync($"c{i}@example.org"));
        }
        V1.Contact[] forth = [.. contacts], back = [.. Enumerable.Reverse(contacts)];
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 5) switch
        {
            0 => account.PutAsync(x, forth) as Task,
            1 => account.TakeOffAsync(x, back),
            2 => account.PutAsync(y, back),
            3 => account.TakeOffAsync(y, forth),
            _ => account.Contacts.DeleteContactAsync(new() { ContactId = contacts[i / 5].ContactId }).ResponseAsync,
        }));
        await account.PutAsync(x, forth);
        (await account.OnAsync(x)).ShouldBe(contacts[8..].Select(c => c.ContactId));
    }
}
