using System.Globalization;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>A Sequences that sends to nobody, with a sequence of five mails a month apart.</summary>
internal sealed class SequenceBed : IAsyncDisposable
{
    /// <summary>Those that are idle are behind all that are ever due.</summary>
    private const long FirstIdle = 1_000_000_000;

    private SequenceBed(OwnStack stack, NullSender sender, SequencesHost host, Sequence sequence, int checkpointer) =>
        (Stack, Sender, Host, Sequence, Memory, Processor) = (stack, sender, host, sequence, new("Sequences", host.Service), new(host.Service.Process.Id, checkpointer));

    public OwnStack Stack { get; }

    public NullSender Sender { get; }

    public SequencesHost Host { get; }

    public Sequence Sequence { get; }

    public MemoryWatch Memory { get; }

    public ProcessorWatch Processor { get; }

    public TestDatabase Database => Host.Database;

    /// <summary>The first step, which whoever is due has done.</summary>
    public long FirstStep => Sequence.Steps[0].StepId;

    public static async Task<SequenceBed> StartAsync(CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis, Contacts and Sequences");
        var sender = await NullSender.StartAsync(cancellationToken);
        var stack = await OwnStack.StartAsync(0, cancellationToken);
        var host = await stack.StartSequencesAsync(cancellationToken, new Dictionary<string, string?> { ["services__deliverability__grpc__0"] = sender.Address.ToString() });
        var sequencing = new SequenceService.SequenceServiceClient(host.Service.Channel);
        var made = (await sequencing.CreateSequenceAsync(new()
        {
            Sequence = new()
            {
                DisplayName = "bench",
                Settings = new() { FromEmail = "bench@example.org" },
                Steps = { Enumerable.Range(1, 5).Select(i => new Step { Delay = Duration.FromTimeSpan(TimeSpan.FromDays(30)), AutomaticEmail = new() { Variants = { new EmailTemplate { Subject = $"Step {i}", Text = "Hello {{given_name}}" } } } }) },
            },
        }, stack.Headers, cancellationToken: cancellationToken)).Sequence;
        made = (await sequencing.ActivateSequenceAsync(new() { SequenceId = made.SequenceId }, stack.Headers, cancellationToken: cancellationToken)).Sequence;
        return new(stack, sender, host, made, (int)await OwnStack.NumberAsync(host.Database, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'", cancellationToken));
    }

    /// <summary>Empties what the work has filled, and writes enrolments that have done the first of five steps; the next is due when this is committed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="due">SQL for when.</param>
    /// <param name="idle">Enrolments of another hundred days that are left where they are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task FillAsync(int count, string due, bool idle, CancellationToken cancellationToken)
    {
        await ExecuteAsync(idle ? "DELETE FROM enrollments WHERE enrollment_id < 1000000000" : "TRUNCATE enrollments, contact_statuses", cancellationToken);
        await ExecuteAsync("TRUNCATE step_sends, dispatches, enrollment_changes, contact_status_changes, outbox, senders, sender_counts, tasks", cancellationToken);
        await ExecuteAsync(idle ? "VACUUM enrollments" : "SELECT 1", cancellationToken);
        await using var connection = (NpgsqlConnection)await Database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var sql in new[] { Statuses(1, count), Enrollments(1, count, due), "ANALYZE enrollments, contact_statuses" })
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Writes enrolments up to a number that have time: their next step is due within another hundred days.</summary>
    public async Task IdleAsync(long from, long to, CancellationToken cancellationToken)
    {
        const long Part = 500_000;
        for (var first = from; first < to; first += Part)
        {
            BenchRun.Progress($"{first} idle enrolments");
            var count = Math.Min(Part, to - first);
            await ExecuteAsync(Enrollments(FirstIdle + first, count, "now() + interval '1 day' + random() * interval '100 days'"), cancellationToken);
        }
        await ExecuteAsync("VACUUM (ANALYZE) enrollments", cancellationToken);
    }

    /// <summary>Waits until so many steps were sent, and their enrolments have gone on.</summary>
    public async Task UntilSentAsync(long recipients, CancellationToken cancellationToken)
    {
        while (Sender.Recipients < recipients || await NumberAsync("SELECT COUNT(*) FROM dispatches WHERE state = 1", cancellationToken) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    public Task<long> NumberAsync(string question, CancellationToken cancellationToken) => OwnStack.NumberAsync(Database, question, cancellationToken);

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => OwnStack.ExecuteAsync(Database, cancellationToken, sql);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Stack.DisposeAsync();
        await Sender.DisposeAsync();
    }

    private static string Statuses(long first, long count) => string.Create(CultureInfo.InvariantCulture,
        $"""
        INSERT INTO contact_statuses (account_id, contact_id, opted_out, call_status, engagement, engagement_time, first_working_time, record_inactive, deleted, version)
        SELECT {ContactsHost.Account}, id, false, 0, {(int)EngagementStatus.Working}, now(), now(), false, false, 2 FROM generate_series({first}::bigint, {first + count - 1}::bigint) AS id
        ON CONFLICT DO NOTHING
        """);

    private string Enrollments(long first, long count, string due) => string.Create(CultureInfo.InvariantCulture,
        $"""
        INSERT INTO enrollments (account_id, enrollment_id, sequence_id, contact_id, status, finish_reason, flags, last_step_id, due_time, dispatch_id, enroll_time, change_time, version)
        SELECT {ContactsHost.Account}, id, {Sequence.SequenceId}, id, 1, 0, 0, {FirstStep}, {due}, 0, now(), now(), 1 FROM generate_series({first}::bigint, {first + count - 1}::bigint) AS id
        """);
}
