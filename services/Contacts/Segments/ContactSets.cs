using System.Data;
using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ContactPlatform.Contacts.Segments;

/// <summary>A set of contacts, ready to be asked for.</summary>
/// <param name="Query">Who is in it.</param>
/// <param name="Filter">Its filter, bound; null where there is none.</param>
/// <param name="SegmentId">The segment; 0 when it is none.</param>
/// <param name="Binding">What a page token is bound to.</param>
public sealed record FoundSet(FilterQuery Query, BoundFilter? Filter, long SegmentId, object[] Binding);

/// <summary>Finds sets of contacts, and asks the database for them within one snapshot of it, names that the filter refers to included.</summary>
public sealed class ContactSets(ContactsDbContext db, FilterReader filters, TimeProvider time)
{
    /// <summary>
    /// PostgreSQL plans these statements for their values, not for any: what a filter asks for decides how. Compiling
    /// them to machine code takes longer than most of them. SQL Server gives way to writers; OPTION (RECOMPILE) does the rest.
    /// </summary>
    private static readonly SqlText Settings = new("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; ", "SET DEADLOCK_PRIORITY LOW; ");

    /// <summary>What is read next of the contacts that were found is the same few statements as ever, and is planned once for any values.</summary>
    private static readonly SqlText Over = new("SET LOCAL plan_cache_mode = auto", "SET DEADLOCK_PRIORITY NORMAL");

    /// <summary>Ends the transaction on the way: most questions take milliseconds, and the way to the database and back a part of one.</summary>
    private static readonly SqlText End = new("COMMIT", "SET DEADLOCK_PRIORITY NORMAL");

    /// <summary>Runs reads in one snapshot of the database.</summary>
    public Task<IDbContextTransaction> BeginAsync(CancellationToken cancellationToken) =>
        db.Database.BeginTransactionAsync(db.IsSqlServer ? IsolationLevel.Snapshot : IsolationLevel.RepeatableRead, cancellationToken);

    /// <summary>Finds a set.</summary>
    /// <param name="set">Its name, checked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="paged">As for <see cref="FilterSql.Compile"/>.</param>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED, SEGMENT_NOT_FOUND, SEGMENT_SNAPSHOT_NOT_FOUND, CONTACT_LIST_NOT_FOUND.</exception>
    public async Task<FoundSet> FindAsync(V1.ContactSet set, CancellationToken cancellationToken, bool paged = false)
    {
        var now = time.UtcNow();
        switch (set.SetCase)
        {
            case V1.ContactSet.SetOneofCase.SegmentId:
                var segment = await db.Segments.AsNoTracking().SingleOrDefaultAsync(s => s.SegmentId == set.SegmentId, cancellationToken)
                    ?? throw new RefusalException(SegmentDecisions.NotFound(set.SegmentId));
                var saved = await filters.ReadAsync(segment.FilterText, now, cancellationToken);
                return new(FilterSql.Compile(saved, paged), saved, segment.SegmentId, ["segment", segment.SegmentId, segment.FilterText]);
            case V1.ContactSet.SetOneofCase.SegmentSnapshotId:
                if (!await db.SegmentSnapshots.AnyAsync(s => s.SegmentSnapshotId == set.SegmentSnapshotId, cancellationToken))
                {
                    throw new RefusalException(SegmentDecisions.SnapshotNotFound(set.SegmentSnapshotId));
                }
                return new(SnapshotQuery(set.SegmentSnapshotId), null, 0, ["snapshot", set.SegmentSnapshotId]);
            case V1.ContactSet.SetOneofCase.ContactListId:
                if (!await db.ContactLists.AnyAsync(l => l.ContactListId == set.ContactListId, cancellationToken))
                {
                    throw new RefusalException(ContactListDecisions.NotFound(set.ContactListId));
                }
                return new(ListQuery(set.ContactListId), null, 0, ["list", set.ContactListId]);
            case V1.ContactSet.SetOneofCase.ContactIds:
                long[] ids = [.. set.ContactIds.ContactIds_.Distinct().Order()];
                return new(IdsQuery(ids, db.IsSqlServer), null, 0, ["ids", ids]);
            default:
                var given = await filters.ReadAsync(set.Filter, now, cancellationToken);
                return new(FilterSql.Compile(given, paged), given, 0, ["filter", set.Filter]);
        }
    }

    /// <summary>Makes a command with a query's values.</summary>
    /// <param name="transaction">The transaction of <see cref="BeginAsync"/>.</param>
    /// <param name="text">The statement; it may take `@account`.</param>
    /// <param name="parameters">Its other values.</param>
    /// <param name="seconds">Seconds of the database's time; 0 for any.</param>
    /// <param name="last">True when nothing else is asked in the transaction.</param>
    public DbCommand Command(IDbContextTransaction transaction, string text, FilterParameters parameters, int seconds, bool last = false)
    {
        var connection = db.Database.GetDbConnection();
        var command = connection.Command(Settings, transaction.GetDbTransaction());
        command.CommandText += $"{text}; {(last ? End : Over).For(connection)}";
        command.CommandTimeout = seconds;
        parameters.AddTo(command.With("account", db.AccountId));
        return command;
    }

    /// <summary>Does what asks the database, and says when it took too long.</summary>
    /// <exception cref="RefusalException">FILTER_TOO_SLOW.</exception>
    public static async Task<T> WithinAsync<T>(int seconds, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DbException e) when (e is NpgsqlException { InnerException: TimeoutException } or SqlException { Number: -2 })
        {
            throw new RefusalException(SegmentDecisions.TooSlow(seconds), e);
        }
    }

    /// <summary>Members of a snapshot that still exist.</summary>
    private static FilterQuery SnapshotQuery(long snapshotId)
    {
        var parameters = new FilterParameters();
        return new("segment_snapshot_members m",
            $"m.account_id = @account AND m.segment_snapshot_id = {parameters.Add(snapshotId)} AND EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = @account AND c.contact_id = m.contact_id)",
            "m.contact_id", parameters);
    }

    /// <summary>Members of a list; they go with their contacts, so all of them exist.</summary>
    private static FilterQuery ListQuery(long listId)
    {
        var parameters = new FilterParameters();
        return new("contact_list_members m", $"m.account_id = @account AND m.contact_list_id = {parameters.Add(listId)}", "m.contact_id", parameters);
    }

    /// <summary>Those of given contacts that exist.</summary>
    public static FilterQuery IdsQuery(long[] ids, bool sqlServer)
    {
        var parameters = new FilterParameters();
        var rows = sqlServer ? $"(SELECT CAST([value] AS bigint) AS contact_id FROM OPENJSON({parameters.Add(JsonSerializer.Serialize(ids))})) g"
            : $"unnest({parameters.Add(ids)}) AS g (contact_id)";
        return new($"{rows} JOIN contacts m ON m.contact_id = g.contact_id", "m.account_id = @account", "m.contact_id", parameters);
    }
}
