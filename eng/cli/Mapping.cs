using ContactPlatform.Contacts.V1;
using Google.Protobuf;

namespace ContactPlatform.Cli;

/// <summary>Which column of a file feeds what, as a person writes it.</summary>
internal static class Mapping
{
    private const string CustomPrefix = "field.";

    /// <summary>As much of a file as is sent to get a suggestion.</summary>
    private const int Beginning = 200 * 1024;

    private static readonly Dictionary<string, ImportField> _fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["email"] = ImportField.Email,
        ["phone"] = ImportField.Phone,
        ["given_name"] = ImportField.GivenName,
        ["family_name"] = ImportField.FamilyName,
        ["time_zone"] = ImportField.TimeZone,
        ["source"] = ImportField.Source,
        ["subscribed_time"] = ImportField.SubscribedTime,
        ["owner"] = ImportField.Owner,
        ["labels"] = ImportField.Labels,
        ["stage"] = ImportField.Stage,
        ["ignore"] = ImportField.Ignore,
    };

    /// <summary>Reads `HEADER=TARGET`; a header may hold equals signs itself.</summary>
    /// <exception cref="CliException">One of them cannot be read.</exception>
    public static IEnumerable<ImportColumn> Read(IEnumerable<string> words) => words.Select(word =>
    {
        var at = word.LastIndexOf('=');
        var (header, target) = at < 0 ? (word, "") : (word[..at], word[(at + 1)..].Trim());
        return target.StartsWith(CustomPrefix, StringComparison.OrdinalIgnoreCase) ? new ImportColumn { Header = header, Field = ImportField.Custom, CustomFieldKey = target[CustomPrefix.Length..] }
            : _fields.TryGetValue(target, out var field) ? new ImportColumn { Header = header, Field = field }
            : throw new CliException($"--map {word}: expected HEADER=TARGET, the target being {string.Join(", ", _fields.Keys)} or field.KEY.");
    });

    /// <summary>A column's target as <see cref="Read"/> takes it.</summary>
    public static string Target(ImportColumn column) =>
        column.Field == ImportField.Custom ? CustomPrefix + column.CustomFieldKey : _fields.Single(f => f.Value == column.Field).Key;

    public static async Task<SuggestImportMappingResponse> SuggestAsync(Stack stack, FileInfo file, string delimiter, ImportEncoding encoding, CancellationToken cancellationToken)
    {
        await using var input = file.OpenRead();
        var beginning = new byte[Math.Min(Beginning, input.Length)];
        await input.ReadExactlyAsync(beginning, cancellationToken);
        return await stack.Mappings.SuggestImportMappingAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(beginning), Delimiter = delimiter, Encoding = encoding }, cancellationToken: cancellationToken);
    }

    /// <summary>What a suggestion adds to the columns that somebody has named.</summary>
    public static List<ImportColumn> Usable(SuggestImportMappingResponse suggestion, IReadOnlyCollection<ImportColumn> named) =>
    [
        .. suggestion.Columns.Select(c => c.Column).Where(c => c.Header.Length > 0 && c.Field != ImportField.Ignore
            && !named.Any(n => n.Header.Equals(c.Header, StringComparison.OrdinalIgnoreCase) || (n.Field != ImportField.Ignore && (n.Field, n.CustomFieldKey) == (c.Field, c.CustomFieldKey)))),
    ];
}
