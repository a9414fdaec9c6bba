using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Tests.Erasures;
using ContactPlatform.Contacts.Tests.Lists;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using What = ContactPlatform.Contacts.V1.TimelineEvent.EventOneofCase;

namespace ContactPlatform.Contacts.Tests.Timelines;

[Collection(ContactsCollection.Name)]
public sealed class TimelineTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Everything_that_happens_to_a_contact_is_told_once_with_who_did_it()
    {
        var account = await fixture.NewAccountAsync();
        var (x, y, list) = (await account.LabelAsync("x"), await account.LabelAsync("y"), await account.ListAsync("l"));
        var id = (await account.CreateAsync("a@example.org", x.LabelId)).ContactId;
        var mask = FieldMask.FromString("given_name,owner,source");
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, GivenName = "A", Owner = "o" }, UpdateMask = mask });
        // What changes nothing is not told.
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, GivenName = "A", Owner = "o" }, UpdateMask = mask });
        await account.Contacts.SetRecordStateAsync(new() { ContactId = id, RecordState = RecordState.Inactive });
        await account.Contacts.SetRecordStateAsync(new() { ContactId = id, RecordState = RecordState.Inactive });
        await account.Labels.AddLabelAsync(new() { ContactId = id, LabelId = y.LabelId });
        await account.Labels.AddLabelAsync(new() { ContactId = id, LabelId = y.LabelId });
        await account.Labels.BatchRemoveLabelAsync(new() { ContactIds = { id }, LabelId = y.LabelId });
        await account.Labels.RemoveLabelAsync(new() { ContactId = id, LabelId = y.LabelId });
        await account.Lists.AddContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { id } });
        await account.Labels.MergeLabelsAsync(new() { SourceLabelId = x.LabelId, TargetLabelId = y.LabelId });
        await account.Labels.DeleteLabelAsync(new() { LabelId = y.LabelId });
        await account.Lists.RenameContactListAsync(new() { ContactListId = list.ContactListId, DisplayName = "renamed" });

        var events = await AllAsync(account, id);
        events.Select(e => e.EventCase).ShouldBe([What.Label, What.Label, What.Label, What.ContactList, What.Label, What.Label, What.RecordState, What.Updated, What.Created]);
        events.ShouldAllBe(e => e.ContactId == id && e.RunId == 0 && e.Actor.Kind == ActorKind.Service && e.Actor.Subject == "service:tests");
        events.Select(e => e.EventTime).ShouldBe(events.Select(e => e.EventTime).OrderDescending());
        events[8].Created.LabelIds.ShouldBe([x.LabelId]);
        events[7].Updated.FieldNames.ShouldBe(["given_name", "owner"]);
        events[6].RecordState.RecordState.ShouldBe(RecordState.Inactive);
        (events[5].Label.LabelId, events[5].Label.Added, events[5].Cause).ShouldBe((y.LabelId, true, TimelineCause.Api));
        (events[4].Label.LabelId, events[4].Label.Added).ShouldBe((y.LabelId, false));
        (events[3].ContactList.ContactListId, events[3].ContactList.Added, events[3].ContactList.DisplayName).ShouldBe((list.ContactListId, true, "renamed"));
        // The two of one act stand together; which is first is not told.
        events[1..3].Select(e => (e.Label.LabelId, e.Label.Added, e.Cause)).ShouldBe([(x.LabelId, false, TimelineCause.LabelMerge), (y.LabelId, true, TimelineCause.LabelMerge)], ignoreOrder: true);
        (events[0].Label.LabelId, events[0].Label.Added, events[0].Cause, events[0].Label.DisplayName).ShouldBe((y.LabelId, false, TimelineCause.LabelDelete, ""));
        await account.Lists.DeleteContactListAsync(new() { ContactListId = list.ContactListId });
        var off = (await AllAsync(account, id))[0];
        (off.ContactList.Added, off.Cause, off.ContactList.DisplayName).ShouldBe((false, TimelineCause.ContactListDelete, ""));
    }

    [Fact]
    public async Task Many_contacts_share_rows_and_each_sees_its_own()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        const int Count = 2500;
        var first = ((account.Id << 30) / 1000 * 1000) + 990;
        await fixture.ScalarAsync($"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version)
            SELECT {account.Id}, {first} + i, 'c' || i || '@example.org', '', '', '', 1, '', '', 0, now(), now(), 1 FROM generate_series(0, {Count - 1}) i
            """);
        long[] odd = [.. Enumerable.Range(0, Count).Where(i => i % 2 == 1).Select(i => first + i)];
        await account.Labels.BatchAddLabelAsync(new() { LabelId = label.LabelId, ContactIds = { odd } });
        // 10 ids in the first block, 1,000 in each of the next two, and the rest in the fourth.
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM contact_event_blocks WHERE account_id = {account.Id}")).ShouldBe(4L);
        foreach (var i in (int[])[0, 1, 8, 9, 10, 11, 999, 1000, 1009, 1010, 1011, 2009, 2010, 2011, Count - 2, Count - 1])
        {
            (await AllAsync(account, first + i)).Count.ShouldBe(i % 2, $"{i}");
        }
        // One contact of a block is a row of its own.
        await account.Labels.BatchRemoveLabelAsync(new() { LabelId = label.LabelId, ContactIds = { first, first + 1, first + 1501 } });
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM contact_events WHERE account_id = {account.Id}")).ShouldBe(2L);
        (await AllAsync(account, first + 1)).Select(e => e.Label.Added).ShouldBe([false, true]);
        (await AllAsync(account, first)).ShouldBeEmpty();
        // Whoever carries it still loses it with the label.
        await account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId });
        (await AllAsync(account, first + 3)).Select(e => e.Cause).ShouldBe([TimelineCause.LabelDelete, TimelineCause.Api]);
        (await AllAsync(account, first + 1)).Count.ShouldBe(2);
    }

    [Fact]
    public void Blocks_hold_every_contact_once()
    {
        long[] ids = [5, 999, 1000, 1007, 1008, 7_000_123, 999];
        var blocks = TimelineStore.Blocks(ids).ToList();
        blocks.Select(b => (b.Block, b.Only)).ShouldBe([(0, null), (1, null), (7000, 7_000_123L)]);
        blocks.SelectMany(b => Enumerable.Range(0, 1000).Where(i => (b.Members[i / 8] & (1 << (i % 8))) != 0).Select(i => (b.Block * 1000) + i)).ShouldBe(ids.Distinct().Order());
        TimelineStore.Blocks([]).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_import_tells_of_each_contact_what_it_did_and_by_which_run()
    {
        var account = await fixture.NewKeyAccountAsync();
        var old = await account.CreateAsync("old@example.org");
        var import = await ErasureTests.ImportAsync(account, "email,given_name,owner\nnew@example.org,New,\nold@example.org,Old,me\nold@example.org,Older,\n");
        (import.CreatedCount, import.UpdatedCount).ShouldBe((1, 2));
        var made = (await account.Contacts.GetContactAsync(new() { Email = "new@example.org" })).Contact.ContactId;
        var created = (await AllAsync(account, made)).ShouldHaveSingleItem();
        (created.EventCase, created.Cause, created.RunId).ShouldBe((What.Created, TimelineCause.Import, import.ImportId));
        created.Actor.ShouldBe(import.Run.Actor);
        var changed = await AllAsync(account, old.ContactId);
        changed.Select(e => e.EventCase).ShouldBe([What.Updated, What.Created]);
        changed[0].Updated.FieldNames.ShouldBe(["given_name", "owner"]);
        (changed[0].Cause, changed[0].RunId, changed[1].Cause).ShouldBe((TimelineCause.Import, import.ImportId, TimelineCause.Api));
    }

    [Fact]
    public async Task Custom_fields_are_told_by_id_never_by_value()
    {
        var account = await fixture.NewKeyAccountAsync();
        var field = (await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "size", DisplayName = "Size", Type = CustomFieldType.Text } })).CustomField.CustomFieldId;
        var contact = await account.CreateAsync("a@example.org");
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = contact.ContactId, GivenName = "A", CustomFields = { new CustomFieldValue { Key = "size", TextValue = "large" } } }, UpdateMask = FieldMask.FromString("given_name,custom_fields.size") });
        var import = await ErasureTests.ImportAsync(account, "email,size\na@example.org,small\n");
        import.UpdatedCount.ShouldBe(1);
        await account.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = field });
        var events = await AllAsync(account, contact.ContactId);
        events.Select(e => e.Cause).ShouldBe([TimelineCause.CustomFieldDelete, TimelineCause.Import, TimelineCause.Api, TimelineCause.Api]);
        events[..3].ShouldAllBe(e => e.Updated.CustomFieldIds.Single() == field);
        events[2].Updated.FieldNames.ShouldBe(["given_name"]);
        events[..2].ShouldAllBe(e => e.Updated.FieldNames.Count == 0);
    }

    [Fact]
    public async Task A_survivor_tells_what_happened_to_both_and_pages_go_through_all()
    {
        var account = await fixture.NewAccountAsync();
        var (a, b, c) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"), await account.CreateAsync("c@example.org"));
        var label = await account.LabelAsync("x");
        for (var i = 0; i < 5; i++)
        {
            await account.Labels.AddLabelAsync(new() { ContactId = b.ContactId, LabelId = label.LabelId });
            await account.Labels.BatchRemoveLabelAsync(new() { ContactIds = { a.ContactId, b.ContactId, c.ContactId }, LabelId = label.LabelId });
        }
        await account.Labels.BatchAddLabelAsync(new() { ContactIds = { a.ContactId, b.ContactId }, LabelId = label.LabelId });
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = b.ContactId, MergedContactId = c.ContactId });
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = a.ContactId, MergedContactId = b.ContactId });
        var all = await AllAsync(account, a.ContactId);
        // Each was created; b was labelled and unlabelled five times and labelled with a; two merges.
        all.Count.ShouldBe(3 + 10 + 2 + 2);
        all.CountBy(e => e.ContactId).ToDictionary().ShouldBe(new Dictionary<long, int> { [a.ContactId] = 3, [b.ContactId] = 13, [c.ContactId] = 1 }, ignoreOrder: true);
        (all[0].EventCase, all[0].Merged.SurvivorContactId, all[0].Merged.MergedContactId, all[0].Cause).ShouldBe((What.Merged, a.ContactId, b.ContactId, TimelineCause.ContactMerge));
        foreach (var size in (int[])[1, 3, 16])
        {
            (await AllAsync(account, a.ContactId, size)).ShouldBe(all);
        }
        (await account.Timelines.GetTimelineAsync(new() { ContactId = b.ContactId }).ForAsync(ContactsReasons.ContactNotFound))["merged_into_contact_id"].ShouldBe($"{a.ContactId}");

        // With the survivor goes all of it.
        await account.Contacts.DeleteContactAsync(new() { ContactId = a.ContactId });
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM contact_events WHERE account_id = {account.Id}")).ShouldBe(0L);
        await account.Timelines.GetTimelineAsync(new() { ContactId = a.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
    }

    [Fact]
    public async Task Malformed_and_foreign_requests_are_refused()
    {
        var (account, stranger) = (await fixture.NewAccountAsync(), await fixture.NewAccountAsync());
        var (a, b) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"));
        await account.Labels.AddLabelAsync(new() { ContactId = a.ContactId, LabelId = (await account.LabelAsync("x")).LabelId });
        await account.Timelines.GetTimelineAsync(new() { PageSize = 1001 }).FieldsAsync("contact_id", "page_size");
        await account.Timelines.GetTimelineAsync(new() { ContactId = 999999999 }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Timelines.GetTimelineAsync(new() { ContactId = a.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
        var page = await account.Timelines.GetTimelineAsync(new() { ContactId = a.ContactId, PageSize = 1 });
        // Nobody told this Contacts where Funnel is.
        page.FunnelAway.ShouldBeTrue();
        await account.Timelines.GetTimelineAsync(new() { ContactId = b.ContactId, PageToken = page.NextPageToken }).ForAsync(CommonReasons.PageTokenInvalid);
        await fixture.ScalarAsync($"DELETE FROM contact_events WHERE account_id = {account.Id} AND contact_id = {a.ContactId}");
        await account.Timelines.GetTimelineAsync(new() { ContactId = a.ContactId, PageSize = 1, PageToken = page.NextPageToken }).ForAsync(CommonReasons.PageTokenInvalid);
    }

    private static async Task<List<TimelineEvent>> AllAsync(Account account, long contactId, int pageSize = 1000)
    {
        var events = new List<TimelineEvent>();
        for (var token = ""; ;)
        {
            var page = await account.Timelines.GetTimelineAsync(new() { ContactId = contactId, PageSize = pageSize, PageToken = token });
            events.AddRange(page.Events);
            if (page.NextPageToken.Length == 0)
            {
                return events;
            }
            page.Events.Count.ShouldBe(pageSize);
            token = page.NextPageToken;
        }
    }
}
