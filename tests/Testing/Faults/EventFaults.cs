using System.Globalization;
using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>Delivery events while the process that takes them in, or classifies them anew, is killed.</summary>
internal static class EventFaults
{
    private const int Tellers = 3;
    private const int PerAddress = 4;

    /// <summary>What a class of failures was before its rules were mended, for this fault's sake.</summary>
    private const string Before = "failure_class = 3, rule_id = 'else', rule_version = 1";

    /// <summary>
    /// Killed (kill -9) while events are told, while they are classified anew, and while that is undone: each event is there
    /// once, each is changed once and put back once, and every address knows what its events say.
    /// </summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var (count, kills) = bed.Size < 10_000 ? (6_000, 1) : (bed.Size, 5);
        var own = HostServers.Own(bed.Stack.Postgres, bed.Stack.Redis);
        var servers = own with { CreateDatabaseAsync = (name, cancel) => own.CreateDatabaseAsync($"{name} {bed.NewName()}".Replace(' ', '_'), cancel) };
        await using var host = await DeliverabilityHost.StartAsync(bed.Stack.Contacts, 1, cancellationToken, gate: false, servers);
        host.Service.ExpectErrors("");
        Task<long> NumberAsync(string question) => OwnStack.NumberAsync(host.Database, question, cancellationToken);

        var deaths = new Deaths();
        var telling = Task.WhenAll(Enumerable.Range(0, Tellers).Select(teller => TellAsync(bed, host, deaths, teller, count / Tellers, cancellationToken)));
        await KillAsync(TimeSpan.FromSeconds(1), () => telling.IsCompleted);
        var told = (await telling).Sum();
        bed.Log($"{told} events were told, of which {await NumberAsync("SELECT COUNT(*) FROM delivery_events")} are there");
        FaultBed.Must(await NumberAsync("SELECT COUNT(*) FROM delivery_events") == told && await NumberAsync("SELECT COUNT(DISTINCT event_key) FROM delivery_events") == told, $"{told} events were acknowledged, and others are there");
        await KnowsAsync("does_not_exist_time", "unavailable_time");

        // As if they had been stored before there was a rule about them.
        await OwnStack.ExecuteAsync(host.Database, cancellationToken, $"UPDATE delivery_events SET {Before}",
            "UPDATE addresses SET unavailable_time = does_not_exist_time, does_not_exist_time = NULL, status = 3");
        var classification = new ClassificationService.ClassificationServiceClient(host.Service.Channel);
        var replay = (await classification.ReplayClassificationAsync(new() { RequestId = bed.NewName() }, Options())).ClassificationReplay.ClassificationReplayId;
        await EndAsync(replay);
        FaultBed.Must(await NumberAsync($"SELECT COUNT(*) FROM delivery_events WHERE failure_class = {(int)FailureClass.DoesNotExist}") == told, "events were not classified anew");
        FaultBed.Must(await NumberAsync($"SELECT COUNT(*) FROM classification_replay_changes WHERE run_id = {replay}") == told, "not every event is noted once for the undo");
        await KnowsAsync("does_not_exist_time", "unavailable_time");

        var undo = (await classification.UndoClassificationReplayAsync(new() { ClassificationReplayId = replay, RequestId = bed.NewName() }, Options())).ClassificationReplay.ClassificationReplayId;
        await EndAsync(undo);
        FaultBed.Must(await NumberAsync("SELECT COUNT(*) FROM delivery_events WHERE failure_class = 3 AND rule_id = 'else'") == told, "events were not put back");
        await KnowsAsync("unavailable_time", "does_not_exist_time");

        CallOptions Options() => new CallOptions(bed.Stack.Headers, cancellationToken: cancellationToken).WithWaitForReady();

        async Task EndAsync(long run)
        {
            await KillAsync(TimeSpan.FromSeconds(0.5), () => false);
            await bed.EndAsync(host.Database, run, cancellationToken);
            FaultBed.Must(await NumberAsync($"SELECT COUNT(*) FROM runs WHERE run_id = {run} AND state = 3 AND total_count = {told} AND done_count = {told} AND changed_count = {told}") == 1, $"run {run} did not change {told} events once each");
            FaultBed.Must(await NumberAsync($"SELECT SUM(event_count) FROM classification_replay_counts WHERE run_id = {run}") == told, $"run {run} did not count {told} events");
        }

        async Task KillAsync(TimeSpan within, Func<bool> done)
        {
            for (var kill = 0; kill < kills && !done(); kill++)
            {
                await bed.SomeTimeAsync(within, cancellationToken);
                deaths.Begin();
                await FaultBed.KillAndStartAsync(host.Service, cancellationToken);
                deaths.End();
            }
        }

        // The fact of each address is the latest of its events, and there is no trace of the other.
        async Task KnowsAsync(string fact, string other) => FaultBed.Must(await NumberAsync(
            $"""
            SELECT COUNT(*) FROM addresses a JOIN (SELECT account_id, address_id, MAX(event_time) AS latest FROM delivery_events GROUP BY 1, 2) e USING (account_id, address_id)
            WHERE a.{fact} IS DISTINCT FROM e.latest OR a.{other} IS NOT NULL
            """) == 0, $"{fact} or {other} of addresses is not what their events say");
    }

    /// <summary>Tells events, each message of the stream in a call with some others, and again from the first that was not acknowledged.</summary>
    /// <returns>How many were acknowledged.</returns>
    private static async Task<int> TellAsync(FaultBed bed, DeliverabilityHost host, Deaths deaths, int teller, int count, CancellationToken cancellationToken)
    {
        const int PerCall = 600;
        const int PerPart = 200;
        var client = new DeliveryEventService.DeliveryEventServiceClient(host.Service.Channel);
        var now = TimeProvider.System.GetUtcNow();
        for (var first = 0; first < count;)
        {
            var before = deaths.Ended;
            try
            {
                using var call = client.IngestEvents(new CallOptions(bed.Stack.Headers, cancellationToken: cancellationToken).WithWaitForReady());
                foreach (var part in Enumerable.Range(first, Math.Min(PerCall, count - first)).Chunk(PerPart))
                {
                    // A slow relay, so that there is something to be killed in.
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
                    await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { part.Select(Event) } }, cancellationToken);
                }
                await call.RequestStream.CompleteAsync();
                first += (int)(await call).AcknowledgedCount;
            }
            catch (Exception e) when (deaths.Begun > before && !cancellationToken.IsCancellationRequested
                && (e is RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled } or InvalidOperationException or IOException))
            {
                // It was killed during the call, perhaps while the connection was made, and what it stored is told again. Whatever breaks a
                // call while nobody was killed is a fault of its own.
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
        return count;

        DeliveryEventInput Event(int i) => new()
        {
            EventKey = string.Create(CultureInfo.InvariantCulture, $"{teller}-{i}"), Kind = DeliveryEventKind.Failed, EnhancedCode = "5.1.1",
            // All tellers tell of all addresses.
            Address = string.Create(CultureInfo.InvariantCulture, $"p{i % (count / PerAddress)}@killed.example"), EventTime = Timestamp.FromDateTimeOffset(now.AddSeconds(-((i * 7919) % 100_000) - teller)),
        };
    }

    /// <summary>How often somebody was killed: a call that began before the last had ended, or after which another began, can have met one.</summary>
    private sealed class Deaths
    {
        private int _begun;
        private int _ended;

        public int Begun => Volatile.Read(ref _begun);

        public int Ended => Volatile.Read(ref _ended);

        public void Begin() => Interlocked.Increment(ref _begun);

        public void End() => Interlocked.Increment(ref _ended);
    }
}
