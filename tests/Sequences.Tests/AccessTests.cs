using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests;

/// <summary>Generated over all methods: nobody gets in without the right token.</summary>
[Collection("platform")]
public sealed class AccessTests(PlatformFixture platform)
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(b => b, b => b);

    public static TheoryData<string, MethodType> Methods()
    {
        var data = new TheoryData<string, MethodType>();
        foreach (var method in TablesTests.Files.SelectMany(f => f.Services).SelectMany(s => s.Methods))
        {
            data.Add($"/{method.Service.FullName}/{method.Name}", method.IsServerStreaming ? MethodType.ServerStreaming : method.IsClientStreaming ? MethodType.ClientStreaming : MethodType.Unary);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_call_without_the_right_token_is_refused(string method, MethodType type)
    {
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_MISSING", () => CallAsync(method, type, []));
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", () => CallAsync(method, type, Bearer("eyJhbGciOiJub25lIn0.eyJhY2NvdW50X2lkIjoxfQ.")));
        var good = platform.Headers.GetValue("authorization")!["Bearer ".Length..];
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", () => CallAsync(method, type, Bearer(good[..^6] + (good[^6] == 'A' ? 'B' : 'A') + good[^5..])));
        var required = SequencesScopes.Table.Required[method];
        var refusal = await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", async () => await CallAsync(method, type, Bearer(await TokenWithoutAsync(required))));
        refusal.Metadata["required"].ShouldBe(required);
    }

    private static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    private async Task<string> TokenWithoutAsync(string scope)
    {
        var access = new AccessService.AccessServiceClient(platform.Contacts.Service.Channel);
        var key = await access.CreateApiKeyAsync(new() { DisplayName = "less", Scopes = { Scopes.Grantable.Where(s => s != scope) } }, platform.Headers);
        return (await access.ExchangeApiKeyAsync(new() { ApiKey = key.Secret })).AccessToken;
    }

    private async Task CallAsync(string method, MethodType type, Metadata headers)
    {
        var parts = method.Split('/');
        var definition = new Method<byte[], byte[]>(type, parts[1], parts[2], Bytes, Bytes);
        var invoker = platform.Sequences.Service.Channel.CreateCallInvoker();
        var options = new CallOptions(headers);
        if (type == MethodType.ServerStreaming)
        {
            using var call = invoker.AsyncServerStreamingCall(definition, null, options, []);
            await call.ResponseStream.MoveNext(default);
        }
        else if (type == MethodType.ClientStreaming)
        {
            using var call = invoker.AsyncClientStreamingCall(definition, null, options);
            await call.ResponseAsync;
        }
        else
        {
            await invoker.AsyncUnaryCall(definition, null, options, []);
        }
    }
}
