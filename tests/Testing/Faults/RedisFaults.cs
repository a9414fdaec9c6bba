using System.Net.Sockets;
using System.Text;

namespace ContactPlatform.Testing.Faults;

/// <summary>Redis away, silent or emptied during a run of every kind: bulk work waits at worst, single calls go on.</summary>
internal static class RedisFaults
{
    private static readonly TimeSpan _away = TimeSpan.FromSeconds(3);

    public static Task KilledAsync(FaultBed bed, CancellationToken cancellationToken) => DuringAsync(bed, async () =>
    {
        await bed.Stack.Redis.Process.KillAsync(cancellationToken);
        await Task.Delay(_away, TimeProvider.System, cancellationToken);
        await bed.Stack.StartRedisAgainAsync(cancellationToken);
    }, cancellationToken);

    public static Task PausedAsync(FaultBed bed, CancellationToken cancellationToken) => DuringAsync(bed, async () =>
    {
        bed.Stack.Redis.Process.Suspend();
        try
        {
            await Task.Delay(_away, TimeProvider.System, cancellationToken);
        }
        finally
        {
            bed.Stack.Redis.Process.Resume();
        }
    }, cancellationToken);

    public static Task FlushedAsync(FaultBed bed, CancellationToken cancellationToken) => DuringAsync(bed, async () =>
    {
        // All leases are gone while their holders work, three times in a row.
        for (var i = 0; i < 3; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", bed.Stack.Redis.Port, cancellationToken);
            await client.GetStream().WriteAsync("*1\r\n$8\r\nFLUSHALL\r\n"u8.ToArray(), cancellationToken);
            var answer = new byte[5];
            await client.GetStream().ReadExactlyAsync(answer, cancellationToken);
            FaultBed.Must(Encoding.ASCII.GetString(answer) == "+OK\r\n", $"FLUSHALL says {Encoding.ASCII.GetString(answer)}");
            await bed.SomeTimeAsync(bed.RunTime / 3, cancellationToken);
        }
    }, cancellationToken);

    private static async Task DuringAsync(FaultBed bed, Func<Task> fault, CancellationToken cancellationToken)
    {
        var prepared = await FaultRuns.AllAsync(bed, cancellationToken);
        var callers = await SingleCallers.StartAsync(bed, cancellationToken);
        var runs = await RunsUnderWay.StartAsync(bed, prepared);
        await bed.SomeTimeAsync(cancellationToken);
        await runs.SayAsync(cancellationToken);
        await fault();
        // Others, which need the locks that were lost.
        var next = await RunsUnderWay.StartAsync(bed, await FaultRuns.LabelRuleAsync(bed, cancellationToken), await FaultRuns.BulkAsync(bed, cancellationToken));
        await runs.EndExactAsync(cancellationToken);
        await next.EndExactAsync(cancellationToken);
        await callers.StopAsync(allSucceed: true, cancellationToken);
    }
}
