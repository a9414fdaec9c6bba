using System.Globalization;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Access;

/// <summary>A month of a service's life, by making its keys older between two starts.</summary>
public sealed class SigningKeyRotationTests
{
    [Fact]
    public async Task The_next_key_is_shown_before_it_signs_and_an_old_one_ends()
    {
        var end = CancellationToken.None;
        await using var contacts = await ContactsHost.StartAsync(end);
        var first = (await KeysAsync(contacts)).ShouldHaveSingleItem();
        var token = await ExchangeAsync(contacts);

        // Past its month: the next one is shown, and signs a day later.
        await AgeAsync(contacts, "now() - interval '40 days'", end);
        var shown = await KeysAsync(contacts);
        shown.Count.ShouldBe(2);
        KeyOf(await ExchangeAsync(contacts)).ShouldBe(first);
        await ListAsync(contacts, token);

        // The next one has signed for longer than the last token of the first could live.
        await AgeAsync(contacts, "now() - (3 - key_number) * interval '2 hours'", end);
        (await KeysAsync(contacts)).ShouldHaveSingleItem().ShouldBe(shown.Single(k => k != first));
        KeyOf(await ExchangeAsync(contacts)).ShouldNotBe(first);
        await ListAsync(contacts, await ExchangeAsync(contacts));
        var refused = await Should.ThrowAsync<RpcException>(() => ListAsync(contacts, token));
        Refused.Check(refused, CommonReasons.TokenInvalid)["problem"].ShouldBe("signature");
    }

    private static async Task AgeAsync(ContactsHost contacts, string activated, CancellationToken cancellationToken)
    {
        await contacts.Service.Process.KillAsync(cancellationToken);
        await using (var connection = await contacts.Database.OpenAsync(cancellationToken))
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"UPDATE signing_keys SET activate_time = {activated}");
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await contacts.Service.StartAgainAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(ContactsHost contacts)
    {
        using var http = new HttpClient();
        return [.. new Microsoft.IdentityModel.Tokens.JsonWebKeySet(await http.GetStringAsync(new Uri(contacts.Service.Http, "/.well-known/jwks.json"))).Keys.Select(k => k.KeyId)];
    }

    private static async Task<string> ExchangeAsync(ContactsHost contacts) =>
        (await new V1.AccessService.AccessServiceClient(contacts.Service.Channel).ExchangeApiKeyAsync(new() { ApiKey = ContactsHost.ApiKey(ContactsHost.Account) })).AccessToken;

    private static string KeyOf(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Kid;

    private static async Task ListAsync(ContactsHost contacts, string token) =>
        await new V1.LabelService.LabelServiceClient(contacts.Service.Channel).ListLabelsAsync(new(), new Metadata { { "authorization", $"Bearer {token}" } });
}
