using System.Data.Common;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Sequences.Automations;

/// <summary>What this process has taken.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="FiringId">What was set off.</param>
/// <param name="Epoch">Tells this taking from any other.</param>
public sealed record TakenFiring(long AccountId, long FiringId, long Epoch);

/// <summary>Writes down what was set off, and finds what is to be done.</summary>
public sealed class AutomationFiringStore(SequencesDbContext db, CurrentChain current, IdSequence ids)
{
    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("automation_firing_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("automation_rule_id", NpgsqlDbType.Bigint),
        new("rule_version", NpgsqlDbType.Bigint), new("status_version", NpgsqlDbType.Bigint), new("from_engagement", NpgsqlDbType.Smallint), new("engagement", NpgsqlDbType.Smallint),
        new("fire_time", NpgsqlDbType.TimestampTz), new("chain", NpgsqlDbType.Varchar), new("state", NpgsqlDbType.Smallint), new("stop_reason", NpgsqlDbType.Smallint),
        new("next_action", NpgsqlDbType.Integer), new("attempt_count", NpgsqlDbType.Integer), new("epoch", NpgsqlDbType.Bigint), new("due_time", NpgsqlDbType.TimestampTz),
    ];

    // Of each contact the first that is left: later ones wait for it, whoever has it and however long it takes.
    private static readonly SqlText Take = new(
        """
        WITH due AS MATERIALIZED (
          SELECT f.account_id, f.automation_firing_id FROM automation_firings AS f WHERE f.due_time <= @now AND NOT EXISTS (
            SELECT 1 FROM automation_firings AS p WHERE p.account_id = f.account_id AND p.contact_id = f.contact_id AND p.due_time IS NOT NULL
              AND (p.status_version < f.status_version OR p.status_version = f.status_version AND p.automation_firing_id < f.automation_firing_id))
          ORDER BY f.due_time LIMIT @batch FOR UPDATE OF f SKIP LOCKED)
        UPDATE automation_firings AS f SET due_time = @lease, epoch = f.epoch + 1 FROM due AS d WHERE f.account_id = d.account_id AND f.automation_firing_id = d.automation_firing_id
        RETURNING f.account_id, f.automation_firing_id, f.epoch
        """,
        """
        WITH due AS (
          SELECT TOP (@batch) f.* FROM automation_firings AS f WITH (UPDLOCK, ROWLOCK, READPAST) WHERE f.due_time <= @now AND NOT EXISTS (
            SELECT 1 FROM automation_firings AS p WHERE p.account_id = f.account_id AND p.contact_id = f.contact_id AND p.due_time IS NOT NULL
              AND (p.status_version < f.status_version OR p.status_version = f.status_version AND p.automation_firing_id < f.automation_firing_id))
          ORDER BY f.due_time)
        UPDATE due SET due_time = @lease, epoch = epoch + 1 OUTPUT inserted.account_id, inserted.automation_firing_id, inserted.epoch
        """);

    /// <summary>Writes down what contacts' entering a status sets off, within the open transaction.</summary>
    /// <param name="rules">The rules that are on.</param>
    /// <param name="entered">The contacts.</param>
    /// <param name="moves">What became of enrolments, which made them enter.</param>
    /// <param name="changeTime">Of the change.</param>
    /// <param name="due">When it is to be done, by the machine's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(IReadOnlyList<AutomationRuleRow> rules, IReadOnlyList<ContactMove> entered, IReadOnlyList<EnrollmentMove> moves, DateTime changeTime, DateTime due, CancellationToken cancellationToken)
    {
        var fired = (from e in entered from r in rules where AutomationDecisions.SetsOff(r, e.To.Engagement) select (Rule: r, Entry: e)).ToList();
        if (fired.Count == 0)
        {
            return;
        }
        var chains = await ChainsAsync(moves, cancellationToken);
        var numbers = await ids.TakeAsync(fired.Count, cancellationToken);
        await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), "automation_firings", Columns, fired.Select((f, i) =>
        {
            var chain = current.Rules ?? chains.GetValueOrDefault(f.Entry.To.ContactId) ?? [];
            var stop = AutomationChain.Guard(chain, f.Rule.AutomationRuleId);
            var stopped = stop != AutomationStopReason.Unspecified;
            return new object?[]
            {
                db.AccountId, numbers[i], f.Entry.To.ContactId, f.Rule.AutomationRuleId, f.Rule.RuleVersion, f.Entry.To.Version, (short)f.Entry.From.Engagement, (short)f.Entry.To.Engagement,
                changeTime, AutomationChain.Write(chain), (short)(stopped ? AutomationFiringState.Stopped : AutomationFiringState.Waiting), (short)stop, AutomationFiringRow.Filter, 0, 0L, stopped ? null : due,
            };
        }), cancellationToken);
    }

    /// <summary>Takes what is due, of any account.</summary>
    /// <param name="now">The machine's time.</param>
    /// <param name="lease">When it is due again for others, unless this process says that it is at it.</param>
    /// <param name="batch">How much at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<List<TakenFiring>> TakeAsync(DateTime now, DateTime lease, int batch, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(Take, db.Database.CurrentTransaction!.GetDbTransaction()).With("now", now).With("lease", lease).With("batch", batch);
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<TakenFiring>();
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }
        return taken;
    }

    /// <summary>The rules that led to what becomes of contacts: those that made their enrolments. Of several the longest chain.</summary>
    private async Task<Dictionary<long, long[]>> ChainsAsync(IReadOnlyList<EnrollmentMove> moves, CancellationToken cancellationToken)
    {
        var own = current.Rules is null ? moves.Where(m => !AutomationChain.BeginsAnew(m.Cause)).ToLookup(m => m.To.EnrollmentId, m => m.To.ContactId) : Enumerable.Empty<long>().ToLookup(i => i);
        long?[] enrollmentIds = [.. own.Select(o => o.Key)];
        if (enrollmentIds.Length == 0)
        {
            return [];
        }
        var made = await db.AutomationActions.Where(a => enrollmentIds.Contains(a.EnrollmentId))
            .Join(db.AutomationFirings, a => a.AutomationFiringId, f => f.AutomationFiringId, (a, f) => new { EnrollmentId = a.EnrollmentId!.Value, f.Chain, f.AutomationRuleId }).ToListAsync(cancellationToken);
        return made.SelectMany(m => own[m.EnrollmentId].Select(contactId => (contactId, Chain: (long[])[.. AutomationChain.Read(m.Chain), m.AutomationRuleId])))
            .GroupBy(c => c.contactId).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Chain.Length).Chain);
    }
}
