using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.ProviderWebhooks;

/// <summary>Providers' calls over HTTP, signed and forged.</summary>
[Collection("platform")]
public sealed class ProviderWebhookTests(PlatformFixture platform)
{
    private const string MailgunKey = "key-0123456789abcdef0123456789abcdef";

    private static int _tokens;

    private async Task<ProviderWebhook> CreateAsync(WebhookProvider provider, string key, string requestId = "") =>
        (await platform.ProviderWebhooks.CreateProviderWebhookAsync(new() { Provider = provider, DisplayName = "mail", VerificationKey = key, RequestId = requestId }, platform.Headers)).ProviderWebhook;

    private async Task<HttpStatusCode> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient { BaseAddress = platform.Deliverability.Service.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private static (string, string)[] Sign(ECDsa key, byte[] body)
    {
        var time = new DateTimeOffset(Now).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return [(SendGridSignature.TimeHeader, time), (SendGridSignature.Header, Convert.ToBase64String(key.SignData([.. Encoding.ASCII.GetBytes(time), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)))];
    }

    private static byte[] Mailgun(string address, string kind, string id, string token, string key = MailgunKey, long late = 0)
    {
        var time = new DateTimeOffset(Now).ToUnixTimeSeconds() - late;
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{time}{token}")));
        return Encoding.UTF8.GetBytes($$$"""{"signature":{"timestamp":"{{{time}}}","token":"{{{token}}}","signature":"{{{signature}}}"},"event-data":{"event":"{{{kind}}}","id":"{{{id}}}","timestamp":{{{time}}}.5,"recipient":"{{{address}}}"}}""");
    }

    private static string NewToken() => $"token{Interlocked.Increment(ref _tokens)}";

    [Fact]
    public async Task SendGrids_signed_calls_are_events_and_forged_ones_are_nothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var webhook = await CreateAsync(WebhookProvider.Sendgrid, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
        var address = platform.NewAddress();
        var seconds = new DateTimeOffset(Now).ToUnixTimeSeconds();
        var body = Encoding.UTF8.GetBytes($$"""[{"email":"{{address}}","timestamp":{{seconds}},"event":"bounce","status":"5.1.1","reason":"550 5.1.1 none","sg_event_id":"e1"},{"email":"{{address}}","timestamp":{{seconds + 7200}},"event":"delivered","sg_event_id":"e2"}]""");

        (await PostAsync(webhook.Path, body)).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(webhook.Path, body, Sign(other, body))).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(webhook.Path, [.. body, (byte)' '], Sign(key, body))).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(webhook.Path + "A", body, Sign(key, body))).ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(ProviderWebhookHttp.Path + new string('A', 22), body, Sign(key, body))).ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(webhook.Path, "{}"u8.ToArray(), Sign(key, "{}"u8.ToArray()))).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(webhook.Path, new byte[ProviderWebhookHttp.MaximumBody + 1])).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await platform.AddressAsync(address)).Status.ShouldBe(DeliverabilityStatus.New);

        (await PostAsync(webhook.Path, body, Sign(key, body))).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(webhook.Path, body, Sign(key, body))).ShouldBe(HttpStatusCode.OK);
        (await platform.AddressAsync(address)).Status.ShouldBe(DeliverabilityStatus.DoesNotExist);
        var stored = (await platform.Events.ListDeliveryEventsAsync(new() { Address = address }, platform.Headers)).DeliveryEvents.ShouldHaveSingleItem("the one that is ahead of the clock is left out");
        (stored.Source, stored.EventKey).ShouldBe(($"sendgrid:{webhook.ProviderWebhookId}", "e1"));
    }

    [Fact]
    public async Task Mailguns_signed_calls_are_events_and_a_signature_is_good_for_one_body()
    {
        var webhook = await CreateAsync(WebhookProvider.Mailgun, MailgunKey);
        var (address, token) = (platform.NewAddress(), NewToken());
        var body = Mailgun(address, "complained", "c1", token);
        (await PostAsync(webhook.Path, Mailgun(address, "complained", "c1", token, "another key of nobody"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(webhook.Path, Mailgun(address, "complained", "c1", token, late: 27 * 3600))).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(webhook.Path, "["u8.ToArray())).ShouldBe(HttpStatusCode.BadRequest);
        (await platform.AddressAsync(address)).Status.ShouldBe(DeliverabilityStatus.New);

        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(webhook.Path, body)))).ShouldAllBe(s => s == HttpStatusCode.OK);
        (await platform.AddressAsync(address)).Status.ShouldBe(DeliverabilityStatus.Complained);
        (await platform.Events.ListDeliveryEventsAsync(new() { Address = address }, platform.Headers)).DeliveryEvents.ShouldHaveSingleItem();
        var forged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("complained", "unsubscribed", StringComparison.Ordinal));
        (await PostAsync(webhook.Path, forged)).ShouldBe(HttpStatusCode.Unauthorized, "the signature came with another body");

        // Of several bodies that come at once with one token, one is believed.
        var race = NewToken();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PostAsync(webhook.Path, Mailgun(platform.NewAddress(), "opened", $"r{i}", race))));
        answers.Count(s => s == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(s => s == HttpStatusCode.Unauthorized).ShouldBe(5);
    }

    [Fact]
    public async Task A_webhook_is_made_once_shown_without_its_key_and_gone_when_deleted()
    {
        var request = $"webhook-{NewToken()}";
        var webhook = await CreateAsync(WebhookProvider.Mailgun, MailgunKey, request);
        (await CreateAsync(WebhookProvider.Mailgun, MailgunKey, request)).ShouldBe(webhook);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => platform.ProviderWebhooks.CreateProviderWebhookAsync(
            new() { Provider = WebhookProvider.Mailgun, DisplayName = "other", VerificationKey = MailgunKey, RequestId = request }, platform.Headers).ResponseAsync);
        (await platform.ProviderWebhooks.ListProviderWebhooksAsync(new(), platform.Headers)).ProviderWebhooks.ShouldContain(webhook);
        (await platform.ProviderWebhooks.ListProviderWebhooksAsync(new(), platform.OtherHeaders)).ProviderWebhooks.ShouldBeEmpty();
        var kept = await platform.Stores.AskAsync(ContactsHost.Account, db => db.ProviderWebhooks.Where(w => w.ProviderWebhookId == webhook.ProviderWebhookId).Select(w => w.VerificationKey).SingleAsync());
        Encoding.UTF8.GetString(kept).ShouldNotContain("0123456789");

        await RefusedAsync(StatusCode.NotFound, "PROVIDER_WEBHOOK_NOT_FOUND", () => platform.ProviderWebhooks.DeleteProviderWebhookAsync(new() { ProviderWebhookId = webhook.ProviderWebhookId }, platform.OtherHeaders).ResponseAsync);
        (await PostAsync(webhook.Path, Mailgun(platform.NewAddress(), "opened", "o1", NewToken()))).ShouldBe(HttpStatusCode.OK);
        await platform.ProviderWebhooks.DeleteProviderWebhookAsync(new() { ProviderWebhookId = webhook.ProviderWebhookId }, platform.Headers);
        (await PostAsync(webhook.Path, Mailgun(platform.NewAddress(), "opened", "o2", NewToken()))).ShouldBe(HttpStatusCode.NotFound);
        await RefusedAsync(StatusCode.NotFound, "PROVIDER_WEBHOOK_NOT_FOUND", () => platform.ProviderWebhooks.DeleteProviderWebhookAsync(new() { ProviderWebhookId = webhook.ProviderWebhookId }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task What_is_no_key_is_refused_and_so_is_a_hundred_and_first_webhook()
    {
        (await MalformedAsync(() => platform.ProviderWebhooks.CreateProviderWebhookAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["provider", "display_name"]);
        (await MalformedAsync(() => CreateAsync(WebhookProvider.Sendgrid, MailgunKey))).ShouldBe(["verification_key"]);
        (await MalformedAsync(() => CreateAsync(WebhookProvider.Mailgun, "short"))).ShouldBe(["verification_key"]);
        (await MalformedAsync(() => platform.ProviderWebhooks.DeleteProviderWebhookAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["provider_webhook_id"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => platform.ProviderWebhooks.ListProviderWebhooksAsync(new() { PageToken = "x" }, platform.Headers).ResponseAsync);
        var create = new CreateProviderWebhookRequest { Provider = WebhookProvider.Mailgun, DisplayName = "many", VerificationKey = MailgunKey };
        for (var i = 0; i < 100; i++)
        {
            await platform.ProviderWebhooks.CreateProviderWebhookAsync(create, platform.OtherHeaders);
        }
        await RefusedAsync(StatusCode.ResourceExhausted, "PROVIDER_WEBHOOK_LIMIT", () => platform.ProviderWebhooks.CreateProviderWebhookAsync(create, platform.OtherHeaders).ResponseAsync);
        await platform.Stores.AskAsync(ContactsHost.OtherAccount, db => db.ProviderWebhooks.ExecuteDeleteAsync());
    }

    [Fact]
    public async Task Without_a_key_to_keep_it_under_a_secret_is_refused_and_an_older_key_still_opens_what_it_sealed()
    {
        await using var scope = platform.Stores.Open(ContactsHost.Account);
        T Get<T>() where T : notnull => scope.ServiceProvider.GetRequiredService<T>();
        var endpoint = new ProviderWebhookEndpoint(Get<DeliverabilityDbContext>(), Keys(), Get<RequestIds>(), Get<IdSequence>(), TimeProvider.System);
        var refusal = (await Should.ThrowAsync<RefusalException>(() => endpoint.CreateProviderWebhook(new() { Provider = WebhookProvider.Mailgun, DisplayName = "x", VerificationKey = MailgunKey }, null!))).Refusal;
        refusal.Reason.Name.ShouldBe("PROVIDER_SECRETS_NOT_CONFIGURED");

        var old = Keys(("a", new('a', 32)));
        var (id, made) = old.Seal("secret"u8, "here");
        Keys(("a", new('a', 32)), ("b", new('b', 32)), ("current", "b")).Open(id, made, "here").ShouldBe("secret"u8.ToArray());
        Should.Throw<CryptographicException>(() => old.Open(id, made, "there"));
        Should.Throw<InvalidOperationException>(() => Keys(("b", new('b', 32))).Open(id, made, "here"));
        Should.Throw<InvalidOperationException>(() => Keys(("a", "short")));
        Should.Throw<InvalidOperationException>(() => Keys(("a", new('a', 32)), ("current", "b")));
    }

    private static SecretKeys Keys(params (string Id, string Secret)[] keys) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(keys.ToDictionary(k => k.Id == "current" ? "Secrets:CurrentKey" : $"Secrets:Keys:{k.Id}", k => (string?)k.Secret)).Build());
}
