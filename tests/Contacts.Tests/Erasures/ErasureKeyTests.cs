using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.Contacts.Tests.Erasures;

// Not beside the tests that take all connections: it starts services of its own.
[Collection(ContactsCollection.Name)]
public sealed class ErasureKeyTests
{
    private const string First = "first-secret-of-at-least-32-characters";
    private const string Second = "second-secret-of-at-least-32-characters";

    [Fact]
    public void A_new_key_hashes_and_the_old_one_still_recognises()
    {
        var before = Keys(("Keys:1", First)).Hash(7, "ada@example.org");
        var after = Keys(("Keys:1", First), ("Keys:2", Second), ("CurrentKey", "2"));
        var now = after.Hash(7, "ada@example.org");
        (before.KeyId, now.KeyId).ShouldBe(("1", "2"));
        now.Hash.ShouldNotBe(before.Hash);
        after.Hashes(7, "ada@example.org").ShouldBe([before.Hash, now.Hash]);
    }

    [Fact]
    public void A_hash_is_one_accounts_and_one_addresses()
    {
        var keys = Keys(("Keys:1", First));
        string[] hashes = [keys.Hash(7, "ada@example.org").Hash, keys.Hash(8, "ada@example.org").Hash, keys.Hash(7, "bda@example.org").Hash, Keys(("Keys:1", Second)).Hash(7, "ada@example.org").Hash];
        hashes.ShouldBeUnique();
        hashes.ShouldAllBe(h => h.Length == 64 && h.All(char.IsAsciiHexDigitLower));
    }

    [Fact]
    public void What_cannot_be_used_keeps_the_service_from_starting()
    {
        Should.Throw<InvalidOperationException>(() => Keys(("Keys:1", "short"))).Message.ShouldContain("Erasure:Keys:1");
        Should.Throw<InvalidOperationException>(() => Keys(("Keys:1", First), ("Keys:2", Second))).Message.ShouldContain("Erasure:CurrentKey");
        Should.Throw<InvalidOperationException>(() => Keys(("Keys:1", First), ("CurrentKey", "3"))).Message.ShouldContain("expected one of 1");
        Keys().Configured.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_key_nothing_is_erased_and_what_was_erased_keeps_the_service_from_starting()
    {
        await using var without = await ContactsHost.StartAsync(CancellationToken.None, gate: false, erasureKey: null);
        var (contacts, erasures, headers) = (new V1.ContactService.ContactServiceClient(without.Service.Channel), new V1.ContactErasureService.ContactErasureServiceClient(without.Service.Channel), await without.HeadersAsync(1, CancellationToken.None));
        var contact = (await contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" } }, headers)).Contact;
        (await erasures.EraseContactAsync(new() { ContactId = contact.ContactId }, headers).ForAsync(ContactsReasons.ErasureNotConfigured))["setting"].ShouldBe("Erasure:Keys");
        await new V1.ConsentService.ConsentServiceClient(without.Service.Channel).UnsubscribeContactAsync(new() { ContactId = contact.ContactId }, headers).ForAsync(ContactsReasons.ErasureNotConfigured);
        await Imports.ImportCaller.RefusedAsync(() => new Imports.ImportCaller(without).UploadAsync("email\nada@example.org\n", new() { Mode = V1.ImportMode.Unsubscribe }), ContactsReasons.ErasureNotConfigured);
        (await contacts.GetContactAsync(new() { ContactId = contact.ContactId }, headers)).Contact.ShouldBe(contact);

        await using var with = await ContactsHost.StartAsync(CancellationToken.None, gate: false, database: without.Database);
        await new V1.ContactErasureService.ContactErasureServiceClient(with.Service.Channel).EraseContactAsync(new() { ContactId = contact.ContactId }, headers);
        (await Should.ThrowAsync<Exception>(() => ContactsHost.StartAsync(CancellationToken.None, gate: false, erasureKey: null, database: without.Database))).Message.ShouldContain("Erasure:Keys:1");
    }

    /// <summary>Killed while it waits in the middle, an erasure has not happened, and happens when it is asked for again.</summary>
    [Fact]
    public async Task A_killed_erasure_has_happened_wholly_or_not_at_all()
    {
        await using var host = await ContactsHost.StartAsync(CancellationToken.None, gate: false);
        var (contacts, erasures, headers) = (new V1.ContactService.ContactServiceClient(host.Service.Channel), new V1.ContactErasureService.ContactErasureServiceClient(host.Service.Channel), await host.HeadersAsync(1, CancellationToken.None));
        var label = (await new V1.LabelService.LabelServiceClient(host.Service.Channel).CreateLabelAsync(new() { DisplayName = "x" }, headers)).Label;
        var contact = (await contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" }, LabelIds = { label.LabelId } }, headers)).Contact;
        await using var holder = await host.Database.OpenAsync(CancellationToken.None);
        // The last thing that an erasure touches before it commits.
        await ExecuteAsync("BEGIN; SELECT 1 FROM label_members FOR UPDATE");
        var erasing = erasures.EraseContactAsync(new() { ContactId = contact.ContactId }, headers).ResponseAsync;
        while (!Equals(await ExecuteAsync("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"), true))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        await host.Service.Process.DisposeAsync();
        await Should.ThrowAsync<RpcException>(() => erasing);
        await ExecuteAsync("ROLLBACK");
        await host.Service.StartAgainAsync(CancellationToken.None);
        (await contacts.GetContactAsync(new() { ContactId = contact.ContactId }, headers)).Contact.ShouldBe(contact);
        (await ExecuteAsync("SELECT COUNT(*) FROM tombstones")).ShouldBe(0L);
        await erasures.EraseContactAsync(new() { ContactId = contact.ContactId }, headers);
        (await ExecuteAsync("SELECT COUNT(*) FROM tombstones")).ShouldBe(1L);

        async Task<object?> ExecuteAsync(string sql)
        {
            await using var command = holder.CreateCommand();
            command.CommandText = sql;
            return await command.ExecuteScalarAsync();
        }
    }

    [Theory]
    [InlineData("ada@example.org,Ada", true)]
    [InlineData("x;ADA@EXAMPLE.ORG", true)]
    [InlineData("\"Ada <ada@example.org>\"", true)]
    [InlineData("phone 0062-812-000 0002", true)]
    [InlineData("bda@example.org,Ada", false)]
    [InlineData("+62812000000", false)]
    [InlineData("", false)]
    public void A_row_holds_an_address_however_it_is_written(string row, bool holds) => ImportTraces.Holds(row, "ada@example.org", "+628120000002").ShouldBe(holds);

    private static ErasureKeys Keys(params (string Name, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Erasure:{s.Name}", (string?)s.Value))).Build());
}
