using System.Globalization;

namespace ContactPlatform.Sample;

/// <summary>A column for a custom field, with values that are right, some of them oddly written, and values that are wrong.</summary>
/// <param name="Key">Key of the field, and header of the column.</param>
/// <param name="Type">As `./dev cli field create --type` takes it.</param>
/// <param name="Choices">Of a choice; with commas between them.</param>
/// <param name="Right">Makes a value that an import takes.</param>
/// <param name="Wrong">Values that an import refuses; none where any text is right.</param>
internal sealed record CustomColumn(string Key, string Type, string Choices, Func<RowRandom, string> Right, string[] Wrong)
{
    /// <summary>Most columns of a file.</summary>
    public const int Maximum = 20;

    private static readonly string[] _tiers = ["Gold", "Silver", "Bronze", "GOLD", " silver ", "bronze"];
    private static readonly string[] _truths = ["true", "false", "yes", "No", "Y", "0", "1", " TRUE "];
    private static readonly string[] _notes = ["met at the fair", "Größe: XL", "喜欢猫", "يتصل مساءً", "likes 🐈", "=1+1", "50% off", "it's ours", "  call   later ", "NULL"];

    private static readonly CustomColumn[] _kinds =
    [
        new("tier", "choice", "Gold,Silver,Bronze", r => r.Pick(_tiers), ["Platinum", "G0ld", "Gold/Silver"]),
        new("budget", "number", "", Number, ["12 €", "1e6", "1 000", "--1", "12345678901234567890", "0.12345678901", "NaN", "٣"]),
        new("since", "date", "", Day, ["31/02/2025", "2025-02-30", "yesterday", "2025-1-1", "2025-01-01T00:00:00Z"]),
        new("subscriber", "boolean", "", r => r.Pick(_truths), ["maybe", "2", "truth", "x"]),
        new("note", "text", "", r => r.Pick(_notes), []),
    ];

    /// <summary>The first so many columns: one of each type, and then again with a number behind their keys.</summary>
    public static CustomColumn[] Take(int count) =>
        [.. Enumerable.Range(0, count).Select(i => _kinds[i % _kinds.Length] is var kind && i < _kinds.Length ? kind : kind with { Key = string.Create(CultureInfo.InvariantCulture, $"{kind.Key}_{(i / _kinds.Length) + 1}") })];

    /// <summary>The values of a row, a third of them missing; one of them wrong, if that is wanted and a column can be.</summary>
    public static string[] Values(CustomColumn[] columns, ref RowRandom random, bool wrong)
    {
        var values = new string[columns.Length];
        foreach (var (i, column) in columns.Index())
        {
            var own = random.Fork();
            values[i] = random.Chance(0.33) ? "" : column.Right(own);
        }
        if (wrong)
        {
            var place = random.Next(columns.Count(c => c.Wrong.Length > 0));
            var (at, column) = columns.Index().Where(c => c.Item.Wrong.Length > 0).ElementAt(place);
            values[at] = random.Pick(column.Wrong);
        }
        return values;
    }

    private static string Number(RowRandom random)
    {
        var whole = random.Next(200_000) - 50_000;
        return random.Next(4) switch
        {
            0 => whole.ToString(CultureInfo.InvariantCulture),
            1 => string.Create(CultureInfo.InvariantCulture, $" {whole}.{random.Next(100):00} "),
            2 => string.Create(CultureInfo.InvariantCulture, $"+00{Math.Abs(whole)}.50"),
            _ => string.Create(CultureInfo.InvariantCulture, $"0.{random.Next(1_000_000_000)}1"),
        };
    }

    private static string Day(RowRandom random) => new DateOnly(1924, 2, 29).AddDays(random.Next(40_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
