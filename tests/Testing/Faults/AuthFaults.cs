using System.Reflection;
using System.Text;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>
/// Every method of every service, found in the contracts: called without a token, with bad ones, without the scope, and
/// with the ids of another account. Right code, nothing told, nothing changed.
/// </summary>
internal static class AuthFaults
{
    public static async Task EveryMethodAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        await using var deliverability = await bed.Stack.StartDeliverabilityAsync(cancellationToken);
        await using var sequences = await bed.Stack.StartSequencesAsync(cancellationToken);
        var victim = new AuthVictim(bed, deliverability, sequences);
        await victim.MakeAsync(cancellationToken);
        var ids = victim.Ids;
        var good = (await bed.Stack.Contacts.HeadersAsync(ContactsHost.Account, cancellationToken)).GetValue("authorization")!["Bearer ".Length..];
        var other = (await bed.Stack.Contacts.HeadersAsync(ContactsHost.OtherAccount, cancellationToken)).GetValue("authorization")!["Bearer ".Length..];
        var bad = await AuthTokens.BadAsync(bed, good, cancellationToken);
        var noScope = await AuthTokens.SignedAsync(bed, good, claims => claims["scope"] = "nothing.whatever", cancellationToken);
        var without = new Dictionary<string, string>();
        var before = await victim.DigestAsync(cancellationToken);
        var wrong = new List<string>();
        var (calls, turn) = (0, 0);
        foreach (var (method, channel) in Methods(bed, deliverability, sequences))
        {
            // All of them on every method where there is time; else none and one of the others in turn, since one place refuses them.
            foreach (var (what, token) in bed.Size < 10_000 ? [bad[0], bad[1 + (turn++ % (bad.Count - 1))]] : bad)
            {
                await ExpectAsync(what, token, StatusCode.Unauthenticated, token is null ? "TOKEN_MISSING" : "TOKEN_INVALID");
            }
            var refused = await ExpectAsync("no scope", noScope, StatusCode.PermissionDenied, "SCOPE_MISSING");
            await ExpectAsync("all scopes but the one that is asked for", await WithoutAsync(refused.Split("lacks the scope ")[1].Split(' ')[0]), StatusCode.PermissionDenied, "SCOPE_MISSING");

            var (code, answer) = await CallAsync(bed, channel, method, other, ids, cancellationToken);
            calls++;
            var names = method.InputType.Fields.InFieldNumberOrder().Any(f => !f.IsRepeated && ids.ContainsKey(f.Name)) && !method.Name.StartsWith("List", StringComparison.Ordinal);
            if (names && code != StatusCode.NotFound && method.Service.Name != "ChangesService")
            {
                wrong.Add($"{method.FullName} with another account's ids: {code} {answer}");
            }
            if (answer.Contains(AuthVictim.Secret, StringComparison.Ordinal))
            {
                wrong.Add($"{method.FullName} tells another account: {answer}");
            }

            async Task<string> ExpectAsync(string what, string? token, StatusCode expected, string reason)
            {
                var (code, answer) = await CallAsync(bed, channel, method, token, ids, cancellationToken);
                calls++;
                if (code != expected || !answer.Contains(reason, StringComparison.Ordinal) || answer.Contains(AuthVictim.Secret, StringComparison.Ordinal))
                {
                    wrong.Add($"{method.FullName} with {what}: {code} {answer}");
                }
                return answer;
            }
        }
        wrong.AddRange((await victim.DigestAsync(cancellationToken)).Where(d => before[d.Key] != d.Value).Select(d => $"{d.Key} has changed: {before[d.Key]}, now {d.Value}"));
        bed.Log($"{calls} calls");
        FaultBed.Must(wrong.Count == 0, string.Join("\n", wrong));

        async Task<string> WithoutAsync(string scope)
        {
            if (!without.TryGetValue(scope, out var token))
            {
                without[scope] = token = await AuthTokens.SignedAsync(bed, good, claims => claims["scope"] = string.Join(' ', ((string)claims["scope"]!).Split(' ').Where(s => s != scope)), cancellationToken);
            }
            return token;
        }
    }

    /// <summary>All methods that ask for a scope, each with where it is served.</summary>
    private static IEnumerable<(MethodDescriptor Method, ChannelBase Channel)> Methods(FaultBed bed, DeliverabilityHost deliverability, SequencesHost sequences)
    {
        var services = typeof(ContactService).Assembly.GetTypes()
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(p => p?.PropertyType == typeof(ServiceDescriptor)).Select(p => (ServiceDescriptor)p!.GetValue(null)!).ToList();
        FaultBed.Must(services.Count >= 7, $"only {services.Count} services were found");
        foreach (var service in services)
        {
            ChannelBase channel = service.File.Package.Split('.')[1] switch
            {
                "contacts" => bed.Stack.Contacts.Service.Channel,
                "funnel" => bed.Stack.Funnel.Service.Channel,
                "sequences" => sequences.Service.Channel,
                _ => deliverability.Service.Channel,
            };
            // Who exchanges a key has no token yet.
            foreach (var method in service.Methods.Where(m => !m.Name.StartsWith("Exchange", StringComparison.Ordinal)))
            {
                yield return (method, channel);
            }
        }
    }

    /// <summary>Calls any method, with a request that names the victim wherever it can.</summary>
    private static async Task<(StatusCode Code, string Answer)> CallAsync(FaultBed bed, ChannelBase channel, MethodDescriptor method, string? token, Dictionary<string, long> ids, CancellationToken cancellationToken)
    {
        var bytes = Marshallers.Create<byte[]>(b => b, b => b);
        var type = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => MethodType.Unary,
            (true, false) => MethodType.ClientStreaming,
            (false, true) => MethodType.ServerStreaming,
            _ => MethodType.DuplexStreaming,
        };
        var target = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, bytes, bytes);
        var headers = new Metadata();
        if (token is not null)
        {
            headers.Add("authorization", $"Bearer {token}");
        }
        var options = new CallOptions(headers, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10), cancellationToken);
        var invoker = channel.CreateCallInvoker();
        var request = AuthRequests.Fill(bed, method.InputType, ids).ToByteArray();
        try
        {
            switch (type)
            {
                case MethodType.Unary:
                    return (StatusCode.OK, Encoding.UTF8.GetString(await invoker.AsyncUnaryCall(target, null, options, request)));
                case MethodType.ServerStreaming:
                    using (var call = invoker.AsyncServerStreamingCall(target, null, options, request))
                    {
                        return (StatusCode.OK, await call.ResponseStream.MoveNext(cancellationToken) ? Encoding.UTF8.GetString(call.ResponseStream.Current) : "");
                    }
                default:
                    using (var call = invoker.AsyncClientStreamingCall(target, null, options))
                    {
                        try
                        {
                            await call.RequestStream.WriteAsync(request, cancellationToken);
                            await call.RequestStream.CompleteAsync();
                        }
                        catch (Exception e) when (e is RpcException or InvalidOperationException)
                        {
                            // Refused before it was sent: the answer says why.
                        }
                        return (StatusCode.OK, Encoding.UTF8.GetString(await call.ResponseAsync));
                    }
            }
        }
        catch (RpcException e)
        {
            var details = e.Trailers.GetValueBytes("grpc-status-details-bin") is { } status ? Encoding.UTF8.GetString(status) : "";
            return (e.StatusCode, $"{e.Status.Detail} {details}");
        }
    }
}
