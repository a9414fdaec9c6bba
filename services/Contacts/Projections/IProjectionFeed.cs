using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Projections;

/// <summary>What a follower has still before it.</summary>
/// <param name="ChangeCount">Changes.</param>
/// <param name="OldestChangeTime">When the first of them happened; null for none.</param>
/// <param name="LastPosition">Position of the feed's last change; empty while there is none.</param>
public sealed record ProjectionBacklog(long ChangeCount, DateTimeOffset? OldestChangeTime, string LastPosition);

/// <summary>Changes that are applied together to a projection that is being rebuilt.</summary>
/// <param name="Count">How many.</param>
/// <param name="Position">Position of the last.</param>
/// <param name="ApplyAsync">Applies them within the open transaction.</param>
public sealed record RebuildBatch(int Count, string Position, Func<IServiceProvider, CancellationToken, Task> ApplyAsync);

/// <summary>The tables of a projection, and how they are rebuilt.</summary>
/// <param name="Source">Name of the service followed, and of the follower's position.</param>
/// <param name="Number">Subject of the runs that rebuild it.</param>
/// <param name="Empty">Empties the tables aside.</param>
/// <param name="Count">Lets the database count the rows: a plan for a table that was empty a minute ago would compare every row with every other.</param>
/// <param name="Mend">Puts right what differs; each answers with the number of rows.</param>
public sealed record RebuildTables(string Source, long Number, IReadOnlyList<SqlText> Empty, IReadOnlyList<SqlText> Count, IReadOnlyList<SqlText> Mend)
{
    /// <summary>Name of the position of the tables aside.</summary>
    public string RebuiltSource => $"{Source}, rebuilt";
}

/// <summary>Another service's change feed, of which a projection is kept.</summary>
public interface IProjectionFeed
{
    /// <summary>The projection's tables.</summary>
    RebuildTables Tables { get; }

    /// <summary>Asks what a follower at a position has still before it.</summary>
    /// <exception cref="Grpc.Core.RpcException">The service does not answer within 2 s, among others.</exception>
    Task<ProjectionBacklog> BacklogAsync(string afterPosition, CancellationToken cancellationToken);

    /// <summary>Reads changes after a position, for a rebuilding; ends when the service ends its feed.</summary>
    IAsyncEnumerable<RebuildBatch> ReadAsync(string afterPosition, CancellationToken cancellationToken);
}
