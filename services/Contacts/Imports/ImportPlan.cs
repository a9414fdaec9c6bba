using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.V1;
using CustomField = ContactPlatform.Contacts.CustomFields.CustomField;

namespace ContactPlatform.Contacts.Imports;

/// <summary>What an import is to do, with every default filled in.</summary>
/// <param name="Config">As it was asked for.</param>
public sealed record ImportPlan(ImportConfig Config)
{
    /// <summary>What rows may do; never unspecified.</summary>
    public ImportMode Mode { get; } = Config.Mode == ImportMode.Unspecified ? ImportMode.Upsert : Config.Mode;

    /// <summary>Between fields.</summary>
    public char Delimiter { get; } = Config.Delimiter.Length == 0 ? ',' : Config.Delimiter[0];

    /// <summary>Between labels within a field.</summary>
    public char LabelSeparator { get; } = Config.LabelSeparator.Length == 0 ? ';' : Config.LabelSeparator[0];

    /// <summary>Opens a reader at the beginning of a file.</summary>
    public CsvReader Open(Stream file) => new(new CsvText(file, Config.Encoding), Delimiter);

    /// <summary>Reads the header with which a reader begins.</summary>
    /// <exception cref="CsvFileException">There is none, or it is unusable.</exception>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">INVALID_FIELD: the config names columns that the file lacks, or custom fields that the account lacks.</exception>
    public async Task<ImportColumns> ReadHeaderAsync(CsvReader csv, IReadOnlyList<CustomField> fields, CancellationToken cancellationToken)
    {
        if (!await csv.ReadAsync(cancellationToken))
        {
            throw new CsvFileException("has no header line", 1);
        }
        return csv.Flaw == CsvFlaw.None
            ? ImportColumns.Find(Config, [.. Enumerable.Range(0, csv.Count).Select(csv.Field)], csv.Line, fields)
            : throw new CsvFileException("has a header line that is no CSV: its quotes do not match, or it is too long", csv.Line);
    }
}
