using ContactPlatform.Contacts.Tests.BulkRuns;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Erasures;

/// <summary>Addresses that are stored in the moment in which they are erased.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ErasureRaceTests(ContactsFixture fixture)
{
    /// <summary>An address that nobody has any more, so that no unique key decides: that of a contact which was merged into the one that is erased.</summary>
    [Fact]
    public async Task A_contact_that_is_created_beside_an_erasure_does_not_bring_the_address_back()
    {
        var account = await fixture.NewKeyAccountAsync();
        var (survivor, merged) = (await account.CreateAsync("s@example.org"), await account.CreateAsync("m@example.org"));
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor.ContactId, MergedContactId = merged.ContactId });
        AsyncUnaryCall<V1.EraseContactResponse> erased;
        AsyncUnaryCall<V1.CreateContactResponse> created;
        await using (var connection = await fixture.OpenAsync())
        {
            // Whoever refers to a contact, and nobody else, lets the erasure come as far as its last step.
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, $"SELECT contact_id FROM contacts WHERE contact_id = {survivor.ContactId} FOR KEY SHARE");
            await command.ExecuteScalarAsync();
            erased = account.Erasures.EraseContactAsync(new() { ContactId = survivor.ContactId });
            await BulkCaller.UntilAsync(async () => await WaitingAsync() == 1);
            created = account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "m@example.org" } });
            await BulkCaller.UntilAsync(async () => created.ResponseAsync.IsCompleted || await WaitingAsync() == 2);
        }
        await erased;
        (await created.ForAsync(ContactsReasons.ContactErased))["field"].ShouldBe("email");
        (await account.Contacts.ListContactsAsync(new())).Contacts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_many_at_once_none_comes_back()
    {
        var account = await fixture.NewKeyAccountAsync();
        var contacts = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => account.CreateAsync($"r{i}@example.org")));
        var creating = contacts.SelectMany(c => Enumerable.Range(0, 3).Select(async _ =>
            (await Should.ThrowAsync<RpcException>(async () => await account.CreateAsync(c.Email))).Reason())).ToList();
        await Task.WhenAll(contacts.Select(async c => await account.Erasures.EraseContactAsync(new() { ContactId = c.ContactId })));
        (await Task.WhenAll(creating)).ShouldAllBe(r => r == ContactsReasons.ContactExists.Name || r == ContactsReasons.ContactErased.Name);
        (await account.Contacts.ListContactsAsync(new())).Contacts.ShouldBeEmpty();
    }

    private async Task<long> WaitingAsync() =>
        Convert.ToInt64(await fixture.ScalarAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), System.Globalization.CultureInfo.InvariantCulture);
}
