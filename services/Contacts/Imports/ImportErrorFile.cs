using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Csv;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// The file of refused rows: line number, reason, field, problem, then the row's own columns under their own headers, so
/// that it can be mended and imported again. A row whose fields cannot be told stands in the first of them as it was.
/// </summary>
/// <param name="import">The import.</param>
public sealed class ImportErrorFile(ImportRow import)
{
    private readonly IReadOnlyList<string> header = import.HeaderCells();
    private readonly ImportPlan plan = new(ImportConfig.Parser.ParseFrom(import.Config));

    /// <summary>Adds the header.</summary>
    public void AppendHeader(StringBuilder csv) => CsvWriter.Append(csv, header.Prepend("import_problem").Prepend("import_field").Prepend("import_reason").Prepend("import_line"));

    /// <summary>Adds a refused row.</summary>
    public async Task AppendAsync(StringBuilder csv, ImportErrorRow error, CancellationToken cancellationToken)
    {
        // The row is read again by the reader that read it first; it is kept as text, so its encoding is known now.
        using var raw = new MemoryStream(Encoding.UTF8.GetBytes(error.Raw));
        var reader = new CsvReader(new CsvText(raw, ImportEncoding.Utf8), plan.Delimiter);
        IEnumerable<string> cells = await reader.ReadAsync(cancellationToken) && reader.Flaw == CsvFlaw.None && reader.Raw.Length == error.Raw.Length
            ? Enumerable.Range(0, reader.Count).Select(reader.Field)
            : [error.Raw];
        CsvWriter.Append(csv, cells.Prepend(error.Problem).Prepend(error.Field).Prepend(error.Reason).Prepend(error.LineNumber.ToString(CultureInfo.InvariantCulture)));
    }
}
