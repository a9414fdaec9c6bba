using ContactPlatform.Contacts.Tests.Erasures;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Consent;

/// <summary>Nothing but ResubscribeContact moves a contact towards being written to.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ConsentTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Who_was_unsubscribed_stays_it_whatever_is_written_until_resubscribed_with_a_reason()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = await account.CreateAsync("ada@example.org");
        var (id, feed) = (contact.ContactId, await FeedAsync(account.Id));
        var stopped = await account.Consent.UnsubscribeContactAsync(new() { ContactId = id, Reason = " asked on the phone ", Etag = contact.Etag });
        stopped.Contact.UnsubscribedTime.ShouldNotBeNull();
        (stopped.OtherCount, stopped.ChangeToken.Length > 0, stopped.Contact.Etag == contact.Etag).ShouldBe((0, true, false));
        (await account.Consent.UnsubscribeContactAsync(new() { ContactId = id })).ShouldBe(new() { Contact = stopped.Contact });

        // An update and an upsert, a later time of subscription included.
        var later = Timestamp.FromDateTime(new(2040, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, SubscribedTime = later, Email = "ada2@example.org" }, UpdateMask = FieldMask.FromString("subscribed_time,email") });
        var upsert = await ErasureTests.ImportAsync(account, "email,subscribed_time\nada2@example.org,2041-01-01\n");
        (upsert.UpdatedCount, upsert.UnsubscribedCount).ShouldBe((1, 0));
        (await account.GetAsync(id)).UnsubscribedTime.ShouldBe(stopped.Contact.UnsubscribedTime);
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id }, UpdateMask = FieldMask.FromString("unsubscribed_time") }).FieldsAsync("update_mask");
        await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "x@example.org", UnsubscribedTime = later } }).FieldsAsync("contact.unsubscribed_time");

        // Another contact that gets the address: created, imported, updated.
        (await account.CreateAsync("ADA@example.org")).UnsubscribedTime.ShouldNotBeNull();
        var bob = await account.CreateAsync("bob@example.org");
        await account.Contacts.DeleteContactAsync(new() { ContactId = (await account.Contacts.GetContactAsync(new() { Email = "ada@example.org" })).Contact.ContactId });
        var import = await ErasureTests.ImportAsync(account, "email\nada@example.org\ncy@example.org\n");
        (import.CreatedCount, import.UnsubscribedCount).ShouldBe((2, 1));
        var imported = (await account.Contacts.GetContactAsync(new() { Email = "ada@example.org" })).Contact;
        imported.UnsubscribedTime.ShouldNotBeNull();
        (await account.Contacts.GetContactAsync(new() { Email = "cy@example.org" })).Contact.UnsubscribedTime.ShouldBeNull();
        await account.Contacts.DeleteContactAsync(new() { ContactId = imported.ContactId });
        bob.UnsubscribedTime.ShouldBeNull();
        (await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = bob.ContactId, Email = "ada@example.org" }, UpdateMask = FieldMask.FromString("email") })).Contact.UnsubscribedTime.ShouldNotBeNull();

        await account.Consent.ResubscribeContactAsync(new() { ContactId = id }).FieldsAsync("reason");
        await account.Consent.ResubscribeContactAsync(new() { ContactId = id, Reason = "r", Etag = contact.Etag }).ForAsync(CommonReasons.EtagMismatch);
        var back = await account.Consent.ResubscribeContactAsync(new() { ContactId = bob.ContactId, Reason = "double opt-in of 1 May" });
        back.Contact.UnsubscribedTime.ShouldBeNull();
        back.Contact.SubscribedTime.ShouldBe(back.Contact.UpdateTime);
        (await account.Consent.ResubscribeContactAsync(new() { ContactId = bob.ContactId, Reason = "again" })).ShouldBe(new() { Contact = back.Contact });
        // The address of the one who is back is good again, that of the other is not.
        await account.Contacts.DeleteContactAsync(new() { ContactId = bob.ContactId });
        (await account.CreateAsync("ada@example.org")).UnsubscribedTime.ShouldBeNull();
        (await account.GetAsync(id)).UnsubscribedTime.ShouldNotBeNull();
        // Nor does a contact that got another address meanwhile come back by being deleted and made anew.
        var timeline = await account.Timelines.GetTimelineAsync(new() { ContactId = id });
        await account.Contacts.DeleteContactAsync(new() { ContactId = id });
        (await account.CreateAsync("ada2@example.org")).UnsubscribedTime.ShouldNotBeNull();

        var events = timeline.Events.Where(e => e.Consent is not null).ToList();
        (events.ShouldHaveSingleItem().Consent.Unsubscribed, events[0].Consent.Reason).ShouldBe((true, "asked on the phone"));
        var told = (await FeedAsync(account.Id)).Skip(feed.Count).ToList();
        told.Where(c => c.ContactsUnsubscribed is not null).SelectMany(c => c.ContactsUnsubscribed.ContactIds).Count().ShouldBe(5);
        var resubscribed = told.Single(c => c.ContactsResubscribed is not null).ContactsResubscribed;
        (resubscribed.ContactIds.Single(), resubscribed.Reason).ShouldBe((bob.ContactId, "double opt-in of 1 May"));
    }

    [Fact]
    public async Task A_shared_phone_unsubscribes_all_who_have_it_and_a_merge_resubscribes_nobody()
    {
        var account = await fixture.NewKeyAccountAsync();
        const string Phone = "+628130000001";
        var ada = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org", Phone = Phone } })).Contact;
        var bob = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "bob@example.org", Phone = Phone } })).Contact;
        var only = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Phone = Phone } })).Contact;
        var cy = await account.CreateAsync("cy@example.org");
        (await account.Consent.UnsubscribeContactAsync(new() { ContactId = ada.ContactId })).OtherCount.ShouldBe(2);
        (await account.GetAsync(bob.ContactId)).UnsubscribedTime.ShouldNotBeNull();
        (await account.GetAsync(only.ContactId)).UnsubscribedTime.ShouldNotBeNull();
        (await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = cy.ContactId, GivenName = "Cy" }, UpdateMask = FieldMask.FromString("given_name") })).Contact.UnsubscribedTime.ShouldBeNull();
        // Bob is back, the others are not; then he takes in one who is not.
        await account.Consent.ResubscribeContactAsync(new() { ContactId = bob.ContactId, Reason = "came back" });
        (await account.GetAsync(only.ContactId)).UnsubscribedTime.ShouldNotBeNull();
        (await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = "unsubscribed_time:*" } })).ContactCount.ShouldBe(2);
        (await account.Merges.MergeContactsAsync(new() { SurvivorContactId = bob.ContactId, MergedContactId = only.ContactId })).Contact.UnsubscribedTime.ShouldNotBeNull();
        (await account.Merges.MergeContactsAsync(new() { SurvivorContactId = ada.ContactId, MergedContactId = cy.ContactId })).Contact.UnsubscribedTime.ShouldNotBeNull();
    }

    [Fact]
    public async Task Resubscribing_asks_for_a_scope_of_its_own_and_others_contacts_do_not_exist()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contact = await account.CreateAsync("ada@example.org");
        await account.Consent.UnsubscribeContactAsync(new() { ContactId = contact.ContactId });
        var writer = new Account(account.Id, fixture.With(Access.Tokens.Make(await Access.Tokens.OwnKeyAsync(fixture), $"{Scopes.ContactsRead} {Scopes.ContactsWrite} {Scopes.ContactsErase}", account: account.Id)));
        (await writer.Consent.ResubscribeContactAsync(new() { ContactId = contact.ContactId, Reason = "r" }).ForAsync(CommonReasons.ScopeMissing))["required"].ShouldBe("contacts.resubscribe");
        // A service that works for the account may write contacts, but not that.
        await (await fixture.AccountAsync(account.Id)).Consent.ResubscribeContactAsync(new() { ContactId = contact.ContactId, Reason = "r" }).ForAsync(CommonReasons.ScopeMissing);
        var stranger = await fixture.NewKeyAccountAsync();
        await stranger.Consent.ResubscribeContactAsync(new() { ContactId = contact.ContactId, Reason = "r" }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Consent.UnsubscribeContactAsync(new() { ContactId = contact.ContactId }).ForAsync(ContactsReasons.ContactNotFound);
        (await stranger.CreateAsync("ada@example.org")).UnsubscribedTime.ShouldBeNull();
        await account.Consent.ResubscribeContactAsync(new() { Reason = new string('r', 501) }).FieldsAsync("contact_id", "reason");
        await account.Consent.UnsubscribeContactAsync(new() { Reason = new string('r', 501) }).FieldsAsync("contact_id", "reason");
        var other = await account.CreateAsync("other@example.org");
        await account.Consent.UnsubscribeContactAsync(new() { ContactId = other.ContactId, Etag = "stale" }).ForAsync(CommonReasons.EtagMismatch);
        (await account.GetAsync(other.ContactId)).ShouldBe(other);
        (await account.GetAsync(contact.ContactId)).UnsubscribedTime.ShouldNotBeNull();
    }

    private async Task<List<V1.StreamChangesResponse>> FeedAsync(long account)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT payload FROM outbox WHERE account_id = {account} ORDER BY change_id";
        await using var reader = await command.ExecuteReaderAsync();
        var changes = new List<V1.StreamChangesResponse>();
        while (await reader.ReadAsync())
        {
            changes.Add(V1.StreamChangesResponse.Parser.ParseFrom((byte[])reader[0]));
        }
        return changes;
    }
}
