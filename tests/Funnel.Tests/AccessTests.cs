using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests;

/// <summary>Generated over all methods: nobody gets in without the right token.</summary>
[Collection("platform")]
public sealed class AccessTests(PlatformFixture platform)
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(b => b, b => b);

    public static TheoryData<string, bool> Methods()
    {
        var data = new TheoryData<string, bool>();
        foreach (var method in TablesTests.Files.SelectMany(f => f.Services).SelectMany(s => s.Methods))
        {
            data.Add($"/{method.Service.FullName}/{method.Name}", method.IsServerStreaming);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_call_without_the_right_token_is_refused(string method, bool streaming)
    {
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_MISSING", () => CallAsync(method, streaming, []));
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", () => CallAsync(method, streaming, Bearer("eyJhbGciOiJub25lIn0.eyJhY2NvdW50X2lkIjoxfQ.")));
        var good = platform.Headers.GetValue("authorization")!["Bearer ".Length..];
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", () => CallAsync(method, streaming, Bearer(good[..^6] + (good[^6] == 'A' ? 'B' : 'A') + good[^5..])));
        var required = FunnelScopes.Table.Required[method];
        var refusal = await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", async () => await CallAsync(method, streaming, Bearer(await TokenWithoutAsync(required))));
        refusal.Metadata["required"].ShouldBe(required);
    }

    private static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    private async Task<string> TokenWithoutAsync(string scope)
    {
        var access = new AccessService.AccessServiceClient(platform.Contacts.Service.Channel);
        var key = await access.CreateApiKeyAsync(new() { DisplayName = "less", Scopes = { Scopes.Grantable.Where(s => s != scope) } }, platform.Headers);
        return (await access.ExchangeApiKeyAsync(new() { ApiKey = key.Secret })).AccessToken;
    }

    private async Task CallAsync(string method, bool streaming, Metadata headers)
    {
        var parts = method.Split('/');
        var definition = new Method<byte[], byte[]>(streaming ? MethodType.ServerStreaming : MethodType.Unary, parts[1], parts[2], Bytes, Bytes);
        var invoker = platform.Funnel.Service.Channel.CreateCallInvoker();
        var options = new CallOptions(headers);
        if (streaming)
        {
            using var call = invoker.AsyncServerStreamingCall(definition, null, options, []);
            await call.ResponseStream.MoveNext(default);
        }
        else
        {
            await invoker.AsyncUnaryCall(definition, null, options, []);
        }
    }
}
