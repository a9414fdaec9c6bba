using System.Security.Claims;
using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.ServiceDefaults.Tests.Auth;

public sealed class AuthTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private CancellationToken Token => _timeout.Token;

    public static TheoryData<string, string?, StatusCode, string, string?> Refused()
    {
        var good = ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope);
        var parts = good.Split('.');
        return new()
        {
            { "no token", null, StatusCode.Unauthenticated, "TOKEN_MISSING", null },
            { "another kind", "Basic dXNlcjpwYXNz", StatusCode.Unauthenticated, "TOKEN_MISSING", null },
            { "garbage", "Bearer garbage", StatusCode.Unauthenticated, "TOKEN_INVALID", "malformed" },
            { "alg none", $"Bearer {Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.", StatusCode.Unauthenticated, "TOKEN_INVALID", "signature" },
            { "signed by a stranger", $"Bearer {new TestTokens("probe-1").Token(ProbeEndpoint.ReadScope)}", StatusCode.Unauthenticated, "TOKEN_INVALID", "signature" },
            { "unknown key", $"Bearer {new TestTokens("other").Token(ProbeEndpoint.ReadScope)}", StatusCode.Unauthenticated, "TOKEN_INVALID", "signature" },
            { "changed payload", $"Bearer {parts[0]}.{Encode("""{"account_id":2}""")}.{parts[2]}", StatusCode.Unauthenticated, "TOKEN_INVALID", "signature" },
            { "expired", $"Bearer {ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope, expires: TimeSpan.FromMinutes(-1))}", StatusCode.Unauthenticated, "TOKEN_INVALID", "expired" },
            { "not yet valid", $"Bearer {ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope, expires: TimeSpan.FromMinutes(20))}", StatusCode.Unauthenticated, "TOKEN_INVALID", "not yet valid" },
            { "other issuer", $"Bearer {ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope, issuer: "https://else.example")}", StatusCode.Unauthenticated, "TOKEN_INVALID", "issuer" },
            { "other audience", $"Bearer {ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope, audience: "else")}", StatusCode.Unauthenticated, "TOKEN_INVALID", "audience" },
            { "no scope", $"Bearer {ProbeHost.Tokens.Token(scope: "")}", StatusCode.PermissionDenied, "SCOPE_MISSING", null },
            { "other scopes", $"Bearer {ProbeHost.Tokens.Token(scope: "probe.reader xprobe.read probe")}", StatusCode.PermissionDenied, "SCOPE_MISSING", null },
            { "account 0", $"Bearer {ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope, account: 0)}", StatusCode.Unauthenticated, "TOKEN_INVALID", "no account_id" },
            { "negative account", $"Bearer {ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope, account: -1)}", StatusCode.Unauthenticated, "TOKEN_INVALID", "no account_id" },
        };
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task A_call_is_refused(string what, string? authorization, StatusCode code, string reason, string? problem)
    {
        fixture.Host.Behaviours["never"] = (_, _) => throw new InvalidOperationException(what);
        var headers = new Metadata();
        if (authorization is not null)
        {
            headers.Add("authorization", authorization);
        }
        var request = new ProbeRequest { Behaviour = "never" };
        using var upload = fixture.Host.Client.Upload(headers, cancellationToken: Token);
        using var download = fixture.Host.Client.Download(request, headers, cancellationToken: Token);
        using var talk = fixture.Host.Client.Talk(headers, cancellationToken: Token);
        foreach (var answer in new Task[] { fixture.Host.Client.CallAsync(request, headers, cancellationToken: Token).ResponseAsync, upload.ResponseAsync, download.ResponseStream.MoveNext(Token), talk.ResponseStream.MoveNext(Token) })
        {
            var error = await Should.ThrowAsync<RpcException>(answer);
            (error.StatusCode, error.Reason()).ShouldBe((code, reason));
            error.Detail<ErrorInfo>()!.Metadata.GetValueOrDefault("problem").ShouldBe(problem);
        }
    }

    [Fact]
    public async Task A_good_token_with_the_scope_passes_and_says_whose_data_is_seen()
    {
        fixture.Host.Behaviours["account"] = (context, _) => Task.FromResult(new ProbeResponse { Number = context.GetHttpContext().RequestServices.GetRequiredService<CurrentAccount>().Id, Text = Caller.Of(context).Actor.Subject });
        var answer = await fixture.Host.Client.CallAsync(new ProbeRequest { Behaviour = "account" }, ProbeHost.Bearer(ProbeHost.Tokens.Token(scope: "other probe.read", account: 42)), cancellationToken: Token);
        (answer.Number, answer.Text).ShouldBe((42, "key:1"));
    }

    [Fact]
    public async Task A_service_follows_changes_without_an_account_and_nothing_else()
    {
        fixture.Host.Behaviours["end"] = (_, _) => Task.FromResult(new ProbeResponse());
        using var follow = fixture.Host.Client.Follow(new ProbeRequest { Behaviour = "end" }, ProbeHost.Bearer(ProbeHost.Tokens.Token(Scopes.ChangesRead, account: 0)), cancellationToken: Token);
        (await follow.ResponseStream.MoveNext(Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_method_that_no_table_names_can_be_called_by_nobody()
    {
        var error = await Should.ThrowAsync<RpcException>(fixture.Host.Client.UnlistedAsync(new ProbeRequest(), ProbeHost.Bearer(), cancellationToken: Token).ResponseAsync);
        error.StatusCode.ShouldBe(StatusCode.Internal);
    }

    [Fact]
    public async Task No_part_of_a_token_is_ever_logged()
    {
        fixture.Host.Behaviours["fine"] = (_, _) => Task.FromResult(new ProbeResponse());
        var good = ProbeHost.Tokens.Token(ProbeEndpoint.ReadScope);
        var stranger = new TestTokens("probe-1").Token(ProbeEndpoint.ReadScope);
        await fixture.Host.Client.CallAsync(new ProbeRequest { Behaviour = "fine" }, ProbeHost.Bearer(good), cancellationToken: Token);
        await Should.ThrowAsync<RpcException>(fixture.Host.Client.CallAsync(new ProbeRequest { Behaviour = "fine" }, ProbeHost.Bearer(stranger), cancellationToken: Token).ResponseAsync);
        fixture.Host.Logs.Lines.Count.ShouldBeGreaterThan(20);
        foreach (var secret in new[] { good, stranger }.SelectMany(t => t.Split('.').Skip(1)))
        {
            fixture.Host.Logs.Lines.ShouldNotContain(l => l.ToString().Contains(secret, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("contactplatform", "key:12", ActorKind.ApiKey)]
    [InlineData("contactplatform", "service:funnel", ActorKind.Service)]
    [InlineData("contactplatform", "Service:funnel", ActorKind.Operator)]
    [InlineData("https://people.example", "someone@example.com", ActorKind.Operator)]
    [InlineData("https://people.example", "key:12", ActorKind.Operator)]
    [InlineData("https://people.example", "service:funnel", ActorKind.Operator)]
    public void Issuer_and_subject_say_what_kind_of_actor_it_is(string issuer, string subject, ActorKind kind)
    {
        var caller = Caller.Of(new ClaimsPrincipal(new ClaimsIdentity([new("iss", issuer), new("account_id", "7"), new("sub", subject), new("name", new string('n', 300))])));
        caller.AccountId.ShouldBe(7);
        caller.Actor.Kind.ShouldBe(kind);
        caller.Actor.DisplayName.Length.ShouldBe(200);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("seven")]
    [InlineData("99999999999999999999")]
    public void A_token_without_a_number_names_no_account(string? account) =>
        Caller.Of(new ClaimsPrincipal(new ClaimsIdentity(account is null ? [] : [new("account_id", account)]))).AccountId.ShouldBe(0);

    [Fact]
    public async Task Keys_are_found_by_discovery_and_a_new_one_is_found_soon()
    {
        var port = FreePort.Next();
        var address = $"http://127.0.0.1:{port}";
        await using var host = await ProbeHost.StartAsync(fixture.Database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token, builder =>
        {
            builder.Services.RemoveAll<PlatformKeys>();
            // Read by the options, which are made at the first call.
            ((IConfigurationManager)builder.Configuration)["services:contacts:http:0"] = address;
            builder.Services.Configure<Microsoft.AspNetCore.Authentication.JwtBearer.JwtBearerOptions>("platform", options => options.Authority = address);
        });
        host.Behaviours["fine"] = (_, _) => Task.FromResult(new ProbeResponse());
        var (first, second) = (new TestTokens("k1"), new TestTokens("k2"));
        Task<ProbeResponse> CallAsync(TestTokens tokens) =>
            host.Client.CallAsync(new ProbeRequest { Behaviour = "fine" }, ProbeHost.Bearer(tokens.Token(ProbeEndpoint.ReadScope)), cancellationToken: Token).ResponseAsync;

        // Nobody publishes keys: that is no fault of the token.
        var away = await Should.ThrowAsync<RpcException>(CallAsync(first));
        (away.StatusCode, away.Reason()).ShouldBe((StatusCode.Unavailable, "SERVICE_UNAVAILABLE"));
        away.Detail<RetryInfo>().ShouldNotBeNull();

        List<ECDsaSecurityKey> published = [first.Key];
        await using var issuer = await IdentityProvider.StartAsync(port, () => published, PlatformClaims.Issuer);
        await EventuallyPassesAsync(() => CallAsync(first), 10);
        (await Should.ThrowAsync<RpcException>(CallAsync(second))).Reason().ShouldBe("TOKEN_INVALID");
        published = [second.Key, first.Key];
        await EventuallyPassesAsync(() => CallAsync(second), 10);
        await CallAsync(first);
        host.Logs.Errors.ShouldBeEmpty();
    }

    public void Dispose() => _timeout.Dispose();

    private static Task EventuallyPassesAsync(Func<Task> call, double seconds) => Eventually.ShouldBeAsync("the token is accepted", async () =>
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        return await Record.ExceptionAsync(call) is null;
    }, seconds);

    private static string Encode(string json) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(json));
}
