using ContactPlatform.Contacts.Lists;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Lists;

[Collection(ContactsCollection.Name)]
public sealed class ContactListTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_list_is_found_by_id_and_by_name_without_regard_to_case()
    {
        var account = await fixture.NewAccountAsync();
        var list = await account.ListAsync("  Käufer ΣΊΣΥΦΟΣ ");
        (list.DisplayName, list.MemberCount).ShouldBe(("Käufer ΣΊΣΥΦΟΣ", 0));
        (await account.Lists.GetContactListAsync(new() { ContactListId = list.ContactListId })).ContactList.ShouldBe(list);
        (await account.Lists.GetContactListAsync(new() { DisplayName = "ka\u0308ufer σίσυφος" })).ContactList.ShouldBe(list);
        var facts = await account.Lists.CreateContactListAsync(new() { DisplayName = "KÄUFER σίσυφοσ" }).ForAsync(ContactsReasons.ContactListExists);
        (facts["field"], facts["contact_list_id"]).ShouldBe(("display_name", $"{list.ContactListId}"));
        (await account.Lists.GetContactListAsync(new() { DisplayName = "nobody" }).ForAsync(ContactsReasons.ContactListNotFound))["field"].ShouldBe("display_name");
        // A label may have the same name.
        await account.LabelAsync("Käufer ΣΊΣΥΦΟΣ");
    }

    [Fact]
    public async Task Malformed_requests_name_their_fields()
    {
        var lists = (await fixture.NewAccountAsync()).Lists;
        foreach (var name in (string[])["", "  ", "a,b", "a;b", "a\tb", new string('x', 101), new string('x', 100_000)])
        {
            await lists.CreateContactListAsync(new() { DisplayName = name }).FieldsAsync("display_name");
        }
        await lists.CreateContactListAsync(new() { DisplayName = "", RequestId = new string('r', 65) }).FieldsAsync("display_name", "request_id");
        await lists.GetContactListAsync(new()).FieldsAsync("key");
        await lists.GetContactListAsync(new() { ContactListId = -1 }).FieldsAsync("contact_list_id");
        await lists.GetContactListAsync(new() { DisplayName = "," }).FieldsAsync("display_name");
        await lists.ListContactListsAsync(new() { PageSize = -1 }).FieldsAsync("page_size");
        await lists.ListContactListsAsync(new() { PageToken = "x" }).ForAsync(CommonReasons.PageTokenInvalid);
        await lists.RenameContactListAsync(new()).FieldsAsync("contact_list_id", "display_name");
        await lists.DeleteContactListAsync(new()).FieldsAsync("contact_list_id");
        await lists.AddContactListMembersAsync(new() { RequestId = new string('r', 65) }).FieldsAsync("contact_ids", "contact_list_id", "request_id");
        await lists.AddContactListMembersAsync(new() { ContactListId = 1, ContactIds = { 1, 0 } }).FieldsAsync("contact_ids[1]");
        await lists.RemoveContactListMembersAsync(new()).FieldsAsync("contact_ids", "contact_list_id");
        await lists.ListContactListMembersAsync(new() { PageSize = 1001 }).FieldsAsync("contact_list_id", "page_size");
        await lists.StreamContactListMembers(new()).FieldsAsync("contact_list_id");
        long[] many = [.. Enumerable.Range(1, 1001).Select(i => (long)i)];
        foreach (var facts in await Task.WhenAll(
            lists.AddContactListMembersAsync(new() { ContactListId = 1, ContactIds = { many } }).ForAsync(CommonReasons.LimitExceeded),
            lists.RemoveContactListMembersAsync(new() { ContactListId = 1, ContactIds = { many } }).ForAsync(CommonReasons.LimitExceeded)))
        {
            (facts["field"], facts["limit"], facts["actual"]).ShouldBe(("contact_ids", "1000", "1001"));
        }
    }

    [Fact]
    public async Task A_request_id_makes_one_list_and_one_name_has_one_winner()
    {
        var account = await fixture.NewAccountAsync();
        var request = new V1.CreateContactListRequest { DisplayName = "once", RequestId = "r" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => account.Lists.CreateContactListAsync(request).ResponseAsync));
        var id = replies.Select(r => r.ContactList.ContactListId).Distinct().ShouldHaveSingleItem();
        await account.Lists.CreateContactListAsync(new() { DisplayName = "other", RequestId = "r" }).ForAsync(CommonReasons.RequestIdReused);
        await account.Lists.DeleteContactListAsync(new() { ContactListId = id });
        await account.Lists.CreateContactListAsync(request).ForAsync(ContactsReasons.ContactListNotFound);

        var races = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                return (await account.ListAsync("race")).ContactListId;
            }
            catch (RpcException e)
            {
                Refused.Check(e, ContactsReasons.ContactListExists);
                return 0;
            }
        }));
        races.Count(r => r > 0).ShouldBe(1);
    }

    [Fact]
    public async Task A_renamed_list_keeps_its_members_and_a_deleted_one_its_contacts()
    {
        var account = await fixture.NewAccountAsync();
        var (list, other) = (await account.ListAsync("before"), await account.ListAsync("taken"));
        var contact = await account.CreateAsync("a@example.org");
        await account.PutAsync(list, contact);
        var renamed = (await account.Lists.RenameContactListAsync(new() { ContactListId = list.ContactListId, DisplayName = "After", Etag = list.Etag })).ContactList;
        (renamed.DisplayName, renamed.MemberCount).ShouldBe(("After", 1));
        renamed.Etag.ShouldNotBe(list.Etag);
        (await account.Lists.RenameContactListAsync(new() { ContactListId = list.ContactListId, DisplayName = "After" })).ContactList.ShouldBe(renamed);
        // Its own name in another case is no conflict.
        renamed = (await account.Lists.RenameContactListAsync(new() { ContactListId = list.ContactListId, DisplayName = "AFTER" })).ContactList;
        (await account.Lists.RenameContactListAsync(new() { ContactListId = list.ContactListId, DisplayName = "Taken" }).ForAsync(ContactsReasons.ContactListExists))["contact_list_id"].ShouldBe($"{other.ContactListId}");
        await account.Lists.RenameContactListAsync(new() { ContactListId = list.ContactListId, DisplayName = "x", Etag = list.Etag }).ForAsync(CommonReasons.EtagMismatch);
        (await account.Lists.RenameContactListAsync(new() { ContactListId = 999999999, DisplayName = "x" }).ForAsync(ContactsReasons.ContactListNotFound))["contact_list_id"].ShouldBe("999999999");

        await account.Lists.DeleteContactListAsync(new() { ContactListId = list.ContactListId, Etag = list.Etag }).ForAsync(CommonReasons.EtagMismatch);
        (await account.Lists.DeleteContactListAsync(new() { ContactListId = list.ContactListId, Etag = renamed.Etag })).RemovedCount.ShouldBe(1);
        await account.Lists.DeleteContactListAsync(new() { ContactListId = list.ContactListId }).ForAsync(ContactsReasons.ContactListNotFound);
        (await account.GetAsync(contact.ContactId)).ShouldBe(contact);
    }

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
    public async Task Lists_come_in_pages_and_their_number_has_a_limit()
    {
        var account = await fixture.NewAccountAsync();
        var (a, b) = (await account.ListAsync("a"), await account.ListAsync("b"));
        await account.PutAsync(b, await account.CreateAsync("a@example.org"));
        var page = await account.Lists.ListContactListsAsync(new() { PageSize = 1 });
        page.ContactLists.ShouldHaveSingleItem().ShouldBe(a);
        page = await account.Lists.ListContactListsAsync(new() { PageSize = 1, PageToken = page.NextPageToken });
        (page.ContactLists.Single().ContactListId, page.ContactLists.Single().MemberCount, page.NextPageToken).ShouldBe((b.ContactListId, 1, ""));

        await fixture.ScalarAsync($"""
            INSERT INTO contact_lists (account_id, contact_list_id, display_name, name_key, create_time, update_time, version)
            SELECT {account.Id}, {account.Id << 40} + i, 'n' || i, 'n' || i, now(), now(), 1 FROM generate_series(3, {ContactListDecisions.MaximumLists}) i
            """);
        var facts = await account.Lists.CreateContactListAsync(new() { DisplayName = "one more" }).ForAsync(CommonReasons.LimitExceeded);
        (facts["field"], facts["limit"], facts["actual"]).ShouldBe(("contact_lists", "1000", "1001"));
        await account.Lists.DeleteContactListAsync(new() { ContactListId = a.ContactListId });
        await account.ListAsync("one more");
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

    [Fact]
    public async Task Another_accounts_list_does_not_exist()
    {
        var (owner, stranger) = (await fixture.NewAccountAsync(), await fixture.NewAccountAsync());
        var (list, mine) = (await owner.ListAsync("apart"), await stranger.ListAsync("mine"));
        var contact = await owner.CreateAsync("apart@example.org");
        await owner.PutAsync(list, contact);
        var id = list.ContactListId;
        await stranger.Lists.GetContactListAsync(new() { ContactListId = id }).ForAsync(ContactsReasons.ContactListNotFound);
        await stranger.Lists.GetContactListAsync(new() { DisplayName = "apart" }).ForAsync(ContactsReasons.ContactListNotFound);
        (await stranger.Lists.ListContactListsAsync(new())).ContactLists.ShouldHaveSingleItem().ShouldBe(mine);
        await stranger.Lists.RenameContactListAsync(new() { ContactListId = id, DisplayName = "x" }).ForAsync(ContactsReasons.ContactListNotFound);
        await stranger.Lists.DeleteContactListAsync(new() { ContactListId = id }).ForAsync(ContactsReasons.ContactListNotFound);
        await stranger.Lists.AddContactListMembersAsync(new() { ContactListId = id, ContactIds = { contact.ContactId } }).ForAsync(ContactsReasons.ContactListNotFound);
        await stranger.Lists.RemoveContactListMembersAsync(new() { ContactListId = id, ContactIds = { contact.ContactId } }).ForAsync(ContactsReasons.ContactListNotFound);
        await stranger.Lists.ListContactListMembersAsync(new() { ContactListId = id }).ForAsync(ContactsReasons.ContactListNotFound);
        await stranger.Lists.StreamContactListMembers(new() { ContactListId = id }).ForAsync(ContactsReasons.ContactListNotFound);
        (await stranger.PutAsync(mine, contact)).ShouldBe([V1.ContactListChange.ContactNotFound]);
        await stranger.ListAsync("apart");
        (await owner.OnAsync(list)).ShouldBe([contact.ContactId]);
    }
}

internal static class ListCalls
{
    public static async Task<V1.ContactList> ListAsync(this Account account, string name) =>
        (await account.Lists.CreateContactListAsync(new() { DisplayName = name })).ContactList;

    public static async Task<List<V1.ContactListChange>> PutAsync(this Account account, V1.ContactList list, params V1.Contact[] contacts) =>
        [.. (await account.Lists.AddContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { contacts.Select(c => c.ContactId) } })).Outcomes.Select(o => o.Change)];

    public static async Task<List<V1.ContactListChange>> TakeOffAsync(this Account account, V1.ContactList list, params V1.Contact[] contacts) =>
        [.. (await account.Lists.RemoveContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { contacts.Select(c => c.ContactId) } })).Outcomes.Select(o => o.Change)];

    public static async Task<List<long>> OnAsync(this Account account, V1.ContactList list) =>
        [.. (await account.Lists.ListContactListMembersAsync(new() { ContactListId = list.ContactListId, PageSize = 1000 })).Members.Select(m => m.ContactId)];
}
