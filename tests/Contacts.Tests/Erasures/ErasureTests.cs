using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Erasures;

[Collection(ContactsCollection.Name)]
public sealed class ErasureTests(ContactsFixture fixture)
{
    [Fact]
    public async Task An_erased_address_is_refused_everywhere_until_somebody_lets_it_in()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = await account.CreateAsync("ada@example.org");
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = contact.ContactId, Phone = "+628120000001" }, UpdateMask = FieldMask.FromString("phone") });
        var other = await account.CreateAsync("bob@example.org");
        var erased = await account.Erasures.EraseContactAsync(new() { ContactId = contact.ContactId });
        erased.ChangeToken.ShouldNotBeEmpty();
        await account.Contacts.GetContactAsync(new() { ContactId = contact.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
        await account.Erasures.EraseContactAsync(new() { ContactId = contact.ContactId }).ForAsync(ContactsReasons.ContactNotFound);

        var facts = await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = " ADA@Example.org " } }).ForAsync(ContactsReasons.ContactErased);
        (facts["field"], facts["from"], facts["action"], facts["allowed"]).ShouldBe(("email", "erased", "store the email", "ReadmitAddress"));
        (await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = "+62 812 0000001" } }).ForAsync(ContactsReasons.ContactErased))["field"].ShouldBe("phone");
        await Update(other.ContactId, new() { Email = "ada@example.org" }, "email").ForAsync(ContactsReasons.ContactErased);
        await Update(other.ContactId, new() { Phone = "+628120000001" }, "phone").ForAsync(ContactsReasons.ContactErased);
        await Update(other.ContactId, new() { GivenName = "Bob" }, "given_name");
        var import = await ImportAsync(account, "email,given_name,phone\nADA@example.org,Ada,\nbob@example.org,Robert,+628120000001\ncy@example.org,Cy,\n");
        (import.CreatedCount, import.UpdatedCount, import.RefusedCount).ShouldBe((1, 0, 2));
        import.Run.SkipCounts.Single().Reason.ShouldBe("CONTACT_ERASED");
        var errors = await ErrorsAsync(account, import.ImportId);
        errors.ShouldContain("CONTACT_ERASED");
        errors.ShouldNotContain("ada", Case.Insensitive);
        errors.ShouldNotContain("628120000001");

        // In another account nobody was erased.
        var elsewhere = await fixture.NewKeyAccountAsync();
        await elsewhere.CreateAsync("ada@example.org");
        await elsewhere.Erasures.ReadmitAddressAsync(new() { Email = "ada@example.org" }).ForAsync(ContactsReasons.ErasureNotFound);

        await account.Erasures.ReadmitAddressAsync(new() { Email = "Ada@example.org" });
        await account.Erasures.ReadmitAddressAsync(new() { Email = "ada@example.org" }).ForAsync(ContactsReasons.ErasureNotFound);
        var again = await account.CreateAsync("ada@example.org");
        await Update(again.ContactId, new() { Phone = "+628120000001" }, "phone").ForAsync(ContactsReasons.ContactErased);
        await account.Erasures.ReadmitAddressAsync(new() { Phone = "00628120000001" });
        await Update(again.ContactId, new() { Phone = "+628120000001" }, "phone");
        // Erased once more, it is refused once more.
        await account.Erasures.EraseContactAsync(new() { ContactId = again.ContactId });
        await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" } }).ForAsync(ContactsReasons.ContactErased);

        AsyncUnaryCall<V1.UpdateContactResponse> Update(long id, V1.Contact values, string field)
        {
            values.ContactId = id;
            return account.Contacts.UpdateContactAsync(new() { Contact = values, UpdateMask = FieldMask.FromString(field) });
        }
    }

    [Fact]
    public async Task Malformed_and_stale_requests_are_refused_and_erase_nothing()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = await account.CreateAsync("ada@example.org");
        await account.Erasures.EraseContactAsync(new()).FieldsAsync("contact_id");
        await account.Erasures.EraseContactAsync(new() { ContactId = contact.ContactId, Etag = "stale" }).ForAsync(CommonReasons.EtagMismatch);
        await account.Erasures.EraseContactAsync(new() { ContactId = 999999999 }).ForAsync(ContactsReasons.ContactNotFound);
        await account.Erasures.ReadmitAddressAsync(new()).FieldsAsync("address");
        await account.Erasures.ReadmitAddressAsync(new() { Email = "nobody" }).FieldsAsync("email");
        await account.Erasures.ReadmitAddressAsync(new() { Phone = "12" }).FieldsAsync("phone");
        (await account.Erasures.ReadmitAddressAsync(new() { Phone = "+628129999999" }).ForAsync(ContactsReasons.ErasureNotFound))["field"].ShouldBe("phone");
        await (await fixture.NewKeyAccountAsync()).Erasures.EraseContactAsync(new() { ContactId = contact.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
        (await account.GetAsync(contact.ContactId)).ShouldBe(contact);
    }

    [Fact]
    public async Task Refused_rows_that_held_the_address_are_blanked_and_files_are_gone()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@xn--bcher-kva.example.org", Phone = "+628120000002" } })).Contact;
        var import = await ImportAsync(account, "email,phone,time_zone\nADA@Bücher.example.org,,Nowhere\nx@example.org,(0062) 812-0000002,Nowhere\ny@example.org,,Nowhere\n");
        import.RefusedCount.ShouldBe(3);
        (await ErrorsAsync(account, import.ImportId)).ShouldContain("Bücher");
        (await account.Erasures.EraseContactAsync(new() { ContactId = contact.ContactId })).BlankedRowCount.ShouldBe(2);
        var errors = await ErrorsAsync(account, import.ImportId);
        errors.ShouldNotContain("Bücher");
        errors.ShouldNotContain("0000002");
        errors.ShouldContain("y@example.org");
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM import_chunks WHERE account_id = {account.Id}")).ShouldBe(0L);
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM requests WHERE account_id = {account.Id} AND result_id = {contact.ContactId}")).ShouldBe(0L);
    }

    [Fact]
    public async Task The_addresses_of_all_who_were_merged_into_a_contact_are_erased_with_it()
    {
        var account = await fixture.NewKeyAccountAsync();
        var import = await ImportAsync(account, "email,time_zone\nFIRST@example.org,Nowhere\n");
        var first = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "first@example.org", Phone = "+628120000011" }, RequestId = "first" })).Contact.ContactId;
        var second = await account.CreateAsync("second@example.org");
        var last = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = "+628120000012" } })).Contact.ContactId;
        var again = await account.CreateAsync("again@example.org");
        // A chain; the last takes an email over, and changes it.
        await MergeAsync(first, second.ContactId);
        await MergeAsync(again.ContactId, second.ContactId);
        await MergeAsync(second.ContactId, last);
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = last, Email = "last@example.org" }, UpdateMask = FieldMask.FromString("email") });
        // An address that was dropped is free, and then another person's. One of those is merged and dropped a second time.
        var other = await account.CreateAsync("again@example.org");
        await MergeAsync((await account.CreateAsync("first@example.org")).ContactId, last);
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM merged_addresses WHERE account_id = {account.Id} AND contact_id = {last}")).ShouldBe(4L);

        (await account.Erasures.EraseContactAsync(new() { ContactId = last })).BlankedRowCount.ShouldBe(1);
        foreach (var email in new[] { "first@example.org", "second@example.org", "last@example.org" })
        {
            await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = email } }).ForAsync(ContactsReasons.ContactErased);
        }
        foreach (var phone in new[] { "+628120000011", "+628120000012" })
        {
            await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = phone } }).ForAsync(ContactsReasons.ContactErased);
        }
        // Whose address it is by now has nothing to do with it.
        (await account.GetAsync(other.ContactId)).ShouldBe(other);
        await ImportAsync(account, "email,given_name\nagain@example.org,Agnes\n");
        (await account.GetAsync(other.ContactId)).GivenName.ShouldBe("Agnes");
        (await ErrorsAsync(account, import.ImportId)).ShouldNotContain("first", Case.Insensitive);
        (await fixture.ScalarAsync($"SELECT (SELECT COUNT(*) FROM merged_addresses WHERE account_id = {account.Id}) + (SELECT COUNT(*) FROM requests WHERE account_id = {account.Id} AND method = 'CreateContact')")).ShouldBe(0L);

        async Task MergeAsync(long merged, long survivor) => await account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = merged });
    }

    [Fact]
    public async Task An_import_at_work_does_not_bring_the_address_back()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = await account.CreateAsync("ada@example.org");
        var rows = string.Concat(Enumerable.Range(0, 20_000).Select(i => i % 100 == 99 ? $"ada@example.org,Ada{i}\n" : $"p{i}@example.org,P\n"));
        var import = await UploadAsync(account, $"email,given_name\n{rows}");
        while ((await account.Imports.GetImportAsync(new() { ImportId = import.ImportId })).Import.CreatedCount == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
        var erased = await account.Erasures.EraseContactAsync(new() { ContactId = contact.ContactId });
        erased.PendingImportIds.ShouldBe([import.ImportId]);
        import = await EndAsync(account, import.ImportId);
        import.Run.State.ShouldBe(RunState.Succeeded);
        import.RefusedCount.ShouldBeGreaterThan(0);
        await account.Contacts.GetContactAsync(new() { Email = "ada@example.org" }).ForAsync(ContactsReasons.ContactNotFound);
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM import_errors WHERE account_id = {account.Id} AND raw ILIKE '%ada%'")).ShouldBe(0L);
    }

    internal static async Task<V1.Import> UploadAsync(Account account, string file)
    {
        using var call = account.Imports.UploadImport();
        await call.RequestStream.WriteAsync(new() { Start = new() { Config = new() } });
        await call.RequestStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8(file) });
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).Import;
    }

    internal static async Task<V1.Import> EndAsync(Account account, long importId)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var import = (await account.Imports.GetImportAsync(new() { ImportId = importId })).Import;
            if (import.Run.State is RunState.Succeeded or RunState.Failed)
            {
                return import;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    internal static async Task<V1.Import> ImportAsync(Account account, string file) => await EndAsync(account, (await UploadAsync(account, file)).ImportId);

    private static async Task<string> ErrorsAsync(Account account, long importId)
    {
        using var call = account.Imports.DownloadImportErrors(new() { ImportId = importId });
        var text = "";
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            text += part.Data.ToStringUtf8();
        }
        return text;
    }
}
