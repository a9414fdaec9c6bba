using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.CustomFields;

[Collection(ContactsCollection.Name)]
public sealed class CustomFieldTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_field_is_created_read_listed_and_changed()
    {
        var account = await fixture.NewAccountAsync();
        var tier = await CreateAsync(account, "tier", V1.CustomFieldType.Choice, "Gold", "Silver");
        var budget = await CreateAsync(account, "budget", V1.CustomFieldType.Number);
        (tier.DisplayName, tier.Choices, tier.CreateTime).ShouldBe(("tier", tier.Choices, tier.UpdateTime));
        (await account.Fields.GetCustomFieldAsync(new() { CustomFieldId = tier.CustomFieldId })).CustomField.ShouldBe(tier);
        (await account.Fields.GetCustomFieldAsync(new() { Key = "budget" })).CustomField.ShouldBe(budget);
        var page = await account.Fields.ListCustomFieldsAsync(new() { PageSize = 1 });
        page.CustomFields.ShouldBe([tier]);
        (await account.Fields.ListCustomFieldsAsync(new() { PageSize = 1, PageToken = page.NextPageToken })).CustomFields.ShouldBe([budget]);

        var changed = (await account.Fields.UpdateCustomFieldAsync(new()
        {
            CustomField = new() { CustomFieldId = tier.CustomFieldId, DisplayName = " Client tier ", Choices = { "Bronze", "GOLD" }, Etag = tier.Etag },
            UpdateMask = FieldMask.FromString("display_name,choices"),
        })).CustomField;
        (changed.DisplayName, changed.Key, changed.Type).ShouldBe(("Client tier", "tier", V1.CustomFieldType.Choice));
        changed.Choices.ShouldBe(["Bronze", "GOLD"]);
        changed.Etag.ShouldNotBe(tier.Etag);
        await Update(account, tier, new() { DisplayName = "x", Etag = tier.Etag }, "display_name").ForAsync(CommonReasons.EtagMismatch);
        (await Update(account, tier, new() { DisplayName = "Client tier" }, "display_name")).CustomField.ShouldBe(changed);
    }

    [Fact]
    public async Task What_cannot_be_a_field_is_refused_with_all_that_is_wrong()
    {
        var account = await fixture.NewAccountAsync();
        await account.Fields.CreateCustomFieldAsync(new()).FieldsAsync("custom_field", "custom_field.key", "custom_field.type");
        foreach (var key in new[] { "", "Tier", "1st", "a-b", "a b", "_a", new string('a', 64), "ä", "email", "labels", "stage" })
        {
            await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = key, Type = V1.CustomFieldType.Text } }).FieldsAsync("custom_field.key");
        }
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "a", Type = (V1.CustomFieldType)9 } }).FieldsAsync("custom_field.type");
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "a", Type = V1.CustomFieldType.Text, Choices = { "x" } } }).FieldsAsync("custom_field.choices");
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "a", Type = V1.CustomFieldType.Choice } }).FieldsAsync("custom_field.choices");
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "a", Type = V1.CustomFieldType.Choice, Choices = { "x", "X", "", new string('c', 101), "a\tb", "\uFFFE" } } })
            .FieldsAsync("custom_field.choices[1]", "custom_field.choices[2]", "custom_field.choices[3]", "custom_field.choices[4]", "custom_field.choices[5]");
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "a", Type = V1.CustomFieldType.Text, CustomFieldId = 1, Etag = "1", CreateTime = new(), UpdateTime = new(), DisplayName = new string('d', 101) } })
            .FieldsAsync("custom_field.custom_field_id", "custom_field.etag", "custom_field.create_time", "custom_field.update_time", "custom_field.display_name");
        await account.Fields.GetCustomFieldAsync(new()).FieldsAsync("by");
        await account.Fields.GetCustomFieldAsync(new() { Key = "a\0" }).FieldsAsync("key");
        await account.Fields.DeleteCustomFieldAsync(new()).FieldsAsync("custom_field_id");

        var text = await CreateAsync(account, "note", V1.CustomFieldType.Text);
        await Update(account, text, new() { Key = "other" }, "key,type").FieldsAsync("update_mask", "update_mask");
        await Update(account, text, new() { Choices = { "x" } }, "choices").FieldsAsync("custom_field.choices");
        var facts = await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "note", Type = V1.CustomFieldType.Date } }).ForAsync(ContactsReasons.CustomFieldExists);
        facts["custom_field_id"].ShouldBe($"{text.CustomFieldId}");
        await account.Fields.GetCustomFieldAsync(new() { CustomFieldId = text.CustomFieldId + 1_000_000 }).ForAsync(ContactsReasons.CustomFieldNotFound);
    }

    [Fact]
    public async Task A_retry_returns_the_first_ones_field()
    {
        var account = await fixture.NewAccountAsync();
        var request = new V1.CreateCustomFieldRequest { CustomField = new() { Key = "tier", Type = V1.CustomFieldType.Text }, RequestId = "r1" };
        var first = await account.Fields.CreateCustomFieldAsync(request);
        (await account.Fields.CreateCustomFieldAsync(request)).ShouldBe(first);
        request.CustomField.Key = "other";
        await account.Fields.CreateCustomFieldAsync(request).ForAsync(CommonReasons.RequestIdReused);
    }

    [Fact]
    public async Task An_account_has_at_most_100_fields_whoever_races_for_the_last()
    {
        var account = await fixture.NewAccountAsync();
        for (var i = 0; i < 98; i++)
        {
            await CreateAsync(account, $"f{i}", V1.CustomFieldType.Text);
        }
        var racing = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await CreateAsync(account, $"last{i}", V1.CustomFieldType.Text);
                return null;
            }
            catch (RpcException e)
            {
                return Refused.Check(e, CommonReasons.LimitExceeded)["limit"];
            }
        }));
        racing.Count(r => r is null).ShouldBe(2);
        racing.Where(r => r is not null).ShouldAllBe(r => r == "100");
    }

    [Fact]
    public async Task Contacts_have_values_of_every_type()
    {
        var account = await fixture.NewAccountAsync();
        await OneOfEachAsync(account);
        var made = (await account.Contacts.CreateContactAsync(new()
        {
            Contact = new() { Email = "ana@example.org", CustomFields = { Choice("tier", "gold"), Number("budget", "0100.50"), Text("note", " Cafe\u0301 "), Date("since", "2024-02-29"), Boolean("vip", false) } },
        })).Contact;
        V1.CustomFieldValue[] stored = [Text("note", "Café"), Number("budget", "100.5"), Date("since", "2024-02-29"), Boolean("vip", false), Choice("tier", "Gold")];
        made.CustomFields.ShouldBe(stored);
        (await account.GetAsync(made.ContactId)).ShouldBe(made);
        (await account.Contacts.BatchGetContactsAsync(new() { ContactIds = { made.ContactId } })).Contacts.ShouldBe([made]);
        (await account.Contacts.ListContactsAsync(new())).Contacts.ShouldBe([made]);
    }

    [Fact]
    public async Task An_update_changes_the_fields_that_the_mask_names()
    {
        var account = await fixture.NewAccountAsync();
        await OneOfEachAsync(account);
        var made = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ana@example.org", CustomFields = { Text("note", "a"), Number("budget", "1") } } })).Contact;

        // Only what is named: note is set, budget is not touched, since is cleared though it was empty.
        var reply = await UpdateAsync(account, made, "custom_fields.note,custom_fields.since", Text("note", "b"), Number("budget", "2"));
        reply.Contact.CustomFields.ShouldBe([Text("note", "b"), Number("budget", "1")]);
        reply.Contact.Etag.ShouldNotBe(made.Etag);
        reply.Contact.UpdateTime.ShouldBeGreaterThan(made.UpdateTime);
        reply.ChangeToken.ShouldNotBeEmpty();
        (await LastToldAsync(account)).ContactsUpdated.ContactIds.ShouldBe([made.ContactId]);

        // The same again changes nothing and tells nobody.
        var again = await UpdateAsync(account, made, "custom_fields.note", Text("note", "b"));
        (again.ChangeToken, again.Contact).ShouldBe(("", reply.Contact));

        // Cleared by name, and all of them at once.
        (await UpdateAsync(account, made, "custom_fields.note")).Contact.CustomFields.ShouldBe([Number("budget", "1")]);
        (await UpdateAsync(account, made, "custom_fields", Date("since", "2024-01-01"))).Contact.CustomFields.ShouldBe([Date("since", "2024-01-01")]);
        (await UpdateAsync(account, made, "custom_fields")).Contact.CustomFields.ShouldBeEmpty();
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, Etag = made.Etag }, UpdateMask = FieldMask.FromString("custom_fields") }).ForAsync(CommonReasons.EtagMismatch);
    }

    [Fact]
    public async Task A_wrong_value_is_refused_by_field_and_value()
    {
        var account = await fixture.NewAccountAsync();
        await OneOfEachAsync(account);
        var made = await account.CreateAsync("ana@example.org");
        var wrong = await Should.ThrowAsync<RpcException>(async () => await UpdateAsync(account, made, "custom_fields,custom_fields.nope",
            Text("budget", "12"), Number("note", "1"), Choice("tier", "Bronze"), Date("since", "tomorrow"), Number("nothing", "1"), Number("vip", "0")));
        Refused.Check(wrong, CommonReasons.InvalidField);
        wrong.Detail<Google.Rpc.BadRequest>()!.FieldViolations.Select(v => $"{v.Field} {v.Description}").ShouldBe(
        [
            "update_mask names custom_fields.nope; the account has no such custom field",
            "contact.custom_fields[0] budget has the text_value \"12\"; the field is of type NUMBER and takes a number_value",
            "contact.custom_fields[1] note has the number_value \"1\"; the field is of type TEXT and takes a text_value",
            "contact.custom_fields[2] tier is \"Bronze\"; expected \"Gold\", \"Silver\"",
            "contact.custom_fields[3] since is \"tomorrow\"; expected a day such as 2026-04-01",
            "contact.custom_fields[4].key is \"nothing\"; the account has no such custom field",
            "contact.custom_fields[5] vip has the number_value \"0\"; the field is of type BOOLEAN and takes a boolean_value",
        ]);
        await Update("custom_fields", new V1.CustomFieldValue { Key = "note" }, Text("note", "x")).FieldsAsync("contact.custom_fields[0]", "contact.custom_fields[1].key");
        await Update("custom_fields.Note").FieldsAsync("update_mask");
        await Update("custom_fields", [.. Enumerable.Range(0, 101).Select(i => Text($"f{i}", "x"))]).ForAsync(CommonReasons.LimitExceeded);
        await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "b@example.org", CustomFields = { Number("note", "1") } } }).FieldsAsync("contact.custom_fields[0]");
        (await account.GetAsync(made.ContactId)).ShouldBe(made);

        AsyncUnaryCall<V1.UpdateContactResponse> Update(string mask, params V1.CustomFieldValue[] values) =>
            account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, CustomFields = { values } }, UpdateMask = new() { Paths = { mask } } });
    }

    [Fact]
    public async Task A_choice_that_contacts_have_stays_and_is_shown_as_the_field_spells_it()
    {
        var account = await fixture.NewAccountAsync();
        var tier = await CreateAsync(account, "tier", V1.CustomFieldType.Choice, "Gold", "Silver");
        var made = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ana@example.org", CustomFields = { Choice("tier", "Gold") } } })).Contact;
        var facts = await Update(account, tier, new() { Choices = { "Silver" } }, "choices").ForAsync(ContactsReasons.CustomFieldChoiceInUse);
        facts["from"].ShouldBe("Gold");
        await Update(account, tier, new() { Choices = { "GOLD", "Bronze" } }, "choices");
        (await account.GetAsync(made.ContactId)).CustomFields.ShouldBe([Choice("tier", "GOLD")]);
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, CustomFields = { Choice("tier", "Silver") } }, UpdateMask = FieldMask.FromString("custom_fields") })
            .FieldsAsync("contact.custom_fields[0]");
    }

    [Fact]
    public async Task A_deleted_field_takes_its_values_along_and_its_contacts_change()
    {
        var account = await fixture.NewAccountAsync();
        var note = await CreateAsync(account, "note", V1.CustomFieldType.Text);
        var tier = await CreateAsync(account, "tier", V1.CustomFieldType.Choice, "Gold");
        var with = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "a@example.org", CustomFields = { Text("note", "x"), Choice("tier", "Gold") } } })).Contact;
        var without = await account.CreateAsync("b@example.org");
        await account.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = note.CustomFieldId, Etag = "999" }).ForAsync(CommonReasons.EtagMismatch);

        (await account.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = note.CustomFieldId, Etag = note.Etag })).RemovedCount.ShouldBe(1);
        var after = await account.GetAsync(with.ContactId);
        after.CustomFields.ShouldBe([Choice("tier", "Gold")]);
        after.Etag.ShouldNotBe(with.Etag);
        (await LastToldAsync(account)).ContactsUpdated.ContactIds.ShouldBe([with.ContactId]);
        (await account.GetAsync(without.ContactId)).ShouldBe(without);
        await account.Fields.GetCustomFieldAsync(new() { CustomFieldId = note.CustomFieldId }).ForAsync(ContactsReasons.CustomFieldNotFound);
        (await account.Fields.ListCustomFieldsAsync(new())).CustomFields.ShouldBe([tier]);
        // The key is free again, for another type.
        await CreateAsync(account, "note", V1.CustomFieldType.Number);
        (await account.GetAsync(with.ContactId)).ShouldBe(after);
        // And a deleted contact takes its values along.
        await account.Contacts.DeleteContactAsync(new() { ContactId = with.ContactId });
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM contact_field_values WHERE account_id = {account.Id}")).ShouldBe(0L);
    }

    /// <summary>Whoever wins, no contact has a choice that the field does not have, nor a value in a field that is gone.</summary>
    [Fact]
    public async Task Values_written_while_their_field_changes_are_never_left_behind()
    {
        var account = await fixture.NewAccountAsync();
        var tier = await CreateAsync(account, "tier", V1.CustomFieldType.Choice, "Gold", "Silver");
        var contacts = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => account.CreateAsync($"c{i}@example.org")));
        var writes = contacts.Select(async c =>
        {
            try
            {
                await UpdateAsync(account, c, "custom_fields", Choice("tier", "Gold"));
            }
            catch (RpcException e)
            {
                Refused.Check(e, CommonReasons.InvalidField);
            }
        });
        var removal = Update(account, tier, new() { Choices = { "Silver" } }, "choices").ResponseAsync;
        await Task.WhenAll(writes);
        var values = (await Task.WhenAll(contacts.Select(c => account.GetAsync(c.ContactId)))).SelectMany(c => c.CustomFields).ToList();
        try
        {
            await removal;
            values.ShouldBeEmpty();
        }
        catch (RpcException e)
        {
            Refused.Check(e, ContactsReasons.CustomFieldChoiceInUse);
        }
        await account.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = tier.CustomFieldId });
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM contact_field_values WHERE account_id = {account.Id}")).ShouldBe(0L);
    }

    private static async Task<V1.CustomField> CreateAsync(Account account, string key, V1.CustomFieldType type, params string[] choices) =>
        (await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = key, Type = type, Choices = { choices } } })).CustomField;

    private static async Task OneOfEachAsync(Account account)
    {
        await CreateAsync(account, "note", V1.CustomFieldType.Text);
        await CreateAsync(account, "budget", V1.CustomFieldType.Number);
        await CreateAsync(account, "since", V1.CustomFieldType.Date);
        await CreateAsync(account, "vip", V1.CustomFieldType.Boolean);
        await CreateAsync(account, "tier", V1.CustomFieldType.Choice, "Gold", "Silver");
    }

    private static AsyncUnaryCall<V1.UpdateCustomFieldResponse> Update(Account account, V1.CustomField field, V1.CustomField to, string mask)
    {
        to.CustomFieldId = field.CustomFieldId;
        return account.Fields.UpdateCustomFieldAsync(new() { CustomField = to, UpdateMask = new() { Paths = { mask.Split(',') } } });
    }

    private static async Task<V1.UpdateContactResponse> UpdateAsync(Account account, V1.Contact contact, string mask, params V1.CustomFieldValue[] values) =>
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = contact.ContactId, CustomFields = { values } }, UpdateMask = new() { Paths = { mask.Split(',') } } });

    private async Task<V1.StreamChangesResponse> LastToldAsync(Account account)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT payload FROM outbox WHERE account_id = {account.Id} AND change_id = (SELECT MAX(change_id) FROM outbox WHERE account_id = {account.Id})";
        return V1.StreamChangesResponse.Parser.ParseFrom((byte[])(await command.ExecuteScalarAsync())!);
    }

    private static V1.CustomFieldValue Text(string key, string value) => new() { Key = key, TextValue = value };

    private static V1.CustomFieldValue Number(string key, string value) => new() { Key = key, NumberValue = value };

    private static V1.CustomFieldValue Date(string key, string value) => new() { Key = key, DateValue = value };

    private static V1.CustomFieldValue Boolean(string key, bool value) => new() { Key = key, BooleanValue = value };

    private static V1.CustomFieldValue Choice(string key, string value) => new() { Key = key, ChoiceValue = value };
}
