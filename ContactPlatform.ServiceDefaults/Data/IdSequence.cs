using System.Data.Common;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>
/// Gives out ids from the database's sequence, a block at a time: positive, ascending within a process, never reused.
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

    private static readonly SqlText NextBlocks = new(
        "SELECT nextval('ids') FROM generate_series(1, @blocks)",
        """
        DECLARE @first sql_variant;
        EXEC sys.sp_sequence_get_range @sequence_name = N'ids', @range_size = @blocks, @range_first_value = @first OUTPUT;
        SELECT CAST(@first AS bigint) + 1000 * CAST(value AS bigint) FROM OPENJSON(@numbers);
        """);

    private readonly SemaphoreSlim gate = new(1, 1);
    private long next;
    private long end;

    /// <summary>Takes one id.</summary>
    public async ValueTask<long> NextAsync(CancellationToken cancellationToken) => (await TakeAsync(1, cancellationToken))[0];

    /// <summary>Takes many ids, ascending, not always without gaps.</summary>
    public async ValueTask<long[]> TakeAsync(int count, CancellationToken cancellationToken)
    {
        var ids = new long[count];
        await gate.WaitAsync(cancellationToken);
        try
        {
            var filled = 0;
            Fill(ids, ref filled);
            var missing = count - filled;
            if (missing > 0)
            {
                foreach (var first in await BlocksAsync((missing + BlockSize - 1) / BlockSize, cancellationToken))
                {
                    (next, end) = (first, first + BlockSize);
                    Fill(ids, ref filled);
                }
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

    private void Fill(long[] ids, ref int filled)
    {
        while (filled < ids.Length && next < end)
        {
            ids[filled++] = next++;
        }
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
