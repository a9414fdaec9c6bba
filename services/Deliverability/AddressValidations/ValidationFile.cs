using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Csv;
using ContactPlatform.ServiceDefaults.Requests;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>Reads results, and writes them as a file part by part: some hundred are in memory at a time.</summary>
public sealed class ValidationFile(DeliverabilityDbContext db)
{
    private const int PartSize = 500;

    private static readonly string[] Header = ["number", "input", "address", "contact_id", "verdict", "findings", "suggestion", "problem"];

    /// <summary>Reads results behind a number, in order.</summary>
    public Task<List<ValidationResultRow>> ReadAsync(long runId, AddressVerdict verdict, long after, int count, CancellationToken cancellationToken)
    {
        var wanted = db.ValidationResults.AsNoTracking().Where(r => r.RunId == runId && r.ItemNumber > after);
        if (verdict != AddressVerdict.Unspecified)
        {
            wanted = wanted.Where(r => r.Verdict == verdict);
        }
        return wanted.OrderBy(r => r.ItemNumber).Take(count).ToListAsync(cancellationToken);
    }

    /// <summary>Writes the file.</summary>
    public async IAsyncEnumerable<DownloadAddressResultsResponse> WriteAsync(long runId, AddressVerdict verdict, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var csv = new StringBuilder();
        CsvWriter.Append(csv, Header);
        for (var after = 0L; ;)
        {
            var rows = await ReadAsync(runId, verdict, after, PartSize, cancellationToken);
            foreach (var row in rows)
            {
                CsvWriter.Append(csv,
                [
                    row.ItemNumber.ToString(CultureInfo.InvariantCulture), row.Input, row.Address, row.ContactId == 0 ? "" : row.ContactId.ToString(CultureInfo.InvariantCulture),
                    EnumWord.Of(row.Verdict), string.Join(';', row.Found.Select(f => EnumWord.Of(f))), row.Suggestion, row.Problem,
                ]);
                after = row.ItemNumber;
            }
            yield return new() { Data = UnsafeByteOperations.UnsafeWrap(Encoding.UTF8.GetBytes(csv.ToString())) };
            csv.Clear();
            if (rows.Count < PartSize)
            {
                yield break;
            }
        }
    }
}
