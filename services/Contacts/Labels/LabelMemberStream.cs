using System.Data;
using System.Runtime.CompilerServices;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Reads all members of a label as of one moment: one query in one snapshot, a part in memory at a time.</summary>
public sealed class LabelMemberStream(ContactsDbContext db)
{
    /// <summary>Ids in a part.</summary>
    public const int PartSize = 8192;

    private static readonly SqlText Members = new(
        "SELECT contact_id FROM label_members WHERE account_id = @account AND label_id = @label ORDER BY contact_id");

    /// <summary>Returns the members in ascending parts; the last one, which may be empty, says so.</summary>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND.</exception>
    public async IAsyncEnumerable<V1.StreamLabelMembersResponse> ReadAsync(long labelId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(db.IsSqlServer ? IsolationLevel.Snapshot : IsolationLevel.RepeatableRead, cancellationToken);
        if (!await db.Labels.AnyAsync(l => l.LabelId == labelId, cancellationToken))
        {
            throw new RefusalException(LabelDecisions.NotFound(labelId));
        }
        await using var command = db.Database.GetDbConnection().Command(Members, transaction.GetDbTransaction()).With("account", db.AccountId).With("label", labelId);
        // The reader decides how long it takes; the call's end is what ends it.
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var whole = false;
        try
        {
            var part = new V1.StreamLabelMembersResponse();
            while (await reader.ReadAsync(cancellationToken))
            {
                if (part.ContactIds.Count == PartSize)
                {
                    yield return part;
                    part = new();
                }
                part.ContactIds.Add(reader.GetInt64(0));
            }
            whole = true;
            part.Complete = true;
            yield return part;
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
