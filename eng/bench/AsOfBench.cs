using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// GetFunnelReport as of moments from the most distant to the last, over contacts that have moved five times each, against the
/// statement that looks up each contact's last entry before the moment. Both must count the same. The result is the slowest moment of each.
/// </summary>
internal static class AsOfBench
{
    private const long Account = ContactsHost.Account;
    private const int Moves = 5;
    private const string Start = "TIMESTAMPTZ '2025-01-01 00:00:00Z'";

    /// <summary>Days since the first of January 2025: before anybody had moved, while they moved the first, third and fifth time, and after all of it.</summary>
    private static readonly int[] _days = [-15, 30, 150, 270, 310];

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis, Contacts and Funnel");
        await using var stack = await OwnStack.StartAsync(1, cancellationToken);
        BenchRun.Progress(string.Create(CultureInfo.InvariantCulture, $"writing {run.Size} contacts with {Moves} entries each"));
        await FillAsync(stack, run.Size, cancellationToken);
        await using var connection = new NpgsqlConnection(stack.Funnel.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var reports = new FunnelReportService.FunnelReportServiceClient(stack.Funnel.Service.Channel);
        var (slowest, slowestByHand) = (0.0, 0.0);
        foreach (var day in _days)
        {
            var moment = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day);
            var (work, limit) = (new List<double>(), new List<double>());
            // The first is not counted: it fills what is kept in memory.
            for (var round = 0; round <= run.Rounds; round++)
            {
                GetFunnelReportResponse report = null!;
                Dictionary<(FunnelStage, bool), long> counts = null!;
                await stack.RenewHeadersAsync(cancellationToken);
                var ours = await SegmentBed.TimeAsync(async () => report = await reports.GetFunnelReportAsync(new() { AsOfTime = Timestamp.FromDateTime(moment) }, stack.Headers, cancellationToken: cancellationToken));
                var byHand = await SegmentBed.TimeAsync(async () => counts = await CountAsync(connection, moment, cancellationToken));
                foreach (var stage in report.StageCounts)
                {
                    BenchRun.Check($"{stage.Stage} on {moment:yyyy-MM-dd}", stage.ActiveCount, counts.GetValueOrDefault((stage.Stage, false)) + (stage.Stage == report.DefaultStage ? counts.GetValueOrDefault((FunnelStage.Unspecified, false)) : 0));
                    BenchRun.Check($"lost from {stage.Stage} on {moment:yyyy-MM-dd}", stage.LostCount, counts.GetValueOrDefault((stage.Stage, true)));
                }
                BenchRun.Check($"contacts on {moment:yyyy-MM-dd}", report.ContactCount, counts.Values.Sum());
                if (round > 0)
                {
                    work.Add(ours / 1000);
                    limit.Add(byHand / 1000);
                }
            }
            BenchRun.Sample($"as of {moment:yyyy-MM-dd}", work.Median(), "s");
            BenchRun.Sample("  by hand", limit.Median(), "s");
            (slowest, slowestByHand) = (Math.Max(slowest, work.Median()), Math.Max(slowestByHand, limit.Median()));
        }
        return new Outcome(slowest, "s", slowestByHand);
    }

    private static async Task<Dictionary<(FunnelStage, bool), long>> CountAsync(NpgsqlConnection connection, DateTime moment, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT COALESCE(h.to_stage, 0), COALESCE(h.to_lost, false), COUNT(*) FROM contact_stages c LEFT JOIN (
              SELECT DISTINCT ON (contact_id) contact_id, to_stage, to_lost FROM stage_changes
              WHERE account_id = {Account} AND change_time <= @moment ORDER BY contact_id, version DESC) h ON h.contact_id = c.contact_id
            WHERE c.account_id = {Account} AND c.create_time <= @moment GROUP BY 1, 2
            """, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("moment", moment);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<(FunnelStage, bool), long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            counts[((FunnelStage)reader.GetInt32(0), reader.GetBoolean(1))] = reader.GetInt64(2);
        }
        return counts;
    }

    /// <summary>
    /// Everybody moves in each of five periods of 60 days, by one to three stages; the last move of one in twenty is to be lost. They were
    /// created in the month before.
    /// </summary>
    private static Task FillAsync(OwnStack stack, int contacts, CancellationToken cancellationToken)
    {
        static string Stage(string version) => $"1 + (i * 7 + ({version}) * (1 + i % 3)) % 5";
        const string lost = "i % 20 = 0";
        return OwnStack.ExecuteAsync(stack.Funnel.Database, cancellationToken,
            $"""
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, lost_cause, record_inactive, version, change_time, create_time)
            SELECT {Account}, i, CASE WHEN {lost} THEN {Stage("4")} ELSE {Stage("5")} END, {lost}, CASE WHEN {lost} THEN 2 ELSE 0 END, false, {Moves},
              {Start} + INTERVAL '{(Moves - 1) * 60} days' + (i * 7919 % 5184000) * INTERVAL '1 second', {Start} - INTERVAL '30 days' + (i * 104729 % 2592000) * INTERVAL '1 second'
            FROM generate_series(1::bigint, {contacts}::bigint) i
            """,
            $"""
            INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name, from_stage, from_lost, to_stage, to_lost, cause, run_id)
            SELECT {Account}, i, v, {Start} + (v - 1) * INTERVAL '60 days' + (i * 7919 % 5184000) * INTERVAL '1 second', 1, 'crowd', 'crowd',
              CASE WHEN v > 1 THEN {Stage("v - 1")} END, false, CASE WHEN v = {Moves} AND {lost} THEN {Stage("v - 1")} ELSE {Stage("v")} END, v = {Moves} AND {lost}, 2, 0
            FROM generate_series(1::bigint, {contacts}::bigint) i CROSS JOIN generate_series(1, {Moves}) v
            """,
            "VACUUM (ANALYZE) contact_stages, stage_changes",
            "CHECKPOINT");
    }
}
