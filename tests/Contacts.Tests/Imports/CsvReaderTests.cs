using System.Text;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.Imports;

public sealed class CsvReaderTests
{
    private sealed record Record(long Line, CsvFlaw Flaw, string[] Fields, string Raw);

    [Theory]
    [InlineData("a,b\nc,d\n")]
    [InlineData("a,b\r\nc,d\r\n")]
    [InlineData("a,b\rc,d\r")]
    [InlineData("a,b\n\r\n\nc,d")]
    [InlineData("\"a\",\"b\"\r\n\"c\",d")]
    public void Reads_any_line_end_and_passes_over_empty_lines(string text) =>
        Read(text).Select(r => string.Join('|', r.Fields)).ShouldBe(["a|b", "c|d"]);

    [Fact]
    public void Counts_the_lines_inside_quoted_fields()
    {
        var records = Read("h\n\"one\r\ntwo\nthree\",x\n\nlast\n");
        records.Select(r => r.Line).ShouldBe([1, 2, 6]);
        records[1].Fields.ShouldBe(["one\r\ntwo\nthree", "x"]);
    }

    [Theory]
    [InlineData("a\"b,c", CsvFlaw.StrayQuote)]
    [InlineData("\"a\"b,c", CsvFlaw.StrayQuote)]
    [InlineData("x,\"a,c", CsvFlaw.UnclosedQuote)]
    public void A_malformed_record_costs_its_own_line_only(string bad, CsvFlaw flaw)
    {
        var records = Read($"h,i\n{bad}\nc,d\ne,f\n");
        records.Select(r => (r.Line, r.Flaw)).ShouldBe([(1, CsvFlaw.None), (2, flaw), (3, CsvFlaw.None), (4, CsvFlaw.None)]);
        records[1].Raw.ShouldBe(bad);
        records[1].Fields.ShouldBeEmpty();
        records[3].Fields.ShouldBe(["e", "f"]);
    }

