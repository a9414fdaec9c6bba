using System.Runtime.CompilerServices;
using ContactPlatform.Contacts.Access;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>Reads Sequences' change feed in the name of Contacts, which issues its own token.</summary>
public sealed class SequencesFeed(ChangesService.ChangesServiceClient client, TokenIssuer tokens, TimeProvider time) : IProjectionFeed
{
    /// <summary>Name of the service followed.</summary>
    public const string Source = "sequences";

    /// <summary>Enrolments and contacts whose changes are applied in one transaction.</summary>
    public const int Room = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public RebuildTables Tables => SequencesProjectionStore.Tables;

    /// <summary>Opens the stream of changes after a position.</summary>
    public AsyncServerStreamingCall<StreamChangesResponse> Open(string afterPosition, CancellationToken cancellationToken) =>
        client.StreamChanges(new StreamChangesRequest { AfterPosition = afterPosition }, Headers(), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async Task<ProjectionBacklog> BacklogAsync(string afterPosition, CancellationToken cancellationToken)
    {
        var reply = await client.GetBacklogAsync(new GetBacklogRequest { AfterPosition = afterPosition }, Headers(), time.GetUtcNow().UtcDateTime + Patience, cancellationToken);
        return new(reply.ChangeCount, reply.OldestChangeTime?.ToDateTimeOffset(), reply.LastPosition);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RebuildBatch> ReadAsync(string afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = Open(afterPosition, cancellationToken);
        await foreach (var changes in FeedBatches.ReadAsync(call.ResponseStream, SequencesFold.Size, Room, null, time, cancellationToken))
        {
            yield return new(changes.Count, changes[^1].Position, (scope, cancel) =>
                scope.GetRequiredService<SequencesProjectionStore>().ApplyRebuiltAsync(SequencesFold.Of(changes), cancel));
        }
    }

    private Metadata Headers() => new() { { "authorization", $"Bearer {tokens.Issue("service:contacts", "contacts", 0, AccessDecisions.ForService(0)).Token}" } };
}
