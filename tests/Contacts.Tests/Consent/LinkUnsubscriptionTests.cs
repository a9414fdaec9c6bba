using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ContactPlatform.Contacts.Tests.Consent;

/// <summary>What Deliverability tells of unsubscriptions goes one way only, whatever came between.</summary>
[Collection(ContactsCollection.Name)]
public sealed class LinkUnsubscriptionTests(ContactsFixture fixture)
{
    [Fact]
    public async Task What_was_told_before_somebody_was_subscribed_again_does_not_unsubscribe_anew()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "link@example.org" } })).Contact.ContactId;
        var told = TimeProvider.System.GetUtcNow().UtcDateTime;
        await ApplyAsync(account.Id, contact, told, erasureKey: null);
        (await UnsubscribedAsync()).ShouldBeFalse("without a key no address can be remembered");
        await ApplyAsync(account.Id, contact, told);
        await ApplyAsync(account.Id, contact, told);
        (await UnsubscribedAsync()).ShouldBeTrue();

        await new ConsentService.ConsentServiceClient(account.Invoker).ResubscribeContactAsync(new() { ContactId = contact, Reason = "asked for it" });
        // Delivered late: it is older than that.
        await ApplyAsync(account.Id, contact, told);
        (await UnsubscribedAsync()).ShouldBeFalse();
        await ApplyAsync(account.Id, contact, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        (await UnsubscribedAsync()).ShouldBeTrue();
        await ApplyAsync(account.Id, contact + 1_000_000, told);

        async Task<bool> UnsubscribedAsync() => (await account.Contacts.GetContactAsync(new GetContactRequest { ContactId = contact })).Contact.UnsubscribedTime is not null;
    }

    private async Task ApplyAsync(long account, long contact, DateTime time, string? erasureKey = ContactsHost.ErasureKey)
    {
        var seen = new CurrentAccount();
        await using var db = new Imports.ImportCaller(fixture.Host, account).Database(seen);
        var keys = new ErasureKeys(new ConfigurationBuilder().AddInMemoryCollection(erasureKey is null ? [] : new Dictionary<string, string?> { ["Erasure:Keys:1"] = erasureKey }).Build());
        using var ids = new IdSequence(fixture.Host.Database.OpenAsync);
        var suppressions = new SuppressionStore(db, keys);
        var links = new LinkUnsubscriptions(db, seen, suppressions, new UnsubscribeStore(db, suppressions, new TimelineStore(db, ids)), keys, TimeProvider.System, NullLogger<LinkUnsubscriptions>.Instance);
        await using var transaction = await db.Database.BeginTransactionAsync();
        await links.ApplyAsync(new Dictionary<(long, long), DateTime> { [(account, contact)] = time }, CancellationToken.None);
        await transaction.CommitAsync();
    }
}
