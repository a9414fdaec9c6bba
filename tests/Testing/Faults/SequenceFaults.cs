using System.Diagnostics;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>Contacts on their way through a sequence, on a clock on which days take seconds, while those who send to them die.</summary>
internal static class SequenceFaults
{
    private const int Steps = 5;

    /// <summary>One of so many contacts loses its family name, which the third mail needs.</summary>
    private const int Lacking = 7;

    /// <summary>The flag of an enrolment that a mail of it has gone out.</summary>
    private const int Contacted = 16;

    /// <summary>How long a kill waits for steps that are in hand.</summary>
    private static readonly TimeSpan InHandWithin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Sequences and Deliverability killed (kill -9) at random moments: each contact gets each step once, ends as in a run that nobody
    /// disturbs, and its sender never sends more a day than it may. One process or two, as the seed says, and in each try some kills, or 50
    /// where there are many contacts, each while steps are reserved and not yet settled.
    /// </summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        if (bed.Size < 10_000)
        {
            await KilledAsync(bed, 2, 2, contacts: 10, daysPerSecond: 10, cancellationToken);
            return;
        }
        await KilledAsync(bed, 1 + bed.Random.Next(2), 50, contacts: 10_000, daysPerSecond: 2, cancellationToken);
    }

    private static async Task KilledAsync(FaultBed bed, int replicas, int kills, int contacts, int daysPerSecond, CancellationToken cancellationToken)
    {
        var own = HostServers.Own(bed.Stack.Postgres, bed.Stack.Redis);
        // Each try has databases of its own.
        var servers = own with { CreateDatabaseAsync = (name, cancel) => own.CreateDatabaseAsync($"{name} {bed.NewName()}".Replace(' ', '_'), cancel) };
        await using var mail = await DeliverabilityHost.StartAsync(bed.Stack.Contacts, 1, cancellationToken, gate: false, servers, new Dictionary<string, string?> { ["Sending__PerSenderPerSecond"] = "1000000" });
        mail.Mail.Behaviour.Kept = 1;
        await using var host = await SequencesHost.StartAsync(bed.Stack.Contacts, replicas, cancellationToken, gate: false, servers, new Dictionary<string, string?>
        {
            ["services__deliverability__grpc__0"] = mail.Service.Grpc.ToString(),
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Clock__Beginning"] = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
            ["Clock__Speed"] = (daysPerSecond * 86_400).ToString(CultureInfo.InvariantCulture),
            ["Engine__Lease"] = "00:00:01",
        });
        ServiceHost[] all = [.. host.Replicas, mail.Service];
        foreach (var service in all)
        {
            service.ExpectErrors("");
        }
        var crowd = await Crowd.FillAsync(bed.Stack, contacts, 0, cancellationToken);
        var run = new SequenceRun(bed, host, mail, crowd, DailyLimit: Math.Max(10, contacts * Steps / 10));
        var started = Stopwatch.GetTimestamp();
        var undisturbed = await run.ThroughAsync(_ => Task.CompletedTask, cancellationToken);
        bed.Log(string.Create(CultureInfo.InvariantCulture, $"undisturbed it takes {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"));
        var (inHand, killed) = (0L, 0);
        // With 800 days to go, somebody is on the way as long as there are kills to come.
        run = run with { DailyLimit = Math.Max(10, contacts * Steps / 800) };
        started = Stopwatch.GetTimestamp();
        var disturbed = await run.ThroughAsync(async through =>
        {
            for (; killed < kills && !await through(); killed++)
            {
                await bed.SomeTimeAsync(TimeSpan.FromSeconds(contacts < 10_000 ? 1 : 0.5), cancellationToken);
                inHand += contacts < 10_000 ? await run.InHandAsync(cancellationToken) : await run.SomeInHandAsync(through, cancellationToken);
                await FaultBed.KillAndStartAsync(all[bed.Random.Next(all.Length)], cancellationToken);
            }
        }, cancellationToken);
        bed.Log(string.Create(CultureInfo.InvariantCulture, $"{replicas} processes, {killed} kills: {contacts} contacts in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {inHand} steps were reserved when somebody was killed"));
        // Whoever has no mail that is known to have gone out cannot stand as without kills: a killed Deliverability cannot tell.
        var other = undisturbed.Where(u => disturbed.TryGetValue(u.Key, out var standing) && standing != u.Value).Select(u => $"{u.Key} is {disturbed[u.Key]}, and {u.Value} without kills").ToList();
        bed.Log(string.Create(CultureInfo.InvariantCulture, $"{undisturbed.Count - disturbed.Count} contacts are left out, since the outcome of all their mails is unknown"));
        FaultBed.Must(contacts < 10_000 || killed == kills, $"everybody was through after {killed} of {kills} kills");
        FaultBed.Must(undisturbed.Count == contacts && disturbed.Count >= contacts / 2, $"only {undisturbed.Count} and {disturbed.Count} of {contacts} contacts can be compared");
        FaultBed.Must(other.Count == 0, $"{other.Count} contacts end otherwise: {string.Join("; ", other.Take(5))}");
    }

    /// <summary>A mail of a step, as Deliverability has it.</summary>
    private sealed record StepMessage(long Contact, string Step, MessageState State);

    /// <summary>Contacts going through a sequence.</summary>
    private sealed record SequenceRun(FaultBed Bed, SequencesHost Host, DeliverabilityHost Mail, Crowd Crowd, int DailyLimit)
    {
        /// <summary>Has all contacts go through a new sequence, and looks at everything.</summary>
        /// <param name="disturb">What is done meanwhile; is told how to ask whether everybody is through.</param>
        /// <param name="cancellationToken">Gives up.</param>
        /// <returns>How each contact stands in the end who has a mail that has gone out.</returns>
        public async Task<Dictionary<long, string>> ThroughAsync(Func<Func<Task<bool>>, Task> disturb, CancellationToken cancellationToken)
        {
            var sequencing = new SequenceService.SequenceServiceClient(Host.Service.Channel);
            var sequence = (await sequencing.CreateSequenceAsync(new() { Sequence = Sequence() }, Options(cancellationToken))).Sequence;
            await sequencing.ActivateSequenceAsync(new() { SequenceId = sequence.SequenceId }, Options(cancellationToken));
            await sequencing.PauseSequenceAsync(new() { SequenceId = sequence.SequenceId }, Options(cancellationToken));
            await NameAsync("Example", cancellationToken);
            foreach (var part in Crowd.LabelledIds.Chunk(1000))
            {
                await new EnrollmentService.EnrollmentServiceClient(Host.Service.Channel).EnrollContactsAsync(new() { SequenceId = sequence.SequenceId, ContactIds = { part }, RequestId = Bed.NewName() }, Options(cancellationToken));
            }
            await NameAsync("", cancellationToken);
            await sequencing.ActivateSequenceAsync(new() { SequenceId = sequence.SequenceId }, Options(cancellationToken));
            await disturb(IsThroughAsync);
            await FaultBed.UntilAsync("everybody is through", IsThroughAsync, cancellationToken, TimeSpan.FromMinutes(5));
            await FaultBed.UntilAsync("every mail has an end", async () => await OwnStack.NumberAsync(Mail.Database, $"SELECT COUNT(*) FROM messages WHERE state IN ({(int)MessageState.Queued}, {(int)MessageState.Sending})", cancellationToken) == 0, cancellationToken, TimeSpan.FromMinutes(5));
            var mails = await MailsAsync(sequence.SequenceId, cancellationToken);
            await CheckAsync(sequence, mails, cancellationToken);
            var reached = mails.Where(m => m.State == MessageState.Sent).Select(m => m.Contact).ToHashSet();
            await FaultBed.UntilAsync("Sequences has heard of them", async () => await NumberAsync($"SELECT COUNT(*) FROM enrollments WHERE sequence_id = {sequence.SequenceId} AND flags & {Contacted} <> 0", cancellationToken) == reached.Count, cancellationToken, TimeSpan.FromMinutes(1));
            return await StandingsAsync(sequence.SequenceId, reached, cancellationToken);

            async Task<bool> IsThroughAsync()
            {
                // Asked all the time it costs a quarter of what the services spend.
                await Task.Delay(TimeSpan.FromMilliseconds(Crowd.Labelled / 20), TimeProvider.System, cancellationToken);
                return await NumberAsync(
                    $"""
                    SELECT COUNT(*) FROM (SELECT 1 FROM enrollments WHERE sequence_id = {sequence.SequenceId}
                      AND (due_time IS NOT NULL OR wait_seconds = 0 AND status = 1 OR dispatch_id IN (SELECT dispatch_id FROM dispatches WHERE state = 1)) LIMIT 1) AS one
                    """, cancellationToken) == 0;
            }
        }

        /// <summary>How many steps are reserved and not settled.</summary>
        public Task<long> InHandAsync(CancellationToken cancellationToken) =>
            NumberAsync("SELECT COUNT(*) FROM step_sends s JOIN dispatches d USING (account_id, dispatch_id) WHERE d.state = 1", cancellationToken);

        /// <summary>The same as soon as there are some, everybody is through, or it has taken too long.</summary>
        public async Task<long> SomeInHandAsync(Func<Task<bool>> through, CancellationToken cancellationToken)
        {
            for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken))
            {
                if (await InHandAsync(cancellationToken) is var found && (found > 0 || Stopwatch.GetElapsedTime(began) > InHandWithin || await through()))
                {
                    return found;
                }
            }
        }

        private Sequence Sequence() => new()
        {
            DisplayName = Bed.NewName(),
            Settings = new() { FromEmail = $"{Bed.NewName().Replace(' ', '-')}@sender.example", DailyLimit = DailyLimit, Jitter = Duration.FromTimeSpan(TimeSpan.FromHours(2)) },
            Steps =
            {
                Enumerable.Range(1, SequenceFaults.Steps).Select(i => new Step
                {
                    Delay = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
                    AutomaticEmail = new() { Variants = { Enumerable.Range(1, 2).Select(v => new EmailTemplate { Subject = $"Step {i}", Text = i == 3 ? "Dear {{family_name}}" : $"Wording {v}" }) } },
                }),
            },
        };

        private async Task NameAsync(string name, CancellationToken cancellationToken)
        {
            await Parallel.ForEachAsync(Crowd.LabelledIds.Where(id => id % Lacking == 0), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (id, cancel) =>
                await Bed.Stack.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = id, FamilyName = name }, UpdateMask = new() { Paths = { "family_name" } } }, Options(cancel)));
        }

        /// <summary>Each step was reserved once and is once in Deliverability's queue, and no day has more than it may.</summary>
        private async Task CheckAsync(Sequence sequence, List<StepMessage> mails, CancellationToken cancellationToken)
        {
            var lacking = Crowd.LabelledIds.Count(id => id % Lacking == 0);
            var expected = (Crowd.Labelled * SequenceFaults.Steps) - (lacking * (SequenceFaults.Steps - 2));
            var reserved = $"FROM step_sends s JOIN dispatches d USING (account_id, dispatch_id) WHERE d.sequence_id = {sequence.SequenceId}";
            FaultBed.Must(await NumberAsync($"SELECT COUNT(DISTINCT (s.enrollment_id, d.step_id)) {reserved}", cancellationToken) == expected && await NumberAsync($"SELECT COUNT(*) {reserved}", cancellationToken) == expected,
                $"{expected} steps should have been reserved, and {await NumberAsync($"SELECT COUNT(*) {reserved}", cancellationToken)} were");
            FaultBed.Must(await NumberAsync($"SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n {reserved} GROUP BY date_trunc('day', d.reserve_time AT TIME ZONE 'UTC')) d", cancellationToken) <= DailyLimit, "a sender has sent more in a day than it may");
            var many = mails.GroupBy(m => (m.Contact, m.Step)).Count(m => m.Count() > 1);
            FaultBed.Must(many == 0 && mails.Count == expected, $"{expected} mails should be queued once each; {mails.Count} are, {many} of them more than once");
            var failed = mails.Where(m => m.State is not (MessageState.Sent or MessageState.OutcomeUnknown)).ToList();
            FaultBed.Must(failed.Count == 0, $"{failed.Count} mails ended otherwise than sent or unknown: {string.Join("; ", failed.Take(5))}");
        }

        /// <summary>The mails of a sequence that there are at Deliverability.</summary>
        private async Task<List<StepMessage>> MailsAsync(long sequenceId, CancellationToken cancellationToken)
        {
            var steps = new Dictionary<long, string>();
            await ReadAsync(Mail.Database, "SELECT transmission_id, header FROM transmissions", row =>
            {
                var metadata = Transmission.Parser.ParseFrom(row.GetFieldValue<byte[]>(1)).Metadata;
                if (metadata["sequence_id"] == sequenceId.ToString(CultureInfo.InvariantCulture))
                {
                    steps[row.GetInt64(0)] = metadata["step_id"];
                }
            }, cancellationToken);
            var mails = new List<StepMessage>();
            await ReadAsync(Mail.Database, "SELECT transmission_id, contact_id, state FROM messages", row =>
            {
                if (steps.TryGetValue(row.GetInt64(0), out var step))
                {
                    mails.Add(new(row.GetInt64(1), step, (MessageState)row.GetInt16(2)));
                }
            }, cancellationToken);
            return mails;
        }

        /// <summary>How each of these contacts stands.</summary>
        private async Task<Dictionary<long, string>> StandingsAsync(long sequenceId, HashSet<long> contacts, CancellationToken cancellationToken)
        {
            var standings = new Dictionary<long, string>();
            await ReadAsync(Host.Database,
                $"""
                SELECT e.contact_id, concat_ws('/', e.status, e.finish_reason, e.flags, e.version,
                  (SELECT COUNT(*) FROM enrollment_changes c WHERE c.account_id = e.account_id AND c.enrollment_id = e.enrollment_id),
                  (SELECT COUNT(*) FROM step_sends s WHERE s.account_id = e.account_id AND s.enrollment_id = e.enrollment_id), s.engagement, s.opted_out, s.call_status, s.first_working_time IS NOT NULL)
                FROM enrollments e JOIN contact_statuses s USING (account_id, contact_id) WHERE e.sequence_id = {sequenceId}
                """, row => standings[row.GetInt64(0)] = row.GetString(1), cancellationToken);
            return standings.Where(s => contacts.Contains(s.Key)).ToDictionary();
        }

        private Task<long> NumberAsync(string question, CancellationToken cancellationToken) => OwnStack.NumberAsync(Host.Database, question, cancellationToken);

        private CallOptions Options(CancellationToken cancellationToken) => new CallOptions(Bed.Stack.Headers, cancellationToken: cancellationToken).WithWaitForReady();

        private static async Task ReadAsync(TestDatabase database, string question, Action<System.Data.Common.DbDataReader> each, CancellationToken cancellationToken)
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = question;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                each(reader);
            }
        }
    }
}
