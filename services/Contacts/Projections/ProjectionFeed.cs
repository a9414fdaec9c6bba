using System.Runtime.CompilerServices;
using ContactPlatform.Contacts.Access;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Contacts.Projections;

/// <summary>Reads another service's change feed in the name of Contacts, which issues its own token, and says what its changes do to the projection.</summary>
/// <typeparam name="TChange">A change, as the feed streams it.</typeparam>
public abstract class ProjectionFeed<TChange>(TokenIssuer tokens, TimeProvider time) : IProjectionFeed
{
    /// <summary>Contacts whose changes are applied in one transaction.</summary>
    public const int Room = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public abstract RebuildTables Tables { get; }

    /// <summary>How many contacts a change tells of, or counts for.</summary>
    public abstract int Size(TChange change);

    /// <summary>Reads what every change carries.</summary>
    public abstract FeedChange<TChange> Read(TChange change);

    /// <summary>Applies changes to the projection, in their order, within the open transaction.</summary>
    public abstract Task ApplyAsync(IServiceProvider scope, IEnumerable<TChange> changes, CancellationToken cancellationToken);

    /// <summary>Opens the stream of changes after a position.</summary>
    public AsyncServerStreamingCall<TChange> Open(string afterPosition, CancellationToken cancellationToken) =>
        Stream(afterPosition, new CallOptions(Headers(), cancellationToken: cancellationToken));

    /// <inheritdoc/>
    public Task<ProjectionBacklog> BacklogAsync(string afterPosition, CancellationToken cancellationToken) =>
        BacklogAsync(afterPosition, new CallOptions(Headers(), time.GetUtcNow().UtcDateTime + Patience, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<RebuildBatch> ReadAsync(string afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = Open(afterPosition, cancellationToken);
        await foreach (var changes in FeedBatches.ReadAsync(call.ResponseStream, Size, Room, null, time, cancellationToken))
        {
            yield return new(changes.Count, Read(changes[^1]).Position, (scope, cancel) => ApplyRebuiltAsync(scope, changes, cancel));
        }
    }

    /// <summary>Applies changes to the projection that is being rebuilt, within the open transaction.</summary>
    protected abstract Task ApplyRebuiltAsync(IServiceProvider scope, IEnumerable<TChange> changes, CancellationToken cancellationToken);

    /// <summary>Calls the service's StreamChanges.</summary>
    protected abstract AsyncServerStreamingCall<TChange> Stream(string afterPosition, CallOptions options);

    /// <summary>Calls the service's GetBacklog.</summary>
    protected abstract Task<ProjectionBacklog> BacklogAsync(string afterPosition, CallOptions options);

    private Metadata Headers() => new() { { "authorization", $"Bearer {tokens.Issue("service:contacts", "contacts", 0, AccessDecisions.ForService(0)).Token}" } };
}
