using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ContactPlatform.Contacts.Tests.Access;

[Collection(ContactsCollection.Name)]
public sealed class ApiKeyTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_key_is_shown_once_exchanged_with_its_scopes_and_useless_once_revoked()
    {
        var account = await fixture.KeyAsync(ContactsHost.Account);
        var made = await account.Access.CreateApiKeyAsync(new() { DisplayName = " CRM ", Scopes = { "contacts.write", "contacts.read", "contacts.read" } });
        made.Secret.ShouldMatch("^cp_[0-9A-Za-z]{45}$");
        (made.ApiKey.DisplayName, made.ApiKey.Prefix, made.ApiKey.RevokeTime).ShouldBe(("CRM", made.Secret[..11], null));
        made.ApiKey.Scopes.ShouldBe(["contacts.read", "contacts.write"]);
        (await account.Access.ListApiKeysAsync(new() { PageSize = 1000 })).ApiKeys.ShouldContain(made.ApiKey);
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM api_keys k WHERE CAST(k.hash AS text) LIKE '%{made.Secret[11..]}%' OR k.prefix LIKE '%{made.Secret[11..]}%'")).ShouldBe(0L);

        var exchanged = await account.Access.ExchangeApiKeyAsync(new() { ApiKey = made.Secret });
        var token = new JsonWebTokenHandler().ReadJsonWebToken(exchanged.AccessToken);
        (token.Alg, token.Subject, token.Issuer, token.GetClaim("scope").Value, token.GetClaim("name").Value).ShouldBe(("ES256", $"key:{made.ApiKey.ApiKeyId}", "contactplatform", "contacts.read contacts.write", "CRM"));
        (token.ValidTo - token.ValidFrom).ShouldBe(TimeSpan.FromMinutes(15));
        exchanged.ExpireTime.ToDateTime().ShouldBe(token.ValidTo);
        var caller = new Account(ContactsHost.Account, fixture.With(exchanged.AccessToken));
        await caller.Labels.ListLabelsAsync(new());
        (await caller.Access.ListApiKeysAsync(new()).ForAsync(CommonReasons.ScopeMissing))["required"].ShouldBe("access.admin");

        var revoked = (await account.Access.RevokeApiKeyAsync(new() { ApiKeyId = made.ApiKey.ApiKeyId })).ApiKey;
        revoked.RevokeTime.ShouldNotBeNull();
        (await account.Access.RevokeApiKeyAsync(new() { ApiKeyId = made.ApiKey.ApiKeyId })).ApiKey.ShouldBe(revoked);
        (await account.Access.ExchangeApiKeyAsync(new() { ApiKey = made.Secret }).ForAsync(ContactsReasons.ApiKeyInvalid))["allowed"].ShouldNotBeEmpty();
        // As the contract says: tokens issued before live on until they expire.
        await caller.Labels.ListLabelsAsync(new());
    }

    [Fact]
    public async Task A_key_cannot_be_given_more_than_its_maker_has()
    {
        var account = await fixture.KeyAsync(ContactsHost.Account);
        var admin = await account.Access.CreateApiKeyAsync(new() { DisplayName = "admin", Scopes = { "access.admin", "funnel.read" } });
        var token = (await account.Access.ExchangeApiKeyAsync(new() { ApiKey = admin.Secret })).AccessToken;
        var limited = new Account(ContactsHost.Account, fixture.With(token));
        (await limited.Access.CreateApiKeyAsync(new() { DisplayName = "more", Scopes = { "funnel.read", "contacts.read" } }).ForAsync(CommonReasons.ScopeMissing))["required"].ShouldBe("contacts.read");
        (await limited.Access.CreateApiKeyAsync(new() { DisplayName = "less", Scopes = { "funnel.read" } })).ApiKey.Scopes.ShouldBe(["funnel.read"]);
    }

    [Fact]
    public async Task Malformed_requests_name_their_fields()
    {
        var access = (await fixture.KeyAsync(ContactsHost.Account)).Access;
        await access.CreateApiKeyAsync(new()).FieldsAsync("display_name", "scopes");
        await access.CreateApiKeyAsync(new() { DisplayName = new string('x', 101), Scopes = { "contacts.read", "changes.read", "all" } }).FieldsAsync("display_name", "scopes[1]", "scopes[2]");
        await access.ListApiKeysAsync(new() { PageSize = 1001 }).FieldsAsync("page_size");
        await access.ListApiKeysAsync(new() { PageToken = "x" }).ForAsync(CommonReasons.PageTokenInvalid);
        await access.RevokeApiKeyAsync(new()).FieldsAsync("api_key_id");
        (await access.RevokeApiKeyAsync(new() { ApiKeyId = 999999999 }).ForAsync(ContactsReasons.ApiKeyNotFound))["api_key_id"].ShouldBe("999999999");
        await access.ExchangeApiKeyAsync(new()).FieldsAsync("api_key");
        await access.ExchangeApiKeyAsync(new() { ApiKey = new string('x', 201) }).FieldsAsync("api_key");
        await access.ExchangeApiKeyAsync(new() { ApiKey = $"cp_{new string('x', 45)}" }).ForAsync(ContactsReasons.ApiKeyInvalid);
        await access.ExchangeServiceKeyAsync(new() { AccountId = -1 }).FieldsAsync("service_key", "service", "account_id");
        foreach (var name in (string[])["", "Funnel", "fun nel", "funnel2", new string('f', 41)])
        {
            await access.ExchangeServiceKeyAsync(new() { ServiceKey = ContactsHost.ServiceKey, Service = name }).FieldsAsync("service");
        }
        await access.ExchangeServiceKeyAsync(new() { ServiceKey = ContactsHost.ServiceKey[..^1], Service = "funnel" }).ForAsync(ContactsReasons.ApiKeyInvalid);
        await access.ExchangeServiceKeyAsync(new() { ServiceKey = ContactsHost.ApiKey(1), Service = "funnel" }).ForAsync(ContactsReasons.ApiKeyInvalid);
    }

    [Fact]
    public async Task A_services_token_follows_feeds_or_works_for_one_account_and_never_both()
    {
        var feeds = await fixture.AccountAsync(0);
        (await feeds.Labels.ListLabelsAsync(new()).ForAsync(CommonReasons.ScopeMissing))["required"].ShouldBe("contacts.read");
        var work = await fixture.AccountAsync(5);
        await work.Labels.ListLabelsAsync(new());
        (await work.Changes.StreamChanges(new()).ForAsync(CommonReasons.ScopeMissing))["required"].ShouldBe("changes.read");
        (await work.Access.ListApiKeysAsync(new()).ForAsync(CommonReasons.ScopeMissing))["required"].ShouldBe("access.admin");
        var token = new JsonWebTokenHandler().ReadJsonWebToken((await work.Access.ExchangeServiceKeyAsync(new() { ServiceKey = ContactsHost.ServiceKey, Service = "funnel", AccountId = 5 })).AccessToken);
        (token.Subject, token.GetClaim("scope").Value).ShouldBe(("service:funnel", string.Join(' ', Scopes.ForServices.Order(StringComparer.Ordinal))));
    }

    [Fact]
    public async Task Keys_are_listed_by_pages()
    {
        var access = (await fixture.KeyAsync(ContactsHost.OtherAccount)).Access;
        for (var i = 0; i < 3; i++)
        {
            await access.CreateApiKeyAsync(new() { DisplayName = $"page {i}", Scopes = { "contacts.read" } });
        }
        var all = (await access.ListApiKeysAsync(new())).ApiKeys;
        var (paged, next) = (new List<V1.ApiKey>(), "");
        do
        {
            var page = await access.ListApiKeysAsync(new() { PageSize = 2, PageToken = next });
            paged.AddRange(page.ApiKeys);
            next = page.NextPageToken;
        }
        while (next.Length > 0);
        paged.ShouldBe(all);
    }
}
