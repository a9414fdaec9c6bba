using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Imports between the contract and the domain.</summary>
public static class ImportProto
{
    private const string Path = "start.config";
    private const int MaximumColumns = 200;
    private const int MaximumName = 200;

    /// <summary>What may stand between fields; empty for the default.</summary>
    internal static readonly string[] Delimiters = ["", ",", ";", "\t", "|"];

    /// <summary>Reads a config; problems go to the violations.</summary>
    /// <returns>The config as it is kept: texts without surrounding blanks.</returns>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED: too many columns or labels.</exception>
    public static ImportConfig Read(ImportConfig? sent, Violations violations)
    {
        if (sent is null)
        {
            violations.Add(Path, "is missing; a value is required");
            return new ImportConfig();
        }
        Violations.Limit(sent.Columns.Count, MaximumColumns, $"{Path}.columns");
        Violations.Limit(sent.LabelIds.Count, ContactLimits.Labels, $"{Path}.label_ids");
        var config = sent.Clone();
        config.DisplayName = violations.Text(sent.DisplayName, $"{Path}.display_name", MaximumName);
        violations.Check(Enum.IsDefined(sent.Mode), $"{Path}.mode", $"is {(int)sent.Mode}; expected an ImportMode");
        violations.Check(Enum.IsDefined(sent.Stage), $"{Path}.stage", $"is {(int)sent.Stage}; expected a FunnelStage");
        violations.Check(Enum.IsDefined(sent.Encoding), $"{Path}.encoding", $"is {(int)sent.Encoding}; expected an ImportEncoding");
        violations.Check(Delimiters.Contains(sent.Delimiter), $"{Path}.delimiter", "is no delimiter; expected a comma, a semicolon, a tab or a vertical bar");
        ReadSeparator(config, violations);
        for (var i = 0; i < sent.LabelIds.Count; i++)
        {
            violations.Id(sent.LabelIds[i], $"{Path}.label_ids[{i}]");
        }
        ReadColumns(config, violations);
        if (sent.Mode == ImportMode.Unsubscribe)
        {
            const string Only = "stands for nothing in an import of unsubscriptions; leave it empty";
            violations.Check(sent.LabelIds.Count == 0, $"{Path}.label_ids", Only);
            violations.Check(sent.Stage == FunnelStage.Unspecified, $"{Path}.stage", Only);
            for (var i = 0; i < sent.Columns.Count; i++)
            {
                violations.Check(sent.Columns[i].Field is ImportField.Email or ImportField.Phone or ImportField.Ignore, $"{Path}.columns[{i}].field",
                    $"is {sent.Columns[i].Field}; an import of unsubscriptions reads emails and phones only");
            }
        }
        return config;
    }

    /// <summary>Shows an import with its run.</summary>
    public static Import ToProto(this ImportRow row, RunRow run) => new()
    {
        ImportId = row.ImportId,
        Config = ImportConfig.Parser.ParseFrom(row.Config),
        Run = run.ToProto(),
        ByteCount = row.ByteCount,
        DoneByteCount = row.DoneByteCount,
        CreatedCount = row.CreatedCount,
        UpdatedCount = row.UpdatedCount,
        UnchangedCount = row.UnchangedCount,
        RefusedCount = row.RefusedCount,
        RememberedCount = row.RememberedCount,
        UnsubscribedCount = row.UnsubscribedCount,
    };

    /// <summary>The header's cells of an uploaded import.</summary>
    public static IReadOnlyList<string> HeaderCells(this ImportRow row) => JsonSerializer.Deserialize<List<string>>(row.Header)!;

    private static void ReadSeparator(ImportConfig config, Violations violations)
    {
        var separator = config.LabelSeparator;
        if (separator.Length == 0)
        {
            return;
        }
        violations.Check(separator.Length == 1 && !char.IsLetterOrDigit(separator[0]) && !char.IsSurrogate(separator[0]) && separator[0] is not ('"' or '\r' or '\n' or '\0'),
            $"{Path}.label_separator", "is no separator; expected one character that is no letter, digit, quote or line break");
    }

    private static void ReadColumns(ImportConfig config, Violations violations)
    {
        var headers = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var fields = new HashSet<ImportField>();
        var keys = new HashSet<string>();
        for (var i = 0; i < config.Columns.Count; i++)
        {
            var (column, path) = (config.Columns[i], $"{Path}.columns[{i}]");
            column.Header = column.Header.Trim();
            violations.Check(column.Header.Length > 0, $"{path}.header", "is empty; a value is required");
            violations.Check(headers.Add(column.Header), $"{path}.header", $"is \"{column.Header}\" a second time; a column feeds one field");
            if (column.Field == ImportField.Unspecified || !Enum.IsDefined(column.Field))
            {
                violations.Add($"{path}.field", $"is {(int)column.Field}; expected an ImportField");
            }
            else if (column.Field == ImportField.Custom)
            {
                violations.Check(CustomFieldKey.IsKey(column.CustomFieldKey), $"{path}.custom_field_key", $"is {FieldText.Shown(column.CustomFieldKey)}; expected the key of a custom field");
                violations.Check(keys.Add(column.CustomFieldKey), $"{path}.custom_field_key", $"is {FieldText.Shown(column.CustomFieldKey)} a second time; a field is fed by one column");
                continue;
            }
            else if (column.Field != ImportField.Ignore)
            {
                violations.Check(fields.Add(column.Field), $"{path}.field", $"is {column.Field} a second time; a field is fed by one column");
            }
            violations.Check(column.CustomFieldKey.Length == 0, $"{path}.custom_field_key", $"is {FieldText.Shown(column.CustomFieldKey)}, but the field is not IMPORT_FIELD_CUSTOM; leave it empty");
        }
        violations.Check(config.Columns.Count == 0 || fields.Contains(ImportField.Email) || fields.Contains(ImportField.Phone),
            $"{Path}.columns", "feed neither email nor phone; one of them is required");
    }
}
