using System.Reflection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Access;

/// <summary>Walks every method of every service that the program maps.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ScopeTests(ContactsFixture fixture)
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(b => b, b => b);

    /// <summary>The methods of the services that this assembly implements.</summary>
    public static readonly IReadOnlyList<MethodDescriptor> Methods =
    [
        .. typeof(ContactsScopes).Assembly.GetTypes()
            .Where(t => t.BaseType?.GetCustomAttribute<BindServiceMethodAttribute>() is not null)
            .Select(t => (ServiceDescriptor)t.BaseType!.DeclaringType!.GetProperty("Descriptor")!.GetValue(null)!)
            .SelectMany(s => s.Methods),
    ];

    [Fact]
    public void Every_method_has_a_scope()
    {
        Methods.Count.ShouldBeGreaterThan(20);
        Methods.Select(Path).Where(m => !ContactsScopes.Table.Required.ContainsKey(m)).ShouldBeEmpty();
        ContactsScopes.Table.Required.Where(r => r.Value.Length == 0).Select(r => r.Key.Split('/')[^1]).ShouldBe(["ExchangeApiKey", "ExchangeServiceKey"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_with_every_other_scope_opens_no_method()
    {
        var key = await Tokens.OwnKeyAsync(fixture);
        string[] all = [.. Scopes.Grantable, Scopes.ChangesRead];
        foreach (var method in Methods)
        {
            var required = ContactsScopes.Table.Required[Path(method)];
            if (required == ScopeTable.Open)
            {
                continue;
            }
            var without = await CallAsync(method, fixture.With(Tokens.Make(key, string.Join(' ', all.Where(s => s != required)))));
            Refused.Check(without, CommonReasons.ScopeMissing)["required"].ShouldBe(required, Path(method));
            Refused.Check(await CallAsync(method, fixture.Channel.CreateCallInvoker()), CommonReasons.TokenMissing);
        }
    }

    [Fact]
    public void Every_reason_of_the_contract_has_its_literal()
    {
        var literals = typeof(ContactsReasons).GetFields().Select(f => ((Reason)f.GetValue(null)!).Name);
        var contract = V1.ErrorReasonReflection.Descriptor.EnumTypes.Single().Values.Where(v => v.Number != 0).Select(v => v.Name["ERROR_REASON_".Length..]);
        literals.ShouldBe(contract, ignoreOrder: true);
    }

    private static string Path(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    private static async Task<RpcException> CallAsync(MethodDescriptor method, CallInvoker invoker)
    {
        var type = method.IsServerStreaming ? MethodType.ServerStreaming : method.IsClientStreaming ? MethodType.ClientStreaming : MethodType.Unary;
        var raw = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, Bytes, Bytes);
        return await Should.ThrowAsync<RpcException>(async () =>
        {
            if (type == MethodType.ServerStreaming)
            {
                await invoker.AsyncServerStreamingCall(raw, null, default, []).ResponseStream.MoveNext();
            }
            else if (type == MethodType.ClientStreaming)
            {
                await invoker.AsyncClientStreamingCall(raw, null, default);
            }
            else
            {
                await invoker.AsyncUnaryCall(raw, null, default, []);
            }
        }, Path(method));
    }
}
