using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Merges;
using ContactPlatform.Contacts.Tests.Lists;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;
using RecordState = ContactPlatform.Contacts.Contacts.RecordState;

namespace ContactPlatform.Contacts.Tests.Merges;

[Collection(ContactsCollection.Name)]
public sealed class MergeTests(ContactsFixture fixture)
{
    private static readonly ContactValues Nothing = new(null, null, "", "", "", "", null, "");
    private static readonly ContactValues One = new("a@example.org", "+6281200001", "Ada", "Lovelace", "Asia/Jakarta", "fair", DateTime.UnixEpoch, "o1");
    private static readonly ContactValues Two = new("b@example.org", "+6281200002", "Bob", "Byron", "Europe/London", "web", DateTime.UnixEpoch.AddDays(1), "o2");

    [Fact]
    public void Every_field_that_can_be_set_is_in_the_table() => MergeDecisions.Fields.Select(f => f.Field).ShouldBe(ContactValues.Fields.Keys, ignoreOrder: true);

    [Fact]
    public void The_survivors_own_values_win_and_every_gap_is_filled()
    {
        MergeDecisions.Merge(One, Two).Values.ShouldBe(One);
        MergeDecisions.Merge(One, Two).Filled.ShouldBeEmpty();
        MergeDecisions.Merge(One, Nothing).Values.ShouldBe(One);
        foreach (var (field, _) in MergeDecisions.Fields)
        {
            var gap = ContactValues.Fields[field](One, Nothing);
            var (values, filled) = MergeDecisions.Merge(gap, Two);
            values.ShouldBe(ContactValues.Fields[field](One, Two));
            filled.ShouldBe([field]);
        }
    }

    [Theory]
    [InlineData(RecordState.Active, RecordState.Active, RecordState.Active)]
    [InlineData(RecordState.Active, RecordState.Inactive, RecordState.Inactive)]
    [InlineData(RecordState.Inactive, RecordState.Active, RecordState.Inactive)]
    [InlineData(RecordState.Inactive, RecordState.Inactive, RecordState.Inactive)]
    public void Nobody_becomes_more_sendable(RecordState survivor, RecordState merged, RecordState after) => MergeDecisions.Merge(survivor, merged).ShouldBe(after);

