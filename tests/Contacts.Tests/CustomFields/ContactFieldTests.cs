using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Contacts.Tests.CustomFields.FieldCalls;

namespace ContactPlatform.Contacts.Tests.CustomFields;

/// <summary>What contacts have in custom fields.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ContactFieldTests(ContactsFixture fixture)
{
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
        (await fixture.LastToldAsync(account)).ContactsUpdated.ContactIds.ShouldBe([made.ContactId]);

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
}
