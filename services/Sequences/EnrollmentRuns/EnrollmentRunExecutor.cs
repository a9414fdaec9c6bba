using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Sequences.EnrollmentRuns;

/// <summary>
/// Enrols a set: first it is written down in one transaction, so that a crash before its end leaves nothing; then piece by piece,
/// each one transaction with the enrolments, their histories, what others are told, and the progress at this worker's epoch.
/// </summary>
public sealed class EnrollmentRunExecutor(IServiceScopeFactory scopes, ContactSets sets, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "enrollment";

    private static readonly BulkColumn[] Columns = [new("account_id", NpgsqlDbType.Bigint), new("run_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint)];

    /// <inheritdoc/>
    public string Kind => RunKind;

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var db = scope.ServiceProvider.GetRequiredService<SequencesDbContext>();
        if (work.Row.SetTime is null)
        {
            await FixAsync(work, db, cancellationToken);
        }
        for (var began = time.GetTimestamp(); await EnrollNextAsync(work, scope.ServiceProvider, db, cancellationToken); began = time.GetTimestamp())
        {
            await rightOfWay.GiveWayAsync(began, cancellationToken);
        }
        // What cancelled and failed runs have left goes with the next that ends.
        await db.EnrollmentRunTargets.Where(t => t.RunId == work.Row.RunId || db.Runs.Any(r => r.RunId == t.RunId && r.State >= RunState.Succeeded)).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task FixAsync(RunWork work, SequencesDbContext db, CancellationToken cancellationToken)
    {
        var run = await db.EnrollmentRuns.AsNoTracking().SingleAsync(r => r.RunId == work.Row.RunId, cancellationToken);
        // Ids alone, 8 bytes each: read before the transaction, which waits for nothing but the database.
        var ids = new List<long>();
        await foreach (var part in sets.PartsAsync(work.Row.AccountId, run.Contacts, cancellationToken))
        {
            ids.AddRange(part.ContactIds);
        }
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        work.Row.TotalCount = await BulkCopy.WriteAsync(db.Database.GetDbConnection(), transaction.GetDbTransaction(), "enrollment_run_targets", Columns,
            ids.Select(id => new object?[] { work.Row.AccountId, work.Row.RunId, id }), cancellationToken);
        work.Row.SetTime = work.Now;
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<bool> EnrollNextAsync(RunWork work, IServiceProvider scope, SequencesDbContext db, CancellationToken cancellationToken)
    {
        var (runId, cursor) = (work.Row.RunId, work.Row.CursorId);
        var contactIds = await db.EnrollmentRunTargets.Where(t => t.RunId == runId && t.ContactId > cursor).OrderBy(t => t.ContactId).Select(t => t.ContactId)
            .Take(EnrollmentWork.Size).ToArrayAsync(cancellationToken);
        if (contactIds.Length == 0)
        {
            return false;
        }
        var sequence = await scope.GetRequiredService<SequenceStore>().LoadAsync(work.Row.SubjectId, cancellationToken);
        if (SequenceDecisions.Enroll(sequence.Row.State) is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        var enroll = scope.GetRequiredService<EnrollContacts>();
        var found = await enroll.FindAsync(contactIds, cancellationToken);
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var reply = await enroll.EnrollAsync(sequence, contactIds, found, new Act(work.Row.Actor, time.Now()), cancellationToken);
        work.Row.CursorId = contactIds[^1];
        work.Row.DoneCount += contactIds.Length;
        work.Row.ChangedCount += reply.Results.Count(r => r.Reason.Length == 0);
        work.Row.UnchangedCount += reply.Results.Count(r => r.Reason == SequencesReasons.AlreadyEnrolled.Name);
        foreach (var skipped in reply.Results.Where(r => r.Reason.Length > 0 && r.Reason != SequencesReasons.AlreadyEnrolled.Name).GroupBy(r => r.Reason))
        {
            work.Skip(skipped.Key, skipped.Count());
        }
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
