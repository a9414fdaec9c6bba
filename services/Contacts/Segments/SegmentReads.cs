using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Counts, pages, streams and explanations of sets of contacts.</summary>
public sealed class SegmentReads(ContactsDbContext db, ContactSets sets, IOptions<SegmentOptions> options)
{
    /// <summary>Ids in a part of a stream.</summary>
    public const int PartSize = 8192;

    private int Seconds => options.Value.TimeoutSeconds;

    /// <summary>Counts a set.</summary>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>; FILTER_TOO_SLOW.</exception>
    public async Task<long> CountAsync(V1.ContactSet set, CancellationToken cancellationToken)
    {
        await using var transaction = await sets.BeginAsync(cancellationToken);
        return await CountAsync(transaction, await sets.FindAsync(set, cancellationToken), cancellationToken, last: true);
    }

    /// <summary>Counts a set that was found.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="found">The set.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="last">As for <see cref="ContactSets.Command"/>.</param>
    /// <exception cref="RefusalException">FILTER_TOO_SLOW.</exception>
    public async Task<long> CountAsync(IDbContextTransaction transaction, FoundSet found, CancellationToken cancellationToken, bool last = false)
    {
        await using var command = sets.Command(transaction, SegmentSql.Count(found.Query, db.IsSqlServer), found.Query.Parameters, Seconds, last).With("after", 0L);
        return await ContactSets.WithinAsync(Seconds, async () => Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the ids of a page, and one more where there is one.</summary>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>; PAGE_TOKEN_INVALID, FILTER_TOO_SLOW.</exception>
    public async Task<(Page Page, IReadOnlyList<long> Ids)> PageAsync(IDbContextTransaction transaction, V1.ContactSet set, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var found = await sets.FindAsync(set, cancellationToken, paged: true);
        var violations = new Violations();
        var page = Page.Read(pageSize, pageToken, violations, ["ListSegmentContacts", .. found.Binding]);
        violations.ThrowIfAny();
        return (page, await IdsAsync(transaction, found, page.After ?? 0, page.Size + 1, cancellationToken));
    }

    /// <summary>Reads some ids of a set, ascending, behind one of them.</summary>
    /// <exception cref="RefusalException">FILTER_TOO_SLOW.</exception>
    public async Task<IReadOnlyList<long>> IdsAsync(IDbContextTransaction transaction, FoundSet found, long after, int count, CancellationToken cancellationToken)
    {
        await using var command = sets.Command(transaction, SegmentSql.Page(found.Query, db.IsSqlServer), found.Query.Parameters, Seconds).With("after", after).With("take", count);
        return await ReadIdsAsync(command, count, cancellationToken);
    }

    /// <summary>Reads which of some contacts are in a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="contactIds">The contacts, few enough for one statement.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>; FILTER_TOO_SLOW.</exception>
    public async Task<IReadOnlyList<long>> AmongAsync(V1.ContactSet set, IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken)
    {
        await using var transaction = await sets.BeginAsync(cancellationToken);
        var query = (await sets.FindAsync(set, cancellationToken)).Query;
        await using var command = sets.Command(transaction, SegmentSql.Among(query, db.IsSqlServer), query.Parameters, Seconds, last: true).WithIds("ids", contactIds);
        return await ReadIdsAsync(command, contactIds.Count, cancellationToken);
    }

    /// <summary>Reads all ids in ascending parts, as of one moment; the last part, which may be empty, says so.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="seconds">As for <see cref="ContactSets.Command"/>. 0 where the reader decides how long it takes: the call's end is what ends it.</param>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>.</exception>
    public async IAsyncEnumerable<V1.StreamSegmentContactIdsResponse> StreamAsync(V1.ContactSet set, [EnumeratorCancellation] CancellationToken cancellationToken, int seconds = 0)
    {
        await using var transaction = await sets.BeginAsync(cancellationToken);
        var query = (await sets.FindAsync(set, cancellationToken)).Query;
        await using var command = sets.Command(transaction, SegmentSql.All(query, db.IsSqlServer), query.Parameters, seconds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var whole = false;
        try
        {
            var part = new V1.StreamSegmentContactIdsResponse();
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

    /// <summary>Evaluates each clause for one contact; null when the account has none of this id.</summary>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>; FILTER_TOO_SLOW.</exception>
    public async Task<V1.ExplainContactResponse?> ExplainAsync(long contactId, V1.ContactSet set, CancellationToken cancellationToken)
    {
        await using var transaction = await sets.BeginAsync(cancellationToken);
        var filter = (await sets.FindAsync(set, cancellationToken)).Filter!;
        var explanation = FilterExplanation.Compile(filter);
        await using var command = sets.Command(transaction, explanation.Text, explanation.Parameters, Seconds, last: true).With("contact", contactId);
        return await ContactSets.WithinAsync(Seconds, async () =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? ClauseValues.Read(filter, reader) : null;
        });
    }

    private Task<List<long>> ReadIdsAsync(DbCommand command, int count, CancellationToken cancellationToken) => ContactSets.WithinAsync(Seconds, async () =>
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    });
}