    [Fact]
    public void A_forgotten_quote_does_not_swallow_what_fills_many_buffers()
    {
        var text = new StringBuilder("h,i\n\"forgotten,x\n");
        for (var i = 0; i < 300_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"c{i},d\n");
        }
        var records = Read(text.ToString());
        records.Count.ShouldBe(300_002);
        records[1].Flaw.ShouldBe(CsvFlaw.UnclosedQuote);
        records.Skip(2).ShouldAllBe(r => r.Flaw == CsvFlaw.None && r.Fields.Length == 2);
        records[^1].Line.ShouldBe(300_002);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('"')]
    public void A_line_without_end_is_refused_and_read_past(char filler)
    {
        var records = Read($"h,i\n{new string(filler, 5_000_001)}\r\nc,d\n");
        records.Select(r => (r.Line, r.Flaw)).ShouldBe([(1, CsvFlaw.None), (2, CsvFlaw.TooLong), (3, CsvFlaw.None)]);
        records[1].Raw.Length.ShouldBe(CsvReader.MaximumRecord);
        records[2].Fields.ShouldBe(["c", "d"]);
    }

    [Fact]
    public void A_long_line_at_the_very_end_ends_the_file()
    {
        var records = Read("h\n" + new string('x', 3 << 20));
        records.Select(r => r.Flaw).ShouldBe([CsvFlaw.None, CsvFlaw.TooLong]);
    }

    public static TheoryData<string, byte[], ImportEncoding> Encoded => new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes("name\nZoë 客户 𠮷"), ImportEncoding.Unspecified },
        { "UTF-8 with its mark", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("name\nZoë 客户 𠮷")], ImportEncoding.Utf8 },
        { "UTF-16 by its mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("name\nZoë 客户 𠮷")], ImportEncoding.Unspecified },
        { "UTF-16 big endian", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("name\nZoë 客户 𠮷")], ImportEncoding.Utf16 },
        { "UTF-16 named", Encoding.Unicode.GetBytes("name\nZoë 客户 𠮷"), ImportEncoding.Utf16 },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public void Reads_each_encoding(string what, byte[] bytes, ImportEncoding encoding) =>
        Read(bytes, encoding).Select(r => r.Fields[0]).ShouldBe(["name", "Zoë 客户 𠮷"], what);

    [Fact]
    public void Reads_Windows_1252() =>
        Read([.. "name\n"u8, 0x80, 0xE9, 0x92], ImportEncoding.Windows1252).Select(r => r.Fields[0]).ShouldBe(["name", "€é’"]);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_named_in_their_row_only()
    {
        var records = Read([.. "name\nZo"u8, 0xEB, .. "\nfine\ncut "u8, 0xE5, 0xAE], ImportEncoding.Unspecified);
        records.Count.ShouldBe(4);
        CsvText.DescribeBadBytes(records[1].Raw).ShouldBe("the byte 0xEB");
        CsvText.Readable(records[1].Raw).ShouldBe("Zo\uFFFD");
        records[2].Raw.ShouldNotContain(CsvText.BadByteMark.ToString());
        CsvText.Readable(records[3].Raw).ShouldStartWith("cut \uFFFD");
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0 }, ImportEncoding.Unspecified, "UTF-32")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0 }, ImportEncoding.Utf8, "UTF-16")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61 }, ImportEncoding.Windows1252, "UTF-8")]
    public void A_mark_of_another_encoding_is_refused(byte[] bytes, ImportEncoding encoding, string names) =>
        Should.Throw<CsvFileException>(() => Read(bytes, encoding)).Problem.ShouldContain(names);

    [Fact]
    public void Any_table_is_read_back_as_it_was_written()
    {
        var cell = Gen.Elements('a', 'é', '客', ' ', ',', ';', '"', '\n', '\r', '\t', '=').ListOf().Select(c => string.Concat(c));
        var table = from delimiter in Gen.Elements(',', ';', '\t', '|')
                    from lineEnd in Gen.Elements("\n", "\r\n", "\r")
                    from width in Gen.Choose(1, 5)
                    from rows in cell.ArrayOf(width).NonEmptyListOf()
                    from quoteAll in Gen.Elements(true, false)
                    from last in Gen.Elements(true, false)
                    from part in Gen.Choose(1, 7)
                    select (delimiter, lineEnd, rows: rows.ToList(), quoteAll, last, part);
        Prop.ForAll(Arb.From(table), t =>
        {
            var text = string.Join(t.lineEnd, t.rows.Select(row => string.Join(t.delimiter, row.Select(c => Write(c, t.delimiter, t.quoteAll || row.Length == 1))))) + (t.last ? t.lineEnd : "");
            var read = Read(Encoding.UTF8.GetBytes(text), ImportEncoding.Unspecified, t.delimiter, t.part);
            return read.Count == t.rows.Count && read.Zip(t.rows).All(p => p.First.Flaw == CsvFlaw.None && p.First.Fields.SequenceEqual(p.Second));
        }).QuickCheckThrowOnFailure();

        static string Write(string value, char delimiter, bool quote) =>
            quote || value.AsSpan().ContainsAny(['"', '\r', '\n', delimiter]) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }

    [Fact]
    public void No_text_whatever_stops_the_reader_or_loses_a_line_count()
    {
        var text = Gen.Elements('a', ',', '"', '\n', '\r').ListOf().Select(c => string.Concat(c));
        Prop.ForAll(Arb.From(text), t =>
        {
            var read = Read(Encoding.UTF8.GetBytes(t), ImportEncoding.Unspecified, ',', 3);
            var lines = t.ReplaceLineEndings("\n").Split('\n');
            return read.Zip(read.Skip(1)).All(p => p.First.Line < p.Second.Line) && read.All(r => lines[r.Line - 1].StartsWith(r.Raw.ReplaceLineEndings("\n").Split('\n')[0], StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    private static List<Record> Read(string text) => Read(Encoding.UTF8.GetBytes(text), ImportEncoding.Unspecified);

    private static List<Record> Read(byte[] bytes, ImportEncoding encoding, char delimiter = ',', int part = int.MaxValue)
    {
        using var stream = new Dripping(bytes, part);
        var reader = new CsvReader(new CsvText(stream, encoding), delimiter);
        var records = new List<Record>();
        while (reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            records.Add(new(reader.Line, reader.Flaw, [.. Enumerable.Range(0, reader.Count).Select(reader.Field)], new string(reader.Raw)));
        }
        return records;
    }

    /// <summary>Gives a few bytes at a time, so that every boundary falls everywhere.</summary>
    private sealed class Dripping(byte[] bytes, int part) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, part)], cancellationToken);
    }
}
