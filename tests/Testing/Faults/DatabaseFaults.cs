using ContactPlatform.Common.V1;
using Grpc.Core;
using Npgsql;

namespace ContactPlatform.Testing.Faults;

/// <summary>PostgreSQL restarted, read-only, or its answers lost.</summary>
internal static class DatabaseFaults
{
    /// <summary>Restarted in the middle of a run of every kind, with single callers at work.</summary>
    public static async Task RestartedAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var prepared = await FaultRuns.AllAsync(bed, cancellationToken);
        var callers = await SingleCallers.StartAsync(bed, cancellationToken);
        var runs = await RunsUnderWay.StartAsync(bed, prepared);
        await bed.SomeTimeAsync(cancellationToken);
        await runs.SayAsync(cancellationToken);
        await bed.Stack.Postgres.StopAsync(cancellationToken);
        await bed.SomeTimeAsync(TimeSpan.FromSeconds(1), cancellationToken);
        await bed.Stack.Postgres.StartAgainAsync(cancellationToken);
        await runs.EndExactAsync(cancellationToken);
        await callers.StopAsync(allSucceed: false, cancellationToken);
    }

    /// <summary>
    /// Takes no writes: calls are refused as UNAVAILABLE with a time to try again, nothing is
    /// acknowledged, and runs of every kind wait.
    /// </summary>
    public static async Task ReadOnlyAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var crowd = await Crowd.FillAsync(bed.Stack, 10, 0, cancellationToken);
        var prepared = await FaultRuns.AllAsync(bed, cancellationToken);
        var runs = await RunsUnderWay.StartAsync(bed, prepared);
        var made = await Task.WhenAll(prepared.Select(run => run.CountAsync(cancellationToken)));
        await bed.SomeTimeAsync(cancellationToken);
        await SetAsync(bed, "on", cancellationToken);
        try
        {
            await RefusedAsync("SetStage", bed.Stack.Stages.SetStageAsync(new() { ContactId = crowd.FirstId, Stage = FunnelStage.Customer }, bed.Stack.Headers, cancellationToken: cancellationToken).ResponseAsync);
            await RefusedAsync("BatchSetStage", bed.Stack.Stages.BatchSetStageAsync(new() { ContactIds = { crowd.LabelledIds }, Stage = FunnelStage.Customer }, bed.Stack.Headers, cancellationToken: cancellationToken).ResponseAsync);
            await RefusedAsync("CreateContact", bed.Stack.ContactService.CreateContactAsync(new() { Contact = new() { Email = "nobody@readonly.example" } }, bed.Stack.Headers, cancellationToken: cancellationToken).ResponseAsync);
            await RefusedAsync("CreateLabel", bed.Stack.Labels.CreateLabelAsync(new() { DisplayName = bed.NewName() }, bed.Stack.Headers, cancellationToken: cancellationToken).ResponseAsync);
            foreach (var run in prepared)
            {
                await RefusedAsync($"asking for a run of kind {run.Kind}", run.AskAsync(bed.NewName(), 0));
            }
            var shown = await bed.Stack.Stages.GetContactStageAsync(new() { ContactId = crowd.FirstId }, bed.Stack.Headers, cancellationToken: cancellationToken);
            FaultBed.Must(shown.ContactStage.Version == 0, "a refused change is shown");
        }
        finally
        {
            await SetAsync(bed, "off", cancellationToken);
        }
        FaultBed.Must(await bed.FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE contact_id BETWEEN {crowd.FirstId} AND {crowd.FirstId + 9}", cancellationToken) == 0, "a refused change is in the history");
        FaultBed.Must(await bed.ContactsAsync("SELECT COUNT(*) FROM contacts WHERE email = 'nobody@readonly.example'", cancellationToken) == 0, "a refused contact exists");
        FaultBed.Must((await Task.WhenAll(prepared.Select(run => run.CountAsync(cancellationToken)))).SequenceEqual(made), "a run that was refused exists");
        await runs.EndExactAsync(cancellationToken);
    }

    /// <summary>
    /// Its disk is full in mid-run, on a stack of its own: whatever is not refused as UNAVAILABLE is kept, and nothing else, and once there
    /// is room again the run ends by itself.
    /// </summary>
    public static async Task DiskFullAsync(FaultBed other, CancellationToken cancellationToken)
    {
        await using var bed = await FaultBed.StartAsync(Math.Min(other.Size, 20_000), other.Log, cancellationToken, 600L << 20);
        bed.Random = other.Random;
        var disk = bed.Stack.Postgres.Disk!;
        var callers = await SingleCallers.StartAsync(bed, cancellationToken);
        var run = await bed.StartRunAsync(cancellationToken);
        await bed.SomeTimeAsync(bed.RunTime / 2, cancellationToken);
        bed.Log($"filled with {disk.Fill()} bytes");
        // Room is left in the files that are there, so it takes a while until a write finds none.
        var acknowledged = await CreateUntilRefusedAsync(bed, cancellationToken);
        disk.Free();
        if (!bed.Stack.Postgres.IsRunning)
        {
            // Without room for its log it ends; whoever runs it starts it again.
            bed.Log("PostgreSQL had ended");
            await bed.Stack.Postgres.StartAgainAsync(cancellationToken);
        }
        await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
        await callers.StopAsync(allSucceed: false, cancellationToken);
        await bed.CheckAsync(cancellationToken);
        var kept = await bed.ContactsAsync("SELECT COUNT(*) FROM contacts WHERE email LIKE '%@disk.example'", cancellationToken);
        FaultBed.Must(kept == acknowledged, $"{acknowledged} contacts were acknowledged, one was refused, and {kept} are there");
    }

    /// <summary>The answer to the COMMIT of a call that asks for a run is lost: the caller is told UNAVAILABLE, and its retry finds the run that was made; of every kind.</summary>
    public static async Task CommitLostAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        foreach (var run in await FaultRuns.AllAsync(bed, cancellationToken))
        {
            var (before, cuts, tries, requestId, id) = (await run.CountAsync(cancellationToken), bed.Cutter.Cuts, 0, bed.NewName(), 0L);
            bed.Cutter.CutNext();
            while (id == 0)
            {
                try
                {
                    tries++;
                    id = await run.AskAsync(requestId, 0);
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && tries < 50)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
                }
            }
            bed.Cutter.CutNext(0);
            bed.Log($"{run.Kind}: {bed.Cutter.Cuts - cuts} answers lost, {tries} tries");
            FaultBed.Must(bed.Cutter.Cuts > cuts, "no answer was lost");
            FaultBed.Must(await run.CountAsync(cancellationToken) == before + 1, $"the request has made more than one run of kind {run.Kind}, or none");
            // Before the next call: the commits of a run under way would be lost in its place.
            await RunsUnderWay.Of(bed, [(run, id)]).EndExactAsync(cancellationToken);
        }
    }

    /// <summary>The answers to several commits in the middle of runs of every kind are lost: no piece is done twice, none is left out.</summary>
    public static async Task CommitLostInRunAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var cuts = bed.Cutter.Cuts;
        var runs = await RunsUnderWay.StartAsync(bed, await FaultRuns.AllAsync(bed, cancellationToken));
        for (var i = 0; i < 5; i++)
        {
            await bed.SomeTimeAsync(bed.RunTime / 3, cancellationToken);
            bed.Cutter.CutNext();
        }
        await runs.EndExactAsync(cancellationToken);
        bed.Cutter.CutNext(0);
        bed.Log($"{bed.Cutter.Cuts - cuts} answers lost");
    }

    /// <summary>Creates contacts with much to store until one is refused, as what passes by itself; returns how many were not.</summary>
    private static async Task<int> CreateUntilRefusedAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        for (var created = 0; ; created++)
        {
            var contact = new Contacts.V1.Contact { Email = $"{bed.NewName().Replace(' ', '-')}@disk.example", Source = new string('s', 200), Owner = new string('o', 200) };
            try
            {
                await bed.Stack.ContactService.CreateContactAsync(new() { Contact = contact }, bed.Stack.Headers, cancellationToken: cancellationToken);
            }
            catch (RpcException e)
            {
                FaultBed.Must(e.StatusCode == StatusCode.Unavailable, $"CreateContact is refused as {e.Status}");
                return created;
            }
        }
    }

    private static async Task RefusedAsync<T>(string method, Task<T> call)
    {
        try
        {
            await call;
        }
        catch (RpcException e)
        {
            var details = e.Trailers.GetValueBytes("grpc-status-details-bin") is { } bytes ? Google.Rpc.Status.Parser.ParseFrom(bytes) : null;
            FaultBed.Must(e.StatusCode == StatusCode.Unavailable, $"{method} is refused as {e.Status}");
            FaultBed.Must(details?.Details.Any(d => d.Is(Google.Rpc.RetryInfo.Descriptor)) == true, $"{method} does not say when to try again");
            return;
        }
        throw new FaultException($"{method} was acknowledged by a database that takes no writes");
    }

    /// <summary>Makes new transactions of everybody read-only, or no longer; a setting that open connections take up too.</summary>
    private static async Task SetAsync(FaultBed bed, string value, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(bed.Stack.Postgres.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var statement in new[] { $"ALTER SYSTEM SET default_transaction_read_only = {value}", "SELECT pg_reload_conf()" })
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, cancellationToken);
    }
}
