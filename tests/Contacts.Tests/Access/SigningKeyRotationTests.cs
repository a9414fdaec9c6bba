using System.Globalization;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Contacts.Tests.Access;

/// <summary>A month of a service's life, by making its keys older between two starts.</summary>
[Collection(KilledCollection.Name)]
public sealed class SigningKeyRotationTests(KilledFixture fixture)
{
    [Fact]
    public async Task Keys_outlive_their_process_and_the_next_one_is_shown_before_it_signs_and_an_old_one_ends()
    {
        var (contacts, end) = (fixture.Host, CancellationToken.None);
        var first = (await KeysAsync(contacts)).ShouldHaveSingleItem();
        var token = await ExchangeAsync(contacts);

        // Past its month: the next one is shown, and signs a day later.
        await AgeAsync(contacts, "now() - interval '40 days'", end);
        var shown = await KeysAsync(contacts);
        shown.Count.ShouldBe(2);
        // The process is another one, its first key is the same, and so is what that has signed.
        var kept = shown.Single(k => k.Kid == first.Kid);
        (kept.X, kept.Y).ShouldBe((first.X, first.Y));
        KeyOf(await ExchangeAsync(contacts)).ShouldBe(first.Kid);
        await ListAsync(contacts, token);

        // The next one has signed for longer than the last token of the first could live.
        await AgeAsync(contacts, "now() - (3 - key_number) * interval '2 hours'", end);
        (await KeysAsync(contacts)).ShouldHaveSingleItem().Kid.ShouldBe(shown.Single(k => k.Kid != first.Kid).Kid);
        KeyOf(await ExchangeAsync(contacts)).ShouldNotBe(first.Kid);
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
        contacts.ForgetTokens();
    }

    private static async Task<IReadOnlyList<JsonWebKey>> KeysAsync(ContactsHost contacts)
    {
        using var http = new HttpClient();
        return [.. new JsonWebKeySet(await http.GetStringAsync(new Uri(contacts.Service.Http, "/.well-known/jwks.json"))).Keys];
    }

    private static async Task<string> ExchangeAsync(ContactsHost contacts) =>
        (await new V1.AccessService.AccessServiceClient(contacts.Service.Channel).ExchangeApiKeyAsync(new() { ApiKey = ContactsHost.ApiKey(ContactsHost.Account) })).AccessToken;

    private static string KeyOf(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Kid;

    private static async Task ListAsync(ContactsHost contacts, string token) =>
        await new V1.LabelService.LabelServiceClient(contacts.Service.Channel).ListLabelsAsync(new(), new Metadata { { "authorization", $"Bearer {token}" } });
}
