using System.Globalization;
using System.Net.Mail;
using System.Text;
using ContactPlatform.Sample;
using Microsoft.VisualBasic.FileIO;

namespace ContactPlatform.Eng.Tests.Sample;

public sealed class SampleFileTests
{
    private const int Rows = 20_000;

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var (bytes, _) = Write(seed: 7, dirty: 0.1);
        Write(seed: 7, dirty: 0.1).Bytes.ShouldBe(bytes);
        Write(seed: 8, dirty: 0.1).Bytes.ShouldNotBe(bytes);
    }

    [Fact]
    public void A_clean_file_has_only_rows_that_are_right()
    {
        var (bytes, summary) = Write(seed: 1, dirty: 0);
        bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble).ShouldBeFalse();
        var rows = Read(bytes);
        rows.Count.ShouldBe(Rows);
        foreach (var row in rows)
        {
            row.Length.ShouldBe(Contact.Columns.Length);
            (row[0].Length > 0 || row[1].Length > 0).ShouldBeTrue();
            (row[0].Length == 0 || MailAddress.TryCreate(row[0], out _)).ShouldBeTrue(row[0]);
            (row[4].Length == 0 || TimeZoneInfo.TryFindSystemTimeZoneById(row[4], out _)).ShouldBeTrue(row[4]);
            (row[7].Length == 0 || DateTimeOffset.TryParse(row[7], CultureInfo.InvariantCulture, out _)).ShouldBeTrue(row[7]);
        }

        Duplicates(rows, column: 0).ShouldBe(0);
        Duplicates(rows, column: 1).ShouldBe(0);
        var purchased = rows.Count(row => row[5].Split(';').Contains(Contact.PurchasedLabel));
        purchased.ShouldBeInRange(Rows * 24 / 100, Rows * 26 / 100);
        summary.Purchased.ShouldBe(purchased);
        summary.Count(Expected.Accepted).ShouldBe(Rows);
    }

    [Fact]
    public void A_dirty_file_has_every_flaw_as_often_as_the_summary_says()
    {
        var (bytes, summary) = Write(seed: 1, dirty: 0.2);
        bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble).ShouldBeTrue();
        var rows = Read(bytes);
        rows.Count.ShouldBe(Rows);
        summary.ByFlaw.ShouldBe([.. summary.ByFlaw[..(int)Flaw.BadFieldValue].Select(count => count > 0 ? count : -1), 0]);
        summary.ByFlaw.Sum().ShouldBe(Rows);

        var text = Encoding.UTF8.GetString(bytes);
        summary.ByFlaw[(int)Flaw.QuotesInField].ShouldBe(rows.Count(row => row[2].Contains('"', StringComparison.Ordinal)));
        summary.ByFlaw[(int)Flaw.NewlineInField].ShouldBe(rows.Count(row => row[^1].Contains('\n', StringComparison.Ordinal)));
        summary.ByFlaw[(int)Flaw.CarriageReturnAndNewline].ShouldBe(text.Split("\r\n").Length - 1);
        summary.ByFlaw[(int)Flaw.MissingColumns].ShouldBe(rows.Count(row => row.Length < Contact.Columns.Length));
        summary.ByFlaw[(int)Flaw.NeitherEmailNorPhone].ShouldBe(rows.Count(row => row[0].Length == 0 && row[1].Length == 0));
        summary.ByFlaw[(int)Flaw.WrongEncoding].ShouldBe(rows.Count(row => row[2].Contains('\uFFFD', StringComparison.Ordinal)));
        summary.ByFlaw[(int)Flaw.UnknownStage].ShouldBe(rows.Count(row => row.Length > 6 && row[6] == "VISITOR"));
        // The bad addresses repeat each other; the others all carry their row's number.
        summary.ByFlaw[(int)Flaw.DuplicateInOtherCase].ShouldBe(Duplicates(rows.Where(row => row[0].Any(char.IsAsciiDigit)), column: 0));
    }

    [Fact]
    public void Custom_fields_come_behind_the_same_columns()
    {
        var (bytes, summary) = Write(seed: 1, dirty: 0.2);
        var (with, withFields) = Write(seed: 1, dirty: 0.2, fields: 7);
        string[] keys = ["tier", "budget", "since", "subscriber", "note", "tier_2", "budget_2"];
        var (rows, wide) = (Read(bytes), Read(with, keys));
        foreach (var (row, wider) in rows.Zip(wide))
        {
            // But for the duplicates of rows that are wrong now.
            if (!row[0].Any(char.IsAsciiLetterUpper))
            {
                wider.Take(Contact.Columns.Length).ShouldBe(row);
            }
            wider.Length.ShouldBe(row.Length < Contact.Columns.Length ? row.Length : Contact.Columns.Length + keys.Length);
        }
        // Each flaw as often, but for the rows that were right before.
        withFields.ByFlaw[1..^1].ShouldBe(summary.ByFlaw[1..^1]);
        var wrong = (string[])[.. CustomColumn.Take(7).SelectMany(c => c.Wrong)];
        withFields.ByFlaw[^1].ShouldBeInRange(Rows * 2 / 200, Rows * 2 / 80);
        wide.Count(r => r.Skip(Contact.Columns.Length).Any(wrong.Contains)).ShouldBe((int)withFields.ByFlaw[^1]);
        foreach (var i in Enumerable.Range(Contact.Columns.Length, keys.Length))
        {
            wide.Where(r => r.Length > i).CountBy(r => r[i].Length > 0).ToDictionary()[true].ShouldBeInRange(Rows * 60 / 100, Rows * 70 / 100);
        }
        // A clean file has none that is wrong.
        Read(Write(seed: 1, dirty: 0, fields: 7).Bytes, keys).ShouldAllBe(r => !r.Skip(Contact.Columns.Length).Any(wrong.Contains));
    }

    [Fact]
    public void Names_are_written_in_many_scripts()
    {
        var text = Encoding.UTF8.GetString(Write(seed: 1, dirty: 0).Bytes);
        // Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Tamil, Thai, Georgian, Hangul, Ethiopic, Katakana, Han.
        foreach (var letter in "łΕІԱשمशகสთ서ሰハ秀")
        {
            text.Contains(letter, StringComparison.Ordinal).ShouldBeTrue($"{letter}");
        }

        // Beyond the basic plane, where one character is two UTF-16 units.
        text.ShouldContain("𠮷");
    }

    private static (byte[] Bytes, SampleSummary Summary) Write(long seed, double dirty, int fields = 0)
    {
        using var stream = new MemoryStream();
        var summary = SampleFile.Write(stream, Rows, seed, dirty, fields);
        return (stream.ToArray(), summary);
    }

    private static List<string[]> Read(byte[] bytes, params string[] more)
    {
        // A reader of the same format that is not ours.
        using var parser = new TextFieldParser(new MemoryStream(bytes), Encoding.UTF8) { TrimWhiteSpace = false };
        parser.SetDelimiters(",");
        var rows = new List<string[]>();
        while (!parser.EndOfData)
        {
            rows.Add(parser.ReadFields()!);
        }

        rows[0].ShouldBe([.. Contact.Columns, .. more]);
        rows.RemoveAt(0);
        return rows;
    }

    private static int Duplicates(IEnumerable<string[]> rows, int column)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return rows.Count(row => row[column].Trim() is { Length: > 0 } value && !seen.Add(value));
    }
}
