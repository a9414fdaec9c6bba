using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Contacts;

/// <summary>Several who create or edit the same contact at once.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ContactRaceTests(ContactsFixture fixture)
{
    [Fact]
    public async Task One_request_id_makes_one_contact_however_often_it_comes()
    {
        var account = await fixture.NewAccountAsync();
        var request = new V1.CreateContactRequest { Contact = new() { Email = "once@example.org" }, RequestId = "r-1" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => account.Contacts.CreateContactAsync(request).ResponseAsync));
        replies.Select(r => r.Contact.ContactId).Distinct().ShouldHaveSingleItem();
        replies.ShouldAllBe(r => r.ChangeToken.Length == 33);
        (await account.Contacts.ListContactsAsync(new())).Contacts.Count.ShouldBe(1);

        var other = request.Clone();
        other.Contact.Email = "other@example.org";
        var facts = await account.Contacts.CreateContactAsync(other).ForAsync(CommonReasons.RequestIdReused);
        (facts["request_id"], facts["existing_id"]).ShouldBe(("r-1", $"{replies[0].Contact.ContactId}"));

        await account.Contacts.DeleteContactAsync(new() { ContactId = replies[0].Contact.ContactId });
        await account.Contacts.CreateContactAsync(request).ForAsync(ContactsReasons.ContactNotFound);
    }

    [Fact]
    public async Task Of_many_who_create_one_email_at_once_one_wins_and_the_others_hear_who()
    {
        var account = await fixture.NewAccountAsync();
        var calls = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => TryAsync(account, i)));
        var winner = calls.Single(c => c.Made > 0).Made;
        calls.Where(c => c.Made == 0).ShouldAllBe(c => c.Existing == $"{winner}");

        static async Task<(long Made, string Existing)> TryAsync(Account account, int i)
        {
            try
            {
                return ((await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = i % 2 == 0 ? "race@example.org" : "RACE@example.org" } })).Contact.ContactId, "");
            }
            catch (RpcException e)
            {
                return (0, Refused.Check(e, ContactsReasons.ContactExists)["contact_id"]);
            }
        }
    }

    [Fact]
    public async Task Of_two_editors_with_one_etag_one_is_refused_and_without_etags_none_is()
    {
        var account = await fixture.NewAccountAsync();
        var made = await account.CreateAsync("edit@example.org");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EditAsync($"name {i}", made.Etag)));
        outcomes.Count(o => o).ShouldBe(1);
        (await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EditAsync($"again {i}", "")))).ShouldAllBe(o => o);
        var versions = Convert.ToInt64((await account.GetAsync(made.ContactId)).Etag, 16);
        versions.ShouldBe(12);

        async Task<bool> EditAsync(string name, string etag)
        {
            try
            {
                await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, GivenName = name, Etag = etag }, UpdateMask = FieldMask.FromString("given_name") });
                return true;
            }
            catch (RpcException e)
            {
                Refused.Check(e, CommonReasons.EtagMismatch);
                return false;
            }
        }
    }

    [Fact]
    public async Task Of_many_who_edit_one_contact_by_its_etag_exactly_one_wins()
    {
        var account = await fixture.NewAccountAsync();
        var made = await account.CreateAsync("ana@example.org");
        var edits = Enumerable.Range(0, 12).Select(async i =>
        {
            try
            {
                // Half of them change the record, half its state.
                return i % 2 == 0
                    ? (await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = made.ContactId, GivenName = $"{i}", Etag = made.Etag }, UpdateMask = FieldMask.FromString("given_name") })).Contact
                    : (await account.Contacts.SetRecordStateAsync(new() { ContactId = made.ContactId, RecordState = V1.RecordState.Inactive, Etag = made.Etag })).Contact;
            }
            catch (Grpc.Core.RpcException e)
            {
                var facts = Refused.Check(e, CommonReasons.EtagMismatch);
                facts["etag"].ShouldBe(made.Etag);
                facts["current_etag"].ShouldNotBe(made.Etag);
                return null;
            }
        });
        var won = (await Task.WhenAll(edits)).OfType<V1.Contact>().ShouldHaveSingleItem();
        (await account.GetAsync(made.ContactId)).ShouldBe(won);
    }
}
