using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Tests.Contacts;

[Collection(ContactsCollection.Name)]
public sealed class ContactTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_contact_is_stored_in_normal_form_and_read_back_by_each_key()
    {
        var account = await fixture.NewAccountAsync();
        var (b, a) = (await account.LabelAsync("b"), await account.LabelAsync("a"));
        var reply = await account.Contacts.CreateContactAsync(new V1.CreateContactRequest
        {
            Contact = new()
            {
                Email = " Ana@Example.ORG ", Phone = "0062 812 345 678", GivenName = " Ana ", FamilyName = "Li", TimeZone = "Asia/Jakarta",
                Source = "fair", SubscribedTime = Timestamp.FromDateTime(new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc).AddTicks(4567)), Owner = "op:7",
            },
            LabelIds = { a.LabelId, b.LabelId, a.LabelId },
        });
        var made = reply.Contact;
        reply.ChangeToken.Length.ShouldBe(33);
        made.ContactId.ShouldBePositive();
        (made.Email, made.Phone, made.GivenName, made.FamilyName, made.TimeZone, made.Source, made.Owner).ShouldBe(("ana@example.org", "+62812345678", "Ana", "Li", "Asia/Jakarta", "fair", "op:7"));
        made.SubscribedTime.ToDateTime().ShouldBe(new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc).AddTicks(4560));
        made.RecordState.ShouldBe(V1.RecordState.Active);
        made.LabelIds.ShouldBe([b.LabelId, a.LabelId]);
        made.CreateTime.ShouldBe(made.UpdateTime);
        made.Etag.ShouldNotBeEmpty();

        (await account.GetAsync(made.ContactId)).ShouldBe(made);
        (await account.Contacts.GetContactAsync(new() { Email = "ANA@example.org" })).Contact.ShouldBe(made);
        // It has an email, so it is not found by phone.
        (await account.Contacts.GetContactAsync(new() { Phone = "+62812345678" }).ForAsync(ContactsReasons.ContactNotFound))["field"].ShouldBe("phone");
        var byPhone = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = "+62812345678" } })).Contact;
        (await account.Contacts.GetContactAsync(new() { Phone = "0062812345678" })).Contact.ShouldBe(byPhone);
    }

    [Fact]
    public async Task All_malformed_fields_are_named_at_once()
    {
        var account = await fixture.NewAccountAsync();
        await account.Contacts.CreateContactAsync(new()).FieldsAsync("contact", "contact");
        await account.Contacts.CreateContactAsync(new() { Contact = new() { GivenName = "Ana" } }).FieldsAsync("contact");
        await account.Contacts.CreateContactAsync(new()
        {
            Contact = new() { Email = "ana", Phone = "030 1", GivenName = new string('g', 201), FamilyName = "a\nb", TimeZone = "Mars/Olympus", Source = new string('s', 201), Owner = "\u0007", SubscribedTime = new Timestamp { Seconds = 1, Nanos = -1 } },
            LabelIds = { 0, 5 },
            RequestId = new string('r', 65),
        }).FieldsAsync("contact.email", "contact.phone", "contact.given_name", "contact.family_name", "contact.time_zone", "contact.source", "contact.owner", "contact.subscribed_time", "label_ids[0]", "request_id");
        await account.Contacts.CreateContactAsync(new()
        {
            Contact = new() { Email = "ana@example.org", ContactId = 1, RecordState = V1.RecordState.Active, LeadScore = 1, LabelIds = { 1 }, CreateTime = new(), UpdateTime = new(), Etag = "1" },
        }).FieldsAsync("contact.contact_id", "contact.record_state", "contact.lead_score", "contact.label_ids", "contact.create_time", "contact.update_time", "contact.etag");
        await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ana@example.org" }, LabelIds = { Enumerable.Range(1, 101).Select(i => (long)i) } }).FieldsAsync("label_ids");
        var label = await account.LabelAsync("mine");
        await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ana@example.org" }, LabelIds = { label.LabelId, 987654321 } }).FieldsAsync("label_ids[1]");

        await account.Contacts.GetContactAsync(new()).FieldsAsync("key");
        await account.Contacts.GetContactAsync(new() { ContactId = 0 }).FieldsAsync("contact_id");
        await account.Contacts.GetContactAsync(new() { Email = "x" }).FieldsAsync("email");
        await account.Contacts.GetContactAsync(new() { Phone = "x" }).FieldsAsync("phone");
        await account.Contacts.BatchGetContactsAsync(new() { ContactIds = { 1, -1 } }).FieldsAsync("contact_ids[1]");
        await account.Contacts.ListContactsAsync(new() { PageSize = 1001, LabelId = -1, RecordState = (V1.RecordState)9 }).FieldsAsync("page_size", "label_id", "record_state");
        await account.Contacts.UpdateContactAsync(new()).FieldsAsync("contact", "update_mask");
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { Email = "x" }, UpdateMask = FieldMask.FromString("email,record_state,*") }).FieldsAsync("contact.contact_id", "contact.email", "update_mask", "update_mask");
        await account.Contacts.DeleteContactAsync(new() { ContactId = -5 }).FieldsAsync("contact_id");
        await account.Contacts.SetRecordStateAsync(new() { ContactId = 0 }).FieldsAsync("contact_id", "record_state");
        await account.Contacts.SetRecordStateAsync(new() { ContactId = 1, RecordState = (V1.RecordState)3 }).FieldsAsync("record_state");
    }

    [Fact]
    public async Task Emails_are_unique_in_the_account_and_phones_among_those_without_email()
    {
        var account = await fixture.NewAccountAsync();
        var first = await account.CreateAsync("ana@example.org");
        var facts = await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ANA@EXAMPLE.ORG" } }).ForAsync(ContactsReasons.ContactExists);
        (facts["field"], facts["contact_id"]).ShouldBe(("email", $"{first.ContactId}"));

        var phoneOnly = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = "+4930123456" } })).Contact;
        facts = await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = "0049 30 123456" } }).ForAsync(ContactsReasons.ContactExists);
        (facts["field"], facts["contact_id"]).ShouldBe(("phone", $"{phoneOnly.ContactId}"));
        // With an email, any number of contacts can share a phone; but then none of them can drop its email.
        var shared = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "b@example.org", Phone = "+4930123456" } })).Contact;
        facts = await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = shared.ContactId }, UpdateMask = FieldMask.FromString("email") }).ForAsync(ContactsReasons.ContactExists);
        (facts["field"], facts["contact_id"]).ShouldBe(("phone", $"{phoneOnly.ContactId}"));
        facts = await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = shared.ContactId, Email = "ana@example.org" }, UpdateMask = FieldMask.FromString("email") }).ForAsync(ContactsReasons.ContactExists);
        (facts["field"], facts["contact_id"]).ShouldBe(("email", $"{first.ContactId}"));
        (await account.GetAsync(shared.ContactId)).ShouldBe(shared);
    }

    [Fact]
    public async Task An_update_changes_what_the_mask_names_and_nothing_else()
    {
        var account = await fixture.NewAccountAsync();
        var made = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ana@example.org", Phone = "+4930123456", GivenName = "Ana", FamilyName = "Li" } })).Contact;
        var reply = await account.Contacts.UpdateContactAsync(new()
        {
            Contact = new() { ContactId = made.ContactId, GivenName = "Anna", FamilyName = "ignored", Email = "", TimeZone = "ignored", Etag = made.Etag },
            UpdateMask = FieldMask.FromString("given_name,email"),
        });
        reply.ChangeToken.ShouldNotBeEmpty();
        (reply.Contact.Email, reply.Contact.Phone, reply.Contact.GivenName, reply.Contact.FamilyName, reply.Contact.TimeZone).ShouldBe(("", "+4930123456", "Anna", "Li", ""));
        reply.Contact.Etag.ShouldNotBe(made.Etag);
        reply.Contact.UpdateTime.ShouldBeGreaterThan(made.UpdateTime);

        var same = await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, GivenName = " Anna " }, UpdateMask = FieldMask.FromString("given_name") });
        (same.ChangeToken, same.Contact).ShouldBe(("", reply.Contact));

        var facts = await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId }, UpdateMask = FieldMask.FromString("phone") }).ForAsync(ContactsReasons.ContactUnreachable);
        (facts["from"], facts["action"], facts["allowed"]).ShouldBe(("phone only", "clear phone", "set an email first"));
        facts = await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, Etag = made.Etag, GivenName = "X" }, UpdateMask = FieldMask.FromString("given_name") }).ForAsync(CommonReasons.EtagMismatch);
        (facts["etag"], facts["current_etag"]).ShouldBe((made.Etag, reply.Contact.Etag));
    }

    [Fact]
    public async Task A_record_state_is_set_once_and_a_deleted_contact_is_gone_with_its_labels()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        var made = await account.CreateAsync("ana@example.org", label.LabelId);
        var set = await account.Contacts.SetRecordStateAsync(new() { ContactId = made.ContactId, RecordState = V1.RecordState.Inactive, Etag = made.Etag });
        (set.Contact.RecordState, set.ChangeToken.Length).ShouldBe((V1.RecordState.Inactive, 33));
        set.Contact.LabelIds.ShouldBe([label.LabelId]);
        (await account.Contacts.SetRecordStateAsync(new() { ContactId = made.ContactId, RecordState = V1.RecordState.Inactive })).ChangeToken.ShouldBeEmpty();
        await account.Contacts.SetRecordStateAsync(new() { ContactId = made.ContactId, RecordState = V1.RecordState.Active, Etag = made.Etag }).ForAsync(CommonReasons.EtagMismatch);

        await account.Contacts.DeleteContactAsync(new() { ContactId = made.ContactId, Etag = made.Etag }).ForAsync(CommonReasons.EtagMismatch);
        (await account.Contacts.DeleteContactAsync(new() { ContactId = made.ContactId, Etag = set.Contact.Etag })).ChangeToken.ShouldNotBeEmpty();
        (await account.Contacts.GetContactAsync(new() { ContactId = made.ContactId }).ForAsync(ContactsReasons.ContactNotFound))["contact_id"].ShouldBe($"{made.ContactId}");
        await account.Contacts.DeleteContactAsync(new() { ContactId = made.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
        (await account.Labels.GetLabelAsync(new() { LabelId = label.LabelId })).Label.MemberCount.ShouldBe(0);
        (await account.CreateAsync("ana@example.org")).ContactId.ShouldNotBe(made.ContactId);
    }

    [Fact]
    public async Task Many_are_read_at_once_and_those_missing_are_named()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        var (a, b) = (await account.CreateAsync("a@example.org", label.LabelId), await account.CreateAsync("b@example.org"));
        var reply = await account.Contacts.BatchGetContactsAsync(new() { ContactIds = { b.ContactId, 999999999, a.ContactId, a.ContactId } });
        reply.Contacts.ShouldBe([a, b]);
        reply.MissingContactIds.ShouldBe([999999999L]);
        (await account.Contacts.BatchGetContactsAsync(new())).Contacts.ShouldBeEmpty();
        var facts = await account.Contacts.BatchGetContactsAsync(new() { ContactIds = { Enumerable.Range(1, 1001).Select(i => (long)i) } }).ForAsync(CommonReasons.LimitExceeded);
        (facts["field"], facts["limit"], facts["actual"]).ShouldBe(("contact_ids", "1000", "1001"));
    }

    [Fact]
    public async Task Pages_hold_every_contact_once_and_a_token_fits_one_question_only()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("odd");
        var ids = new List<long>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add((await account.CreateAsync($"c{i}@example.org", i % 2 == 1 ? [label.LabelId] : [])).ContactId);
        }
        await account.Contacts.SetRecordStateAsync(new() { ContactId = ids[1], RecordState = V1.RecordState.Inactive });
        (await PagesAsync(0, V1.RecordState.Unspecified)).ShouldBe(ids);
        (await PagesAsync(label.LabelId, V1.RecordState.Unspecified)).ShouldBe([ids[1], ids[3], ids[5]]);
        (await PagesAsync(label.LabelId, V1.RecordState.Active)).ShouldBe([ids[3], ids[5]]);
        (await PagesAsync(0, V1.RecordState.Inactive)).ShouldBe([ids[1]]);

        var token = (await account.Contacts.ListContactsAsync(new() { PageSize = 2 })).NextPageToken;
        (await account.Contacts.ListContactsAsync(new() { PageSize = 5, PageToken = token })).Contacts.Select(c => c.ContactId).ShouldBe(ids[2..]);
        (await account.Contacts.ListContactsAsync(new() { PageToken = token, LabelId = label.LabelId }).ForAsync(CommonReasons.PageTokenInvalid))["field"].ShouldBe("page_token");
        await account.Contacts.ListContactsAsync(new() { PageToken = token, RecordState = V1.RecordState.Active }).ForAsync(CommonReasons.PageTokenInvalid);
        await account.Contacts.ListContactsAsync(new() { PageToken = "nonsense" }).ForAsync(CommonReasons.PageTokenInvalid);
        await account.Labels.ListLabelsAsync(new() { PageToken = token }).ForAsync(CommonReasons.PageTokenInvalid);

        async Task<List<long>> PagesAsync(long labelId, V1.RecordState state)
        {
            var (all, next) = (new List<long>(), "");
            do
            {
                var page = await account.Contacts.ListContactsAsync(new() { PageSize = 2, PageToken = next, LabelId = labelId, RecordState = state });
                page.Contacts.Count.ShouldBeLessThanOrEqualTo(2);
                all.AddRange(page.Contacts.Select(c => c.ContactId));
                next = page.NextPageToken;
            }
            while (next.Length > 0);
            return all;
        }
    }
}
