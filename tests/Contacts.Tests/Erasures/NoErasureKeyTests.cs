using ContactPlatform.Contacts.Tests.Imports;

namespace ContactPlatform.Contacts.Tests.Erasures;

[Collection(BareCollection.Name)]
public sealed class NoErasureKeyTests(BareFixture fixture)
{
    [Fact]
    public async Task Without_a_key_nothing_is_erased()
    {
        var (channel, headers) = (fixture.Host.Service.Channel, fixture.Headers);
        var contacts = new V1.ContactService.ContactServiceClient(channel);
        var contact = (await contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" } }, headers)).Contact;
        (await new V1.ContactErasureService.ContactErasureServiceClient(channel).EraseContactAsync(new() { ContactId = contact.ContactId }, headers).ForAsync(ContactsReasons.ErasureNotConfigured))["setting"].ShouldBe("Erasure:Keys");
        await new V1.ConsentService.ConsentServiceClient(channel).UnsubscribeContactAsync(new() { ContactId = contact.ContactId }, headers).ForAsync(ContactsReasons.ErasureNotConfigured);
        await ImportCaller.RefusedAsync(() => new ImportCaller(fixture.Host).UploadAsync("email\nada@example.org\n", new() { Mode = V1.ImportMode.Unsubscribe }), ContactsReasons.ErasureNotConfigured);
        (await contacts.GetContactAsync(new() { ContactId = contact.ContactId }, headers)).Contact.ShouldBe(contact);
    }
}
