using System.Collections.Concurrent;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Tests.V1;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>What calls do, by the name that a request gives; each test adds its own.</summary>
public sealed class Behaviours : ConcurrentDictionary<string, Func<ServerCallContext, IServerStreamWriter<ProbeResponse>?, Task<ProbeResponse>>>;

public sealed class ProbeEndpoint(Behaviours behaviours) : ProbeService.ProbeServiceBase
{
    public const string ReadScope = "probe.read";

    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        [$"/{Name}/Call"] = ReadScope,
        [$"/{Name}/Upload"] = ReadScope,
        [$"/{Name}/Download"] = ReadScope,
        [$"/{Name}/Talk"] = ReadScope,
        [$"/{Name}/NotImplemented"] = ReadScope,
        [$"/{Name}/Follow"] = Scopes.ChangesRead,
    });

    public const string Name = "contactplatform.probe.v1.ProbeService";

    public override Task<ProbeResponse> Call(ProbeRequest request, ServerCallContext context) => behaviours[request.Behaviour](context, null);

    public override async Task<ProbeResponse> Upload(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        return await behaviours[requestStream.Current.Behaviour](context, null);
    }

    public override Task Download(ProbeRequest request, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context) =>
        behaviours[request.Behaviour](context, responseStream);

    public override async Task Talk(IAsyncStreamReader<ProbeRequest> requestStream, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        await behaviours[requestStream.Current.Behaviour](context, responseStream);
    }

    public override Task<ProbeResponse> Unlisted(ProbeRequest request, ServerCallContext context) => Task.FromResult(new ProbeResponse());

    public override Task Follow(ProbeRequest request, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context) =>
        behaviours[request.Behaviour](context, responseStream);
}
