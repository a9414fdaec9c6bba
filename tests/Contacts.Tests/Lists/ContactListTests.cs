using ContactPlatform.Contacts.Lists;
using ContactPlatform.ServiceDefaults.Errors;
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
