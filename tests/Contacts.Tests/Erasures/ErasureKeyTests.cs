using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.Testing;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.Contacts.Tests.Erasures;

[Collection(ContactsCollection.Name)]
public sealed class ErasureKeyTests(ContactsFixture fixture)
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
    public async Task What_was_erased_keeps_a_service_without_its_key_from_starting()
    {
        var account = await fixture.NewKeyAccountAsync();
        await account.Erasures.EraseContactAsync(new() { ContactId = (await account.CreateAsync("ada@example.org")).ContactId });
        (await Should.ThrowAsync<Exception>(() => ContactsHost.StartAsync(CancellationToken.None, gate: false, erasureKey: null, database: fixture.Host.Database))).Message.ShouldContain("Erasure:Keys:1");
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