    [Fact]
    public async Task The_survivor_has_what_both_had_and_the_other_id_names_it()
    {
        var account = await fixture.NewAccountAsync();
        var (x, y, z) = (await account.LabelAsync("x"), await account.LabelAsync("y"), await account.LabelAsync("z"));
        var (l, m) = (await account.ListAsync("l"), await account.ListAsync("m"));
        var survivor = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = "+6281200001", GivenName = "Ada" }, LabelIds = { x.LabelId, y.LabelId } })).Contact;
        var merged = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org", Phone = "+6281200009", GivenName = "A.", FamilyName = "Lovelace" }, LabelIds = { y.LabelId, z.LabelId } })).Contact;
        await account.PutAsync(l, survivor, merged);
        await account.PutAsync(m, merged);
        var reply = await account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor.ContactId, MergedContactId = merged.ContactId, SurvivorEtag = survivor.Etag, MergedEtag = merged.Etag });
        reply.FilledFields.ShouldBe(["email", "family_name"]);
        var after = reply.Contact;
        (after.ContactId, after.Email, after.Phone, after.GivenName, after.FamilyName).ShouldBe((survivor.ContactId, "ada@example.org", "+6281200001", "Ada", "Lovelace"));
        after.LabelIds.ShouldBe([x.LabelId, y.LabelId, z.LabelId]);
        after.Etag.ShouldNotBe(survivor.Etag);
        (await account.GetAsync(survivor.ContactId)).ShouldBe(after);
        (await account.OnAsync(l)).ShouldBe([survivor.ContactId]);
        (await account.OnAsync(m)).ShouldBe([survivor.ContactId]);

        var gone = merged.ContactId;
        foreach (var facts in await Task.WhenAll(
            account.Contacts.GetContactAsync(new() { ContactId = gone }).ForAsync(ContactsReasons.ContactNotFound),
            account.Contacts.SetRecordStateAsync(new() { ContactId = gone, RecordState = V1.RecordState.Inactive }).ForAsync(ContactsReasons.ContactNotFound),
            account.Contacts.DeleteContactAsync(new() { ContactId = gone }).ForAsync(ContactsReasons.ContactNotFound),
            account.Labels.AddLabelAsync(new() { ContactId = gone, LabelId = x.LabelId }).ForAsync(ContactsReasons.ContactNotFound),
            account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor.ContactId, MergedContactId = gone }).ForAsync(ContactsReasons.ContactNotFound),
            account.Merges.MergeContactsAsync(new() { SurvivorContactId = gone, MergedContactId = survivor.ContactId }).ForAsync(ContactsReasons.ContactNotFound)))
        {
            facts["merged_into_contact_id"].ShouldBe($"{survivor.ContactId}");
        }
        // The address is free, and says who has it.
        (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" } }).ForAsync(ContactsReasons.ContactExists))["contact_id"].ShouldBe($"{survivor.ContactId}");
    }

    [Fact]
    public async Task Custom_fields_fill_each_others_gaps()
    {
        var account = await fixture.NewAccountAsync();
        foreach (var key in (string[])["both", "mine", "yours"])
        {
            await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = key, DisplayName = key, Type = V1.CustomFieldType.Text } });
        }
        var survivor = await MakeAsync("a@example.org", ("both", "one"), ("mine", "one"));
        var merged = await MakeAsync("b@example.org", ("both", "two"), ("yours", "two"));
        var reply = await account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor.ContactId, MergedContactId = merged.ContactId });
        reply.FilledFields.ShouldBe(["custom_fields.yours"]);
        reply.Contact.CustomFields.Select(f => (f.Key, f.TextValue)).ShouldBe([("both", "one"), ("mine", "one"), ("yours", "two")], ignoreOrder: true);
        var told = (await account.Timelines.GetTimelineAsync(new() { ContactId = survivor.ContactId })).Events[0];
        told.Merged.FilledCustomFieldIds.Count.ShouldBe(1);

        async Task<V1.Contact> MakeAsync(string email, params (string Key, string Text)[] values) =>
            (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = email, CustomFields = { values.Select(v => new V1.CustomFieldValue { Key = v.Key, TextValue = v.Text }) } } })).Contact;
    }

    [Fact]
    public async Task An_inactive_record_on_either_side_makes_the_survivor_inactive()
    {
        var account = await fixture.NewAccountAsync();
        var (a, b) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"));
        await account.Contacts.SetRecordStateAsync(new() { ContactId = b.ContactId, RecordState = V1.RecordState.Inactive });
        (await account.Merges.MergeContactsAsync(new() { SurvivorContactId = a.ContactId, MergedContactId = b.ContactId })).Contact.RecordState.ShouldBe(V1.RecordState.Inactive);
    }

    [Fact]
    public async Task Malformed_stale_and_foreign_requests_merge_nothing()
    {
        var (account, stranger) = (await fixture.NewAccountAsync(), await fixture.NewAccountAsync());
        var (a, b, mine) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"), await stranger.CreateAsync("a@example.org"));
        await account.Merges.MergeContactsAsync(new() { RequestId = new string('r', 65) }).FieldsAsync("merged_contact_id", "request_id", "survivor_contact_id");
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = 5, MergedContactId = 5 }).FieldsAsync("merged_contact_id");
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = a.ContactId, MergedContactId = b.ContactId, SurvivorEtag = "f" }).ForAsync(CommonReasons.EtagMismatch);
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = a.ContactId, MergedContactId = b.ContactId, MergedEtag = "f" }).ForAsync(CommonReasons.EtagMismatch);
        (await account.Merges.MergeContactsAsync(new() { SurvivorContactId = a.ContactId, MergedContactId = 999999999 }).ForAsync(ContactsReasons.ContactNotFound)).ShouldNotContainKey("merged_into_contact_id");
        (await stranger.Merges.MergeContactsAsync(new() { SurvivorContactId = mine.ContactId, MergedContactId = a.ContactId }).ForAsync(ContactsReasons.ContactNotFound))["contact_id"].ShouldBe($"{a.ContactId}");
        (await stranger.Merges.MergeContactsAsync(new() { SurvivorContactId = a.ContactId, MergedContactId = mine.ContactId }).ForAsync(ContactsReasons.ContactNotFound))["contact_id"].ShouldBe($"{a.ContactId}");
        (await account.GetAsync(a.ContactId)).ShouldBe(a);
        (await account.GetAsync(b.ContactId)).ShouldBe(b);
        // Who was erased is gone for merges too.
        var keyed = await fixture.NewKeyAccountAsync();
        var (c, d) = (await keyed.CreateAsync("c@example.org"), await keyed.CreateAsync("d@example.org"));
        await keyed.Erasures.EraseContactAsync(new() { ContactId = d.ContactId });
        await keyed.Merges.MergeContactsAsync(new() { SurvivorContactId = c.ContactId, MergedContactId = d.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
    }

    [Fact]
    public async Task A_repeated_request_merges_once()
    {
        var account = await fixture.NewAccountAsync();
        var (a, b, c) = (await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"), await account.CreateAsync("c@example.org"));
        var request = new V1.MergeContactsRequest { SurvivorContactId = a.ContactId, MergedContactId = b.ContactId, RequestId = "r" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => account.Merges.MergeContactsAsync(request).ResponseAsync));
        replies.ShouldAllBe(r => r.Contact.ContactId == a.ContactId && r.ChangeToken.Length > 0);
        replies.Select(r => r.Contact.Etag).Distinct().ShouldHaveSingleItem();
        request.MergedContactId = c.ContactId;
        await account.Merges.MergeContactsAsync(request).ForAsync(CommonReasons.RequestIdReused);
        (await account.GetAsync(c.ContactId)).ShouldBe(c);
    }

    [Fact]
    public async Task A_chain_of_merges_ends_at_the_last_survivor_and_leaves_with_it()
    {
        var account = await fixture.NewAccountAsync();
        var contacts = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            contacts.Add((await account.CreateAsync($"c{i}@example.org")).ContactId);
        }
        foreach (var (merged, survivor) in contacts.Zip(contacts.Skip(1)))
        {
            await account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = merged });
        }
        foreach (var id in contacts[..^1])
        {
            (await account.Contacts.GetContactAsync(new() { ContactId = id }).ForAsync(ContactsReasons.ContactNotFound))["merged_into_contact_id"].ShouldBe($"{contacts[^1]}");
        }
        await account.Contacts.DeleteContactAsync(new() { ContactId = contacts[^1] });
        (await account.Contacts.GetContactAsync(new() { ContactId = contacts[0] }).ForAsync(ContactsReasons.ContactNotFound)).ShouldNotContainKey("merged_into_contact_id");
    }

    /// <summary>Everybody merges, labels, lists and deletes the same contacts and labels at once: one is left, and nobody sees a deadlock.</summary>
    [Fact]
    public async Task Merges_in_all_directions_leave_one_and_nobody_waits_in_a_circle()
    {
        var account = await fixture.NewAccountAsync();
        var ids = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add((await account.CreateAsync($"c{i}@example.org")).ContactId);
        }
        var (keep, list) = (await account.LabelAsync("keep"), await account.ListAsync("list"));
        await account.Labels.AddLabelAsync(new() { ContactId = ids[3], LabelId = keep.LabelId });
        var others = Enumerable.Range(0, 6).Select(async i =>
        {
            var label = await account.LabelAsync($"l{i}");
            await Tolerate(account.Labels.BatchAddLabelAsync(new() { LabelId = label.LabelId, ContactIds = { ids } }).ResponseAsync);
            await Tolerate(account.Lists.AddContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { ids } }).ResponseAsync);
            await Tolerate(account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId }).ResponseAsync);
        });
        var merges = ids.SelectMany(a => ids, (a, b) => (a, b)).Where(p => p.a != p.b)
            .Select(p => Tolerate(account.Merges.MergeContactsAsync(new() { SurvivorContactId = p.a, MergedContactId = p.b }).ResponseAsync));
        await Task.WhenAll(merges.Concat(others));
        var left = (await account.Contacts.ListContactsAsync(new())).Contacts.ShouldHaveSingleItem();
        left.LabelIds.ShouldBe([keep.LabelId]);
        foreach (var id in ids.Where(i => i != left.ContactId))
        {
            (await account.Contacts.GetContactAsync(new() { ContactId = id }).ForAsync(ContactsReasons.ContactNotFound))["merged_into_contact_id"].ShouldBe($"{left.ContactId}");
        }

        static async Task Tolerate<T>(Task<T> call)
        {
            try
            {
                await call;
            }
            catch (RpcException e)
            {
                Refused.Check(e, ContactsReasons.ContactNotFound);
            }
        }
    }
}
