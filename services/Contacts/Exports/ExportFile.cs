using System.Runtime.CompilerServices;
using System.Text;
using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Csv;
using Google.Protobuf;

namespace ContactPlatform.Contacts.Exports;

/// <summary>What a file is to hold, and where it begins.</summary>
/// <param name="Contacts">Whose rows; `now` in its filter is one moment in the whole call.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Place">Behind what has been written.</param>
public sealed record ExportRequest(FoundSet Contacts, IReadOnlyList<ContactColumn> Columns, ExportPlace Place);

/// <summary>Writes a file part by part: some hundred or thousand contacts, by the number of columns, are in memory at a time, however many there are.</summary>
public sealed class ExportFile(ContactSets sets, SegmentReads reads, ContactRowStore store, Microsoft.Extensions.Options.IOptions<SegmentOptions> options)
{
    /// <summary>Cells of the contacts that are read together.</summary>
    private const int PartCells = 50_000;

    /// <summary>Contacts that are read together at most.</summary>
    private const int PartContacts = 2_000;

    /// <summary>Characters after which a part is sent.</summary>
    private const int PartCharacters = 64 << 10;

    /// <summary>Writes the rest of the file behind a place.</summary>
    public async IAsyncEnumerable<V1.ExportContactsResponse> WriteAsync(ExportRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = ColumnTable.Parts(request.Columns);
        var count = Math.Min(PartContacts, PartCells / request.Columns.Count);
        var (place, csv) = (request.Place, new StringBuilder());
        var total = await CountAsync();
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
                    CsvWriter.Append(csv, request.Columns.Select(c => ColumnText.Of(c.Value(row))));
                    place = place with { After = row.Contact.ContactId, Rows = place.Rows + 1 };
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

        async Task<long> CountAsync()
        {
            await using var transaction = await sets.BeginAsync(cancellationToken);
            return await reads.CountAsync(transaction, request.Contacts, cancellationToken);
        }

        async Task<(IReadOnlyList<ContactRow> Rows, long? Next)> ReadAsync(long after)
        {
            await using var transaction = await sets.BeginAsync(cancellationToken);
            var ids = await reads.IdsAsync(transaction, request.Contacts, after, count, cancellationToken);
            var rows = await ContactSets.WithinAsync(options.Value.TimeoutSeconds, () => store.ReadAsync(ids, parts, cancellationToken));
            return (rows, ids.Count == count ? ids[^1] : null);
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
