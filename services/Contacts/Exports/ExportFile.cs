using System.Runtime.CompilerServices;
using System.Text;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Exports;

/// <summary>What a file is to hold, and where it begins.</summary>
/// <param name="Contacts">Whose rows.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Place">Behind what has been written.</param>
public sealed record ExportRequest(V1.ContactSet Contacts, IReadOnlyList<ExportColumn> Columns, ExportPlace Place);

/// <summary>Writes a file part by part: some hundred contacts are in memory at a time, however many there are.</summary>
public sealed class ExportFile(ContactsDbContext db, ContactSets sets, SegmentReads reads, ExportStore store, Microsoft.Extensions.Options.IOptions<SegmentOptions> options)
{
    /// <summary>Contacts in a part.</summary>
    private const int PartContacts = 500;

    /// <summary>Characters after which a part is sent.</summary>
    private const int PartCharacters = 64 << 10;

    /// <summary>Writes the rest of the file behind a place.</summary>
    public async IAsyncEnumerable<V1.ExportContactsResponse> WriteAsync(ExportRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = request.Columns.Aggregate(ExportParts.None, (all, c) => all | c.Parts);
        var (place, csv) = (request.Place, new StringBuilder());
        var total = await reads.CountAsync(request.Contacts, cancellationToken);
        FoundSet? found = null;
        var labels = new Dictionary<long, string>();
        if (!place.HasHeader)
        {
            CsvWriter.Append(csv, request.Columns.Select(c => c.Header));
            place = place with { HasHeader = true };
        }
        // The next contacts are read while these are written and sent.
        var reading = ReadAsync(place.After);
        try
        {
            while (true)
            {
                var (rows, next) = await reading;
                if (next is { } after)
                {
                    reading = ReadAsync(after);
                }
                foreach (var row in rows)
                {
                    CsvWriter.Append(csv, request.Columns.Select(c => c.Text(row)));
                    place = place with { After = row.ContactId, Rows = place.Rows + 1 };
                    if (csv.Length >= PartCharacters)
                    {
                        yield return Part(csv, place, total, complete: false);
                    }
                }
                if (next is null)
                {
                    yield return Part(csv, place, total, complete: true);
                    yield break;
                }
            }
        }
        finally
        {
            // It has this scope's connection. Whatever it says, nobody waits for it any more.
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<(IReadOnlyList<ExportRow> Rows, long? Next)> ReadAsync(long after)
        {
            await using var transaction = await sets.BeginAsync(cancellationToken);
            // Found once, so that `now` is one moment in the whole call.
            found ??= await sets.FindAsync(request.Contacts, cancellationToken);
            if (parts.HasFlag(ExportParts.Labels))
            {
                labels = await db.Labels.Select(l => new { l.LabelId, l.DisplayName }).ToDictionaryAsync(l => l.LabelId, l => l.DisplayName, cancellationToken);
            }
            var ids = await reads.IdsAsync(transaction, found, after, PartContacts, cancellationToken);
            var rows = await ContactSets.WithinAsync(options.Value.TimeoutSeconds, () => store.ReadAsync(transaction, ids, parts, labels, cancellationToken));
            return (rows, ids.Count == PartContacts ? ids[^1] : null);
        }
    }

    private static V1.ExportContactsResponse Part(StringBuilder csv, ExportPlace place, long total, bool complete)
    {
        var part = new V1.ExportContactsResponse
        {
            Data = UnsafeByteOperations.UnsafeWrap(Encoding.UTF8.GetBytes(csv.ToString())),
            ResumeToken = place.ToToken(),
            RowCount = place.Rows,
            TotalCount = Math.Max(total, place.Rows),
            Complete = complete,
        };
        csv.Clear();
        return part;
    }
}
