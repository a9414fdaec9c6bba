using System.Data.Common;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Sequences.LeadScores;

/// <summary>Points that this process is bringing to Contacts.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="ContactId">The contact.</param>
/// <param name="AwardId">Identifies them.</param>
/// <param name="RuleId">The rule.</param>
/// <param name="Points">The points.</param>
/// <param name="Attempt">Which attempt it is, from 1.</param>
public sealed record TakenAward(long AccountId, long ContactId, long AwardId, long RuleId, int Points, int Attempt);

/// <summary>Writes points down, and finds those that are on the way.</summary>
public sealed class LeadScoreAwardStore(SequencesDbContext db, IdSequence ids)
{
    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("lead_score_award_id", NpgsqlDbType.Bigint), new("lead_score_rule_id", NpgsqlDbType.Bigint),
        new("status_version", NpgsqlDbType.Bigint), new("engagement", NpgsqlDbType.Smallint), new("points", NpgsqlDbType.Integer), new("award_time", NpgsqlDbType.TimestampTz),
        new("state", NpgsqlDbType.Smallint), new("due_time", NpgsqlDbType.TimestampTz), new("attempt_count", NpgsqlDbType.Integer),
    ];

    // Bringing them twice does no harm, so a time is enough of a lease: who is not heard of until then has died, or is slow.
    private static readonly SqlText Take = new(
        """
        WITH due AS MATERIALIZED (
          SELECT account_id, contact_id, lead_score_award_id FROM lead_score_awards WHERE due_time <= @now ORDER BY due_time LIMIT @batch FOR UPDATE SKIP LOCKED)
        UPDATE lead_score_awards AS a SET due_time = @lease, attempt_count = a.attempt_count + 1 FROM due AS d
        WHERE a.account_id = d.account_id AND a.contact_id = d.contact_id AND a.lead_score_award_id = d.lead_score_award_id
        RETURNING a.account_id, a.contact_id, a.lead_score_award_id, a.lead_score_rule_id, a.points, a.attempt_count
        """,
        """
        WITH due AS (SELECT TOP (@batch) * FROM lead_score_awards WITH (UPDLOCK, ROWLOCK, READPAST) WHERE due_time <= @now ORDER BY due_time)
        UPDATE due SET due_time = @lease, attempt_count = attempt_count + 1
        OUTPUT inserted.account_id, inserted.contact_id, inserted.lead_score_award_id, inserted.lead_score_rule_id, inserted.points, inserted.attempt_count
        """);

    private static readonly SqlText Settle = new(
        """
        UPDATE lead_score_awards AS a SET state = @state, due_time = NULL FROM unnest(@contacts, @ids) AS m(contact_id, id)
        WHERE a.account_id = @account AND a.contact_id = m.contact_id AND a.lead_score_award_id = m.id
        """,
        """
        UPDATE a SET state = @state, due_time = NULL FROM lead_score_awards AS a
        JOIN OPENJSON(@ids) AS i ON a.lead_score_award_id = CAST(i.value AS bigint) JOIN OPENJSON(@contacts) AS c ON c.[key] = i.[key] AND a.contact_id = CAST(c.value AS bigint)
        WHERE a.account_id = @account
        """);

    // Whoever has taken them since knows better.
    private static readonly SqlText PutOff = new(
        """
        UPDATE lead_score_awards AS a SET due_time = @due FROM unnest(@contacts, @ids, @attempts) AS m(contact_id, id, attempt)
        WHERE a.account_id = @account AND a.contact_id = m.contact_id AND a.lead_score_award_id = m.id AND a.attempt_count = m.attempt AND a.due_time IS NOT NULL
        """,
        """
        UPDATE a SET due_time = @due FROM lead_score_awards AS a
        JOIN OPENJSON(@ids) AS i ON a.lead_score_award_id = CAST(i.value AS bigint) JOIN OPENJSON(@contacts) AS c ON c.[key] = i.[key] AND a.contact_id = CAST(c.value AS bigint)
        JOIN OPENJSON(@attempts) AS t ON t.[key] = i.[key] AND a.attempt_count = CAST(t.value AS bigint)
        WHERE a.account_id = @account AND a.due_time IS NOT NULL
        """);

    /// <summary>Writes down what contacts get, within the open transaction.</summary>
    /// <param name="awards">What for.</param>
    /// <param name="changeTime">Of the change.</param>
    /// <param name="due">When it is to be brought to Contacts, by the machine's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(IReadOnlyList<(LeadScoreRuleRow Rule, ContactMove Entry)> awards, DateTime changeTime, DateTime due, CancellationToken cancellationToken)
    {
        var numbers = await ids.TakeAsync(awards.Count, cancellationToken);
        await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), "lead_score_awards", Columns, awards.Select((a, i) => new object?[]
        {
            db.AccountId, a.Entry.To.ContactId, numbers[i], a.Rule.LeadScoreRuleId, a.Entry.To.Version, (short)a.Entry.To.Engagement, a.Rule.Points, changeTime, (short)LeadScoreAwardOutcome.Waiting, due, 0,
        }), cancellationToken);
    }

    /// <summary>Takes points of any account that are due, those first that are due longest.</summary>
    /// <param name="now">The machine's time.</param>
    /// <param name="lease">When they are due again, unless they are settled before.</param>
    /// <param name="batch">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<List<TakenAward>> TakeAsync(DateTime now, DateTime lease, int batch, CancellationToken cancellationToken)
    {
        await using var command = Command(Take).With("now", now).With("lease", lease).With("batch", batch);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<TakenAward>();
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt32(4), reader.GetInt32(5)));
        }
        return taken;
    }

    /// <summary>Notes what became of points, within the open transaction.</summary>
    /// <returns>How many.</returns>
    public async Task<int> SettleAsync(IReadOnlyCollection<TakenAward> awards, LeadScoreAwardOutcome state, CancellationToken cancellationToken)
    {
        await using var command = Command(Settle).With("account", db.AccountId).With("state", (short)state).WithIds("contacts", [.. awards.Select(a => a.ContactId)]).WithIds("ids", [.. awards.Select(a => a.AwardId)]);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Has points wait, within the open transaction.</summary>
    /// <returns>How many.</returns>
    public async Task<int> PutOffAsync(IReadOnlyCollection<TakenAward> awards, DateTime due, CancellationToken cancellationToken)
    {
        await using var command = Command(PutOff).With("account", db.AccountId).With("due", due).WithIds("contacts", [.. awards.Select(a => a.ContactId)]).WithIds("ids", [.. awards.Select(a => a.AwardId)])
            .WithIds("attempts", [.. awards.Select(a => (long)a.Attempt)]);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());
}
