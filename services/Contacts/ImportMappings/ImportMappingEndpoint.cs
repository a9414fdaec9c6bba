using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Csv;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.ImportMappings;

/// <summary>Serves ImportMappingService.</summary>
public sealed class ImportMappingEndpoint(ContactsDbContext db) : ImportMappingService.ImportMappingServiceBase
{
    private const int MaximumData = 256 << 10;
    private const int MaximumRows = 100;

    /// <summary>More of a cell decides nothing.</summary>
    private const int MaximumCell = 1000;

    /// <inheritdoc/>
    public override async Task<SuggestImportMappingResponse> SuggestImportMapping(SuggestImportMappingRequest request, ServerCallContext context)
    {
        if (request.Data.Length > MaximumData)
        {
            throw new RefusalException(new Refusal(CommonReasons.LimitExceeded, $"data has {request.Data.Length} bytes; at most {MaximumData} are allowed")
                .With("field", "data").With("limit", MaximumData).With("actual", request.Data.Length));
        }
        var violations = new Violations();
        violations.Check(ImportProto.Delimiters.Contains(request.Delimiter), "delimiter", "is no delimiter; expected a comma, a semicolon, a tab or a vertical bar, or nothing");
        violations.Check(Enum.IsDefined(request.Encoding), "encoding", $"is {(int)request.Encoding}; expected an ImportEncoding");
        violations.ThrowIfAny();
        try
        {
            var delimiter = request.Delimiter.Length > 0 ? request.Delimiter[0] : await DelimiterAsync(request, context.CancellationToken);
            var (columns, rows) = await ReadAsync(request, delimiter, context.CancellationToken);
            var fields = await db.CustomFields.AsNoTracking().OrderBy(f => f.CustomFieldId).ToListAsync(context.CancellationToken);
            return new() { Columns = { MappingDecisions.Suggest(columns, fields) }, Delimiter = delimiter.ToString(), SampleCount = rows };
        }
        catch (CsvFileException e)
        {
            throw new RefusalException(new Refusal(ContactsReasons.ImportFileInvalid, e.Message).With("problem", e.Problem).With("line", e.Line), e);
        }
    }

    private static async Task<(List<ColumnSample> Columns, int Rows)> ReadAsync(SuggestImportMappingRequest request, char delimiter, CancellationToken cancellationToken)
    {
        using var data = Open(request);
        var csv = new CsvReader(new CsvText(data, request.Encoding), delimiter);
        if (!await csv.ReadAsync(cancellationToken))
        {
            throw new CsvFileException("has no header line", 1);
        }
        if (csv.Flaw != CsvFlaw.None)
        {
            throw new CsvFileException("has a header line that is no CSV: its quotes do not match, or it is too long", csv.Line);
        }
        var header = ImportColumns.ReadHeader([.. Enumerable.Range(0, csv.Count).Select(csv.Field)], csv.Line);
        var cells = header.Select(_ => new List<string>()).ToList();
        var rows = 0;
        while (rows < MaximumRows && await csv.ReadAsync(cancellationToken))
        {
            // Also the last one, which may be cut off.
            if (csv.Flaw != CsvFlaw.None || csv.Count != header.Count || csv.Raw.Contains(CsvText.BadByteMark))
            {
                continue;
            }
            rows++;
            for (var i = 0; i < cells.Count; i++)
            {
                if (CsvWriter.Original(csv.Field(i)).Trim() is { Length: > 0 and <= MaximumCell } cell)
                {
                    cells[i].Add(cell);
                }
            }
        }
        return ([.. header.Zip(cells, (name, column) => new ColumnSample(name, column))], rows);
    }

    /// <summary>The delimiter with which the header has most cells; a comma when none parts anything.</summary>
    private static async Task<char> DelimiterAsync(SuggestImportMappingRequest request, CancellationToken cancellationToken)
    {
        var (best, most) = (',', 0);
        foreach (var candidate in ImportProto.Delimiters.Where(d => d.Length > 0).Select(d => d[0]))
        {
            using var data = Open(request);
            var csv = new CsvReader(new CsvText(data, request.Encoding), candidate);
            if (await csv.ReadAsync(cancellationToken) && csv.Count > most)
            {
                (best, most) = (candidate, csv.Count);
            }
        }
        return best;
    }

    private static MemoryStream Open(SuggestImportMappingRequest request) => new(request.Data.ToByteArray(), writable: false);
}
