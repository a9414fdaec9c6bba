using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Contacts.Tests.CustomFields.FieldCalls;

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
        (await fixture.LastToldAsync(account)).ContactsUpdated.ContactIds.ShouldBe([with.ContactId]);
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
}
