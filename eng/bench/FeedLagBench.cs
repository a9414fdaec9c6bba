using System.Diagnostics;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// From a change's request at one service until the other answers with it. Measured where a service follows another:
/// a record set inactive in Contacts, readable as lost in Funnel. The limit: one commit of the database and one call.
/// </summary>
internal static class FeedLagBench
{
    private const int Contacts = 2000;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis, Contacts and Funnel");
        await using var stack = await OwnStack.StartAsync(1, cancellationToken);
        var crowd = await Crowd.FillAsync(stack, Contacts, 0, cancellationToken);
        await OwnStack.ExecuteAsync(stack.Funnel.Database, cancellationToken, "CREATE TABLE bench_commits (id int PRIMARY KEY, number bigint)", "INSERT INTO bench_commits VALUES (1, 0)");
        BenchRun.Progress("warming up");
        await LagAsync(stack, crowd, run.Size, cancellationToken);
        await LimitAsync(stack, crowd, run.Size, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            var lags = await LagAsync(stack, crowd, run.Size, cancellationToken);
            var limits = await LimitAsync(stack, crowd, run.Size, cancellationToken);
            work.Add(lags.Quantile(0.99));
            limit.Add(limits.Quantile(0.99));
            BenchRun.Sample("change readable in the other service, p50", lags.Median(), "ms");
            BenchRun.Sample("change readable in the other service, p99", work[^1], "ms");
            BenchRun.Sample("commit and call, p50", limits.Median(), "ms");
            BenchRun.Sample("commit and call, p99", limit[^1], "ms");
        }
        await BenchRun.CheckFunnelAsync(stack, cancellationToken);
        return Outcome.ByTurns(work, limit, "ms");
    }

    private static async Task<List<double>> LagAsync(OwnStack stack, Crowd crowd, int count, CancellationToken cancellationToken)
    {
        var lags = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var contact = crowd.FirstId + (i % crowd.Count);
            var inactive = !(await ReadAsync()).RecordInactive;
            var started = Stopwatch.GetTimestamp();
            await stack.ContactService.SetRecordStateAsync(new() { ContactId = contact, RecordState = inactive ? RecordState.Inactive : RecordState.Active }, stack.Headers, cancellationToken: cancellationToken);
            while ((await ReadAsync()).RecordInactive != inactive)
            {
            }
            lags.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);

            async Task<Funnel.V1.ContactStage> ReadAsync() =>
                (await stack.Stages.GetContactStageAsync(new() { ContactId = contact }, stack.Headers, cancellationToken: cancellationToken)).ContactStage;
        }
        return lags;
    }

    private static async Task<List<double>> LimitAsync(OwnStack stack, Crowd crowd, int count, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(stack.Funnel.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("UPDATE bench_commits SET number = number + 1 WHERE id = 1", connection);
        await command.PrepareAsync(cancellationToken);
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await command.ExecuteNonQueryAsync(cancellationToken);
            await stack.Stages.GetContactStageAsync(new() { ContactId = crowd.FirstId }, stack.Headers, cancellationToken: cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times;
    }
}
