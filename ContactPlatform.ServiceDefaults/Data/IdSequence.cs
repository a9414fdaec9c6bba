using System.Data.Common;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>
/// Gives out ids from the database's sequence, a block at a time: positive, never reused, and ascending within a process.
/// Ids of a block that a process took and did not use are lost.
/// </summary>
/// <param name="open">
/// Opens a connection to the service's database, of a pool of its own: callers take ids within their transactions, and
/// when they have all connections of a pool among them none would be left for the next block.
/// </param>
public sealed class IdSequence(Func<CancellationToken, Task<DbConnection>> open) : IDisposable
{
    /// <summary>Name of the sequence.</summary>
    public const string Name = "ids";

    /// <summary>Ids in a block: the sequence's increment.</summary>
    public const int BlockSize = 1000;

    /// <summary>Blocks that bulk work takes at least: it will ask again soon, and opening a connection costs as much as some thousand rows.</summary>
    private const int BulkBlocks = 20;

    private static readonly SqlText NextBlocks = new(
        "SELECT nextval('ids') FROM generate_series(1, @blocks)",
        """
        DECLARE @first sql_variant;
        EXEC sys.sp_sequence_get_range @sequence_name = N'ids', @range_size = @blocks, @range_first_value = @first OUTPUT;
        SELECT CAST(@first AS bigint) + 1000 * CAST(value AS bigint) FROM OPENJSON(@numbers);
        """);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Queue<(long Next, long End)> spare = new();
    private long next;
    private long end;

    /// <summary>Takes one id.</summary>
    public async ValueTask<long> NextAsync(CancellationToken cancellationToken) => (await TakeAsync(1, cancellationToken))[0];

    /// <summary>
    /// Takes one id above all that any process has taken in this way: for what is rare, and listed by its id with the newest
    /// first. Opens a connection each time.
    /// </summary>
    public async ValueTask<long> NextRisingAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var id = (await BlocksAsync(1, cancellationToken))[0];
            spare.Enqueue((id + 1, id + BlockSize));
            return id;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Takes many ids, ascending, not always without gaps.</summary>
    public async ValueTask<long[]> TakeAsync(int count, CancellationToken cancellationToken)
    {
        var ids = new long[count];
        await gate.WaitAsync(cancellationToken);
        try
        {
            for (var filled = Fill(ids, 0); filled < count; filled = Fill(ids, filled))
            {
                if (spare.Count == 0)
                {
                    var missing = (count - filled + BlockSize - 1) / BlockSize;
                    (await BlocksAsync(count < BlockSize ? missing : Math.Max(missing, BulkBlocks), cancellationToken)).ForEach(block => spare.Enqueue((block, block + BlockSize)));
                }
                (next, end) = spare.Dequeue();
            }
        }
        finally
        {
            gate.Release();
        }
        return ids;
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private int Fill(long[] ids, int filled)
    {
        while (filled < ids.Length && next < end)
        {
            ids[filled++] = next++;
        }
        return filled;
    }

    private async Task<List<long>> BlocksAsync(int count, CancellationToken cancellationToken)
    {
        await using var connection = await open(cancellationToken);
        await using var command = connection.Command(NextBlocks).With("blocks", count);
        if (connection is Microsoft.Data.SqlClient.SqlConnection)
        {
            command.With("numbers", System.Text.Json.JsonSerializer.Serialize(Enumerable.Range(0, count)));
        }
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var blocks = new List<long>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            blocks.Add(reader.GetInt64(0));
        }
        blocks.Sort();
        return blocks;
    }
}
