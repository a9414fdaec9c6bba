using ContactPlatform.Contacts.Access;
using ContactPlatform.Funnel.V1;
using Grpc.Core;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>Reads Funnel's change feed in the name of Contacts, which issues its own token.</summary>
public sealed class FunnelFeed(ChangesService.ChangesServiceClient client, TokenIssuer tokens, TimeProvider time)
{
    /// <summary>Name of the service followed.</summary>
    public const string Source = "funnel";

    /// <summary>Contacts whose changes are applied in one transaction.</summary>
    public const int Room = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Opens the stream of changes after a position.</summary>
    public AsyncServerStreamingCall<StreamChangesResponse> Open(string afterPosition, CancellationToken cancellationToken) =>
        client.StreamChanges(new StreamChangesRequest { AfterPosition = afterPosition }, Headers(), cancellationToken: cancellationToken);

    /// <summary>Asks what a follower at a position has still before it.</summary>
    /// <exception cref="RpcException">Funnel does not answer within 2 s, among others.</exception>
    public async Task<GetBacklogResponse> BacklogAsync(string afterPosition, CancellationToken cancellationToken) =>
        await client.GetBacklogAsync(new GetBacklogRequest { AfterPosition = afterPosition }, Headers(), time.GetUtcNow().UtcDateTime + Patience, cancellationToken);

    private Metadata Headers() => new() { { "authorization", $"Bearer {tokens.Issue("service:contacts", "contacts", 0, AccessDecisions.ForService(0)).Token}" } };
}
