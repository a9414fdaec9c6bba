using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Testing.Faults;

/// <summary>Callers who ask too often, give up, or stop listening.</summary>
internal static class CallFaults
{
    /// <summary>The same request_id 50 times at once, at both replicas where there are two: one run of every kind.</summary>
    public static async Task SameRequestAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var asked = new List<(FaultRun, long)>();
        foreach (var run in await FaultRuns.AllAsync(bed, cancellationToken))
        {
            var (before, requestId) = (await run.CountAsync(cancellationToken), bed.NewName());
            var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => run.AskAsync(requestId, i % 2)));
            var made = await run.CountAsync(cancellationToken) - before;
            FaultBed.Must(ids.Distinct().Count() == 1 && made == 1, $"50 calls with one request_id made {made} runs of kind {run.Kind}: {string.Join(", ", ids.Distinct())}");
            asked.Add((run, ids[0]));
        }
        await RunsUnderWay.Of(bed, asked).EndExactAsync(cancellationToken);
    }

    /// <summary>
    /// Clients that cancel, and deadlines that pass, in mid-call: what was acknowledged is there, nothing is half done, and
    /// no service takes it for an error.
    /// </summary>
    public static async Task GivenUpAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var crowd = await Crowd.FillAsync(bed.Stack, 200, 0, cancellationToken);
        var ids = crowd.LabelledIds.ToArray();
        var before = Errors(bed);
        var (acknowledged, givenUp) = (0, 0);
        // Where the machine is too busy to answer anything in that time, with more of it.
        for (var most = 60; acknowledged == 0 && most < 2000; most *= 2)
        {
            var plans = Enumerable.Range(0, 400).Select(i => (Number: i, Kind: bed.Random.Next(4), Limit: TimeSpan.FromMilliseconds(bed.Random.NextDouble() * most), Cancel: bed.Random.Next(2) == 0)).ToList();
            await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (plan, _) =>
            {
                using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                if (plan.Cancel)
                {
                    cancel.CancelAfter(plan.Limit);
                }
                var options = new CallOptions(bed.Stack.Headers, plan.Cancel ? null : TimeProvider.System.GetUtcNow().UtcDateTime + plan.Limit, cancel.Token);
                var stage = plan.Number % 2 == 0 ? FunnelStage.Customer : FunnelStage.Engaged;
                try
                {
                    switch (plan.Kind)
                    {
                        case 0:
                            await bed.Stack.Stages.SetStageAsync(new() { ContactId = ids[plan.Number % ids.Length], Stage = stage }, options);
                            break;
                        case 1:
                            await bed.Stack.Stages.BatchSetStageAsync(new() { ContactIds = { ids }, Stage = stage }, options);
                            break;
                        case 2:
                            await bed.Stack.ContactService.CreateContactAsync(new() { Contact = new() { Email = $"{bed.NewName().Replace(' ', '.')}@given-up.example" } }, options);
                            break;
                        default:
                            await bed.Stack.Labels.BatchAddLabelAsync(new() { LabelId = bed.Crowd.LabelId, ContactIds = { bed.Crowd.LabelledIds.Take(100) } }, options);
                            break;
                    }
                    Interlocked.Increment(ref acknowledged);
                }
                // The client library may find its own answer already disposed of when it gives a call up, and says Internal then.
                catch (RpcException e) when (e.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded || e.Status.DebugException is ObjectDisposedException)
                {
                    Interlocked.Increment(ref givenUp);
                }
                // Two at once may want the same label.
                catch (RpcException e) when (plan.Kind == 3 && e.StatusCode == StatusCode.Unavailable)
                {
                    Interlocked.Increment(ref givenUp);
                }
            });
        }
        bed.Log($"{acknowledged} calls were answered, {givenUp} given up");
        FaultBed.Must(acknowledged > 0 && givenUp > 0, $"{acknowledged} calls were answered and {givenUp} given up: nothing was tried");
        // What a service has to say of a call, it says within this.
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellationToken);
        var errors = Errors(bed).Zip(before, (now, then) => now.Skip(then.Count)).SelectMany(e => e).ToList();
        FaultBed.Must(errors.Count == 0, $"calls that were given up are logged as errors: {string.Join("\n", errors.Take(3))}");
    }

    /// <summary>
    /// A reader of the feed stops reading (for a minute at full size): the writer waits instead of collecting, its memory
    /// grows by less than 32 MB, and the reader then finds everything in order.
    /// </summary>
    public static async Task SlowReaderAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        const long Limit = 32 << 20;
        var pause = TimeSpan.FromSeconds(Math.Clamp(bed.Size / 100_000.0 * 60, 2, 60));
        var rows = Math.Clamp(bed.Size / 10, 3000, 10_000);
        var marker = bed.FunnelAsync("SELECT COALESCE(MAX(change_id), 0) FROM outbox", cancellationToken);
        await WriteAsync(bed, rows, await marker, cancellationToken);
        try
        {
            var service = bed.Stack.Funnel.Service;
            var headers = await bed.Stack.Contacts.FeedHeadersAsync(cancellationToken);
            using var call = new ChangesService.ChangesServiceClient(service.Channel).StreamChanges(new(), headers, cancellationToken: cancellationToken);
            FaultBed.Must(await call.ResponseStream.MoveNext(cancellationToken), "the feed is empty");
            var before = service.ResidentBytes();
            service.ForgetPeak();
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            var grown = service.PeakBytes() - before;
            bed.Log(string.Create(CultureInfo.InvariantCulture, $"memory grew by {grown / 1e6:0.0} MB in {pause.TotalSeconds:0} s"));
            FaultBed.Must(grown < Limit, $"memory grew by {grown} bytes while a reader did not read");
            var (last, found) = ("", 0);
            while (found < rows && await call.ResponseStream.MoveNext(cancellationToken))
            {
                var change = call.ResponseStream.Current;
                FaultBed.Must(string.CompareOrdinal(change.Position, last) > 0, $"the feed went from {last} to {change.Position}");
                last = change.Position;
                found += change.RunId == -1 ? 1 : 0;
            }
            FaultBed.Must(found == rows, $"the feed told {found} of {rows} changes");
        }
        finally
        {
            await OwnStack.ExecuteAsync(bed.Stack.Funnel.Database, cancellationToken, $"DELETE FROM outbox WHERE change_id > {await marker}", "VACUUM outbox");
        }
    }

    /// <summary>Changes as a run writes them, of a thousand contacts each, of which nobody else reads: 8 kB, one transaction each hundred.</summary>
    private static async Task WriteAsync(FaultBed bed, int rows, long after, CancellationToken cancellationToken)
    {
        var change = new StreamChangesResponse
        {
            AccountId = ContactsHost.Account,
            RunId = -1,
            ChangeTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
            StagesChanged = new StagesChanged { Moves = { new StageMove { ContactIds = { Enumerable.Range(0, 1000).Select(i => long.MaxValue - i) } } } },
        };
        await using var connection = new NpgsqlConnection(bed.Stack.Funnel.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        for (var done = 0; done < rows; done += 100)
        {
            await using var command = new NpgsqlCommand("INSERT INTO outbox (account_id, payload) SELECT @account, @payload FROM generate_series(1, @count)", connection);
            command.Parameters.AddWithValue("account", ContactsHost.Account);
            command.Parameters.AddWithValue("payload", NpgsqlDbType.Bytea, change.ToByteArray());
            command.Parameters.AddWithValue("count", Math.Min(100, rows - done));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        bed.Log($"{rows} changes of {change.CalculateSize()} bytes after {after}");
    }

    /// <summary>The errors that each service has logged.</summary>
    private static List<List<string>> Errors(FaultBed bed) => [.. bed.Stack.Services.Select(s =>
        s.Process.Lines.Where(l => l.StartsWith("fail:", StringComparison.Ordinal) || l.StartsWith("crit:", StringComparison.Ordinal)).ToList())];
}
