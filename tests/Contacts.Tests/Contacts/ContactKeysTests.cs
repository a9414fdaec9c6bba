using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ContactPlatform.Contacts.Tests.Contacts;

[Collection(ContactsCollection.Name)]
public sealed class ContactKeysTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Whoever_writes_a_contact_writes_its_keys_and_old_rows_get_theirs_at_start()
    {
        var account = await fixture.NewAccountAsync();
        var id = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "a@example.org", GivenName = "ÉMILE", FamilyName = "Li", Source = "Fair" } })).Contact.ContactId;
        (await KeysAsync(id)).ShouldBe("émile|li|fair");
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, FamilyName = "LEE" }, UpdateMask = new() { Paths = { "family_name", "source" } } });
        (await KeysAsync(id)).ShouldBe("émile|lee|");

        await fixture.ScalarAsync($"UPDATE contacts SET given_name_key = NULL, family_name_key = NULL, source_key = NULL WHERE account_id = {account.Id}");
        await using var services = new ServiceCollection().AddScoped<CurrentAccount>().AddDbContext<ContactsDbContext>(o => o.UseNpgsql(fixture.Host.Database.ConnectionString)).BuildServiceProvider();
        var before = await account.GetAsync(id);
        await new ContactKeys(services.GetRequiredService<IServiceScopeFactory>(), NullLogger<ContactKeys>.Instance).StartAsync(CancellationToken.None);
        (await KeysAsync(id)).ShouldBe("émile|lee|");
        (await account.GetAsync(id)).ShouldBe(before);
    }

    [Fact]
    public async Task Imports_write_keys_too()
    {
        var caller = new Imports.ImportCaller(fixture.Host, ContactsHost.OtherAccount);
        await caller.ImportAsync("email,given_name,family_name,source\nkeys1@example.org,ZOË,Ünal,Web\n");
        await caller.ImportAsync("email,given_name\nkeys1@example.org,Ämilia\n");
        (await fixture.ScalarAsync("SELECT given_name_key || '|' || family_name_key || '|' || source_key FROM contacts WHERE email = 'keys1@example.org'")).ShouldBe("ämilia|ünal|web");
    }

    private Task<object?> KeysAsync(long id) => fixture.ScalarAsync($"SELECT given_name_key || '|' || family_name_key || '|' || source_key FROM contacts WHERE contact_id = {id}");
}
