using System.Globalization;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;

namespace ContactPlatform.Testing.Faults;

/// <summary>Sending while its processes are killed and frozen, and the mail server is slow, refuses, and drops connections.</summary>
internal static class SendFaults
{
    private const int PerSecond = 300;

    private const int GroupSize = 4;

    /// <summary>Killed at random moments, no message is lost and none is sent twice; nobody can tell of a few whether they were.</summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var kills = bed.Size < 10_000 ? 2 : 5;
        var own = HostServers.Own(bed.Stack.Postgres, bed.Stack.Redis);
        // Each try has a database of its own.
        var servers = own with { CreateDatabaseAsync = (name, cancel) => own.CreateDatabaseAsync($"{name} {bed.NewName()}".Replace(' ', '_'), cancel) };
        await using var host = await DeliverabilityHost.StartAsync(bed.Stack.Contacts, 2, cancellationToken, gate: false, servers, new Dictionary<string, string?>
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
        var unanswered = 0;
        host.Mail.Behaviour.Answer = Answer;
        var messages = await QueueAsync(bed, host, (int)(PerSecond * 1.2 * kills), cancellationToken);

        for (var kill = 0; kill < kills; kill++)
        {
            var victim = host.Replicas[bed.Random.Next(2)];
            await bed.SomeTimeAsync(TimeSpan.FromSeconds(1), cancellationToken);
            if (kill == 1)
            {
                // Frozen for longer than its reservations hold, and then it goes on as if nothing had been.
                victim.Process.Suspend();
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken);
                victim.Process.Resume();
            }
            else
            {
                await FaultBed.KillAndStartAsync(victim, cancellationToken);
            }
        }
        // A sender's last reservation has to run out before its outcome is called unknown.
        await FaultBed.UntilAsync("everything is sent", async () => await NumberAsync("state IN (1, 2)") == 0, cancellationToken);

        var arrived = host.Mail.Mails.GroupBy(m => m.To.Single()).ToDictionary(g => g.Key, g => g.Count());
        var states = await StatesAsync(host.Database, cancellationToken);
        FaultBed.Must(states.Count == messages, $"{messages} messages were queued, and there are {states.Count}");
        var wrong = states.Where(s => !Right(s.State, arrived.GetValueOrDefault(s.Email))).Select(s => $"{s.Email} is {s.State} and arrived {arrived.GetValueOrDefault(s.Email)} times").ToList();
        FaultBed.Must(wrong.Count == 0, $"{wrong.Count} messages are not as they are told: {string.Join("; ", wrong.Take(10))}");
        var unknown = states.Count(s => s.State == MessageState.OutcomeUnknown);
        bed.Log($"{states.Count} messages: {string.Join(", ", states.CountBy(s => s.State).Select(s => $"{s.Value} {s.Key}"))}; {host.Mail.Count} arrived");
        // Eight connections of each process that died, each with what it had reserved, and what was not answered.
        FaultBed.Must(unknown <= kills * 8 * GroupSize + unanswered, $"of {unknown} messages the outcome is unknown");
        FaultBed.Must(await NumberAsync("state = 3 AND address_id IN (SELECT address_id FROM addresses WHERE last_sent_time IS NULL)") == 0, "addresses do not know of mails that were sent to them");

        SinkAnswer? Answer(SinkStep step, string address)
        {
            lock (hurt)
            {
                var chance = random.NextDouble();
                switch (step)
                {
                    case SinkStep.Recipient when chance < 0.01:
                        return new("451 4.3.0 not now");
                    case SinkStep.Data when chance < 0.005:
                        return new(Drop: true);
                    case SinkStep.End when chance < 0.005:
                        unanswered++;
                        return new(Drop: true);
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

    private static async Task<int> QueueAsync(FaultBed bed, DeliverabilityHost host, int count, CancellationToken cancellationToken)
    {
        var transmissions = new TransmissionService.TransmissionServiceClient(host.Service.Channel);
        var domain = bed.NewName().Replace(' ', '-');
        foreach (var part in Enumerable.Range(0, count).Chunk(1000))
        {
            await transmissions.CreateTransmissionAsync(new()
            {
                Transmission = new() { FromEmail = "shop@example.org" },
                Content = new() { Subject = "Hello {{email}}", Text = "A line." },
                Recipients = { part.Select(i => new Recipient { Email = $"p{i}@{domain}.example" }) },
                RequestId = bed.NewName(),
            }, bed.Stack.Headers, cancellationToken: cancellationToken);
        }
        return count;
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
