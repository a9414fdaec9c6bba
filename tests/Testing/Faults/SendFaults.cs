using System.Globalization;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>Sending while its processes are killed and frozen, and the mail server is slow, refuses, and drops connections.</summary>
internal static class SendFaults
{
    private const int PerSecond = 300;

    private const int GroupSize = 2;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <summary>Killed at random moments, no message is lost and none is sent twice; nobody can tell of a few whether they were.</summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        if (bed.Size < 10_000)
        {
            await KilledAsync(bed, 2, 2, cancellationToken);
            return;
        }
        await KilledAsync(bed, 1, 25, cancellationToken);
        await KilledAsync(bed, 2, 25, cancellationToken);
    }

    private static async Task KilledAsync(FaultBed bed, int replicas, int kills, CancellationToken cancellationToken)
    {
        var own = HostServers.Own(bed.Stack.Postgres, bed.Stack.Redis);
        // Each try has a database of its own.
        var servers = own with { CreateDatabaseAsync = (name, cancel) => own.CreateDatabaseAsync($"{name} {bed.NewName()}".Replace(' ', '_'), cancel) };
        await using var host = await DeliverabilityHost.StartAsync(bed.Stack.Contacts, replicas, cancellationToken, gate: false, servers, new Dictionary<string, string?>
        {
            ["Sending__PerSenderPerSecond"] = PerSecond.ToString(CultureInfo.InvariantCulture),
            ["Sending__GroupSize"] = GroupSize.ToString(CultureInfo.InvariantCulture),
        });
        foreach (var replica in host.Replicas)
        {
            replica.ExpectErrors("");
        }
        var hurt = new Lock();
        var random = new Random(bed.Random.Next());
        var (unanswered, inHand) = (0, 0L);
        host.Mail.Behaviour.Answer = Answer;
        var messages = 0;
        var domain = bed.NewName().Replace(' ', '-');

        for (var kill = 0; kill < kills; kill++)
        {
            while (await NumberAsync("state = 1") < 3 * PerSecond)
            {
                // There is always more to send than is sent until the next kill.
                messages += await QueueAsync(bed, host, domain, messages, cancellationToken);
            }
            var victim = host.Replicas[bed.Random.Next(replicas)];
            await bed.SomeTimeAsync(TimeSpan.FromSeconds(1), cancellationToken);
            inHand += await NumberAsync("state = 2");
            if (kill == 0)
            {
                // Frozen for longer than its reservations hold, and then it goes on as if nothing had been. At first, so that what it makes of
                // that is among what is judged.
                victim.Process.Suspend();
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken);
                victim.Process.Resume();
            }
            else
            {
                await FaultBed.KillAndStartAsync(victim, cancellationToken);
            }
        }
        // A sender's last reservation has to run out before its outcome is called unknown. Whoever was only frozen tells afterwards what
        // became of the mails that were given up for it, and some of them go back to the queue: what is judged is what was looked at.
        List<(string Email, MessageState State)> states = [];
        await FaultBed.UntilAsync("everything is sent", async () =>
            await NumberAsync("state IN (1, 2)") == 0
            && (states = await StatesAsync(host.Database, cancellationToken)).TrueForAll(s => s.State is not (MessageState.Queued or MessageState.Sending)), cancellationToken);

        var arrived = host.Mail.Mails.GroupBy(m => m.To.Single()).ToDictionary(g => g.Key, g => g.Count());
        FaultBed.Must(states.Count == messages, $"{messages} messages were queued, and there are {states.Count}");
        var wrong = states.Where(s => !Right(s.State, arrived.GetValueOrDefault(s.Email))).Select(s => $"{s.Email} is {s.State} and arrived {arrived.GetValueOrDefault(s.Email)} times").ToList();
        FaultBed.Must(wrong.Count == 0, $"{wrong.Count} messages are not as they are told: {string.Join("; ", wrong.Take(10))}");
        var unknown = states.Count(s => s.State == MessageState.OutcomeUnknown);
        bed.Log($"{replicas} processes, {kills} times: {states.Count} messages: {string.Join(", ", states.CountBy(s => s.State).Select(s => $"{s.Value} {s.Key}"))}; {host.Mail.Count} arrived; {inHand} were reserved when somebody was hurt");
        // Eight connections of each process that died, each with the group that it sent, one that was ready and one whose results were being written, and what was not answered.
        FaultBed.Must(unknown <= kills * 8 * 3 * GroupSize + unanswered, $"of {unknown} messages the outcome is unknown");
        FaultBed.Must(kills < 10 || inHand > kills, "hardly anything was being sent whenever somebody was hurt");
        FaultBed.Must(await NumberAsync("state = 3 AND address_id IN (SELECT address_id FROM addresses WHERE last_sent_time IS NULL)") == 0, "addresses do not know of mails that were sent to them");
        FaultBed.Must(await NumberAsync("state = 3 AND NOT EXISTS (SELECT 1 FROM delivery_events e WHERE e.account_id = messages.account_id AND e.message_id = messages.message_id AND e.kind = 1)") == 0, "messages were sent, and no event tells of it");

        // The sender's rate is one rate, however many processes send: a second's worth at once, and what connections had in hand.
        var times = host.Mail.Mails.Select(m => m.Time).Order().ToList();
        for (var (first, last) = (0, 0); last < times.Count; last++)
        {
            while (times[last] - times[first] > Window)
            {
                first++;
            }
            FaultBed.Must(last - first < PerSecond * (Window.TotalSeconds + 1) + (replicas * 8 * 2 * GroupSize), $"{last - first + 1} mails of one sender came within {Window.TotalSeconds} s");
        }

        SinkAnswer? Answer(SinkStep step, string address)
        {
            lock (hurt)
            {
                var chance = random.NextDouble();
                switch (step)
                {
                    case SinkStep.Connected when chance < 0.02:
                        return chance < 0.01 ? new("421 4.3.2 too many of you") : new(Drop: true);
                    case SinkStep.From when chance < 0.002:
                        return new("421 4.3.2 going down");
                    case SinkStep.Recipient when chance < 0.01:
                        return new("451 4.3.0 not now");
                    case SinkStep.Data when chance < 0.005:
                        return new(Drop: true);
                    case SinkStep.End when chance < 0.005:
                        unanswered++;
                        // Longer than anybody waits for it.
                        return chance < 0.001 ? new(Delay: TimeSpan.FromSeconds(3)) : new(Drop: true);
                    case SinkStep.End:
                        return new(Delay: TimeSpan.FromMilliseconds(random.Next(10)));
                    default:
                        return null;
                }
            }
        }

        async Task<long> NumberAsync(string which)
        {
            await using var connection = await host.Database.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT COUNT(*) FROM messages WHERE {which}";
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        }
    }

    private static bool Right(MessageState state, int arrived) => state switch
    {
        MessageState.Sent => arrived == 1,
        MessageState.Failed => arrived == 0,
        MessageState.OutcomeUnknown => arrived <= 1,
        _ => false,
    };

    private static async Task<int> QueueAsync(FaultBed bed, DeliverabilityHost host, string domain, int first, CancellationToken cancellationToken)
    {
        const int Count = 500;
        // Whoever was killed a moment ago is not called.
        var service = host.Replicas.First(r => !r.Process.HasExited);
        await new TransmissionService.TransmissionServiceClient(service.Channel).CreateTransmissionAsync(new()
        {
            Transmission = new() { FromEmail = "shop@example.org" },
            Content = new() { Subject = "Hello {{email}}", Text = "A line." },
            Recipients = { Enumerable.Range(first, Count).Select(i => new Recipient { Email = $"p{i}@{domain}.example" }) },
            RequestId = bed.NewName(),
        }, new CallOptions(bed.Stack.Headers, cancellationToken: cancellationToken).WithWaitForReady());
        return Count;
    }

    private static async Task<List<(string Email, MessageState State)>> StatesAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        var states = new List<(string, MessageState)>();
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT a.address, m.state FROM messages m JOIN addresses a ON a.account_id = m.account_id AND a.address_id = m.address_id";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add((reader.GetString(0), (MessageState)reader.GetInt16(1)));
        }
        return states;
    }
}
