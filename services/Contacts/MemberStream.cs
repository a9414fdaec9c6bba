using System.Data;
using System.Runtime.CompilerServices;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts;

/// <summary>Reads all members of a label or a list as of one moment: one query in one snapshot, a part in memory at a time.</summary>
public sealed class MemberStream(ContactsDbContext db)
{
    /// <summary>Ids in a part.</summary>
    public const int PartSize = 8192;

    /// <summary>Returns the members in ascending parts; the last one, which may be empty, says so.</summary>
    /// <param name="members">Selects the ids in ascending order, of @account and @id.</param>
    /// <param name="id">The label or the list.</param>
    /// <param name="check">Refuses, within the snapshot, when there is no such label or list.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<(IReadOnlyList<long> ContactIds, bool Complete)> ReadAsync(SqlText members, long id, Func<Task> check, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(db.IsSqlServer ? IsolationLevel.Snapshot : IsolationLevel.RepeatableRead, cancellationToken);
        await check();
        await using var command = db.Database.GetDbConnection().Command(members, transaction.GetDbTransaction()).With("account", db.AccountId).With("id", id);
        // The reader decides how long it takes; the call's end is what ends it.
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var whole = false;
        try
        {
            var part = new List<long>(PartSize);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (part.Count == PartSize)
                {
                    yield return (part, false);
                    part.Clear();
                }
                part.Add(reader.GetInt64(0));
            }
            whole = true;
            yield return (part, true);
        }
        finally
        {
            if (!whole)
            {
                // Closing alone would first read everything that is left.
                command.Cancel();
            }
        }
    }
}
