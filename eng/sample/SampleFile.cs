using System.Text;

namespace ContactPlatform.Sample;

/// <summary>What was written, so that an import's counts can be compared.</summary>
/// <param name="ByFlaw">Rows per <see cref="Flaw"/>, in its order.</param>
/// <param name="Purchased">Contacts labelled <see cref="Contact.PurchasedLabel"/> after an import of the rows that are right.</param>
internal sealed record SampleSummary(long[] ByFlaw, long Purchased)
{
    public long Count(Expected expected) => Flaws.All.Index().Where(f => f.Item.Expected == expected).Sum(f => ByFlaw[f.Index]);
}

/// <summary>Writes a CSV file (RFC 4180) row by row; memory does not grow with the rows.</summary>
internal static class SampleFile
{
    private static readonly Flaw[] _flaws = [.. Enum.GetValues<Flaw>().Where(f => f is not (Flaw.None or Flaw.BadFieldValue))];

    /// <param name="output">Gets the bytes: UTF-8, with a byte order mark when <paramref name="dirty"/> is above 0.</param>
    /// <param name="rows">Rows below the header.</param>
    /// <param name="seed">The same seed gives the same bytes.</param>
    /// <param name="dirty">The share of rows (0 to 1) that get a flaw.</param>
    /// <param name="fields">Columns of custom fields behind the others, which stay the same but for duplicates; with them a tenth of that share more rows get a wrong value.</param>
    public static SampleSummary Write(Stream output, long rows, long seed, double dirty, int fields = 0)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: dirty > 0), 1 << 16, leaveOpen: true);
        var columns = CustomColumn.Take(fields);
        writer.Write(string.Join(',', Contact.Columns.Concat(columns.Select(c => c.Key))));
        writer.Write('\n');
        var byFlaw = new long[Flaws.All.Length];
        var purchased = 0L;
        for (var row = 1L; row <= rows; row++)
        {
            var (flaw, contact) = Make(seed, row, dirty, fields);
            var random = OfFields(seed, row);
            WriteRow(writer, flaw, [.. contact.Fields, .. CustomColumn.Values(columns, ref random, flaw == Flaw.BadFieldValue)]);
            byFlaw[(int)flaw]++;
            if (Flaws.Of(flaw).Expected == Expected.Accepted && contact.HasPurchased)
            {
                purchased++;
            }
        }

        return new SampleSummary(byFlaw, purchased);
    }

    /// <summary>Random numbers of a row's custom fields: apart, so that the other columns stay as they are.</summary>
    private static RowRandom OfFields(long seed, long row) => new(~seed, row);

    private static (Flaw Flaw, Contact Contact) Make(long seed, long row, double dirty, int fields)
    {
        var random = new RowRandom(seed, row);
        var flaw = random.Chance(dirty) ? random.Pick(_flaws) : Flaw.None;
        if (flaw == Flaw.None && fields > 0 && OfFields(seed, ~row).Chance(dirty / 10))
        {
            flaw = Flaw.BadFieldValue;
        }

        if (flaw == Flaw.DuplicateInOtherCase)
        {
            // An earlier row is made again rather than remembered.
            for (var earlier = row - 1 - random.Next(1000); earlier > 0; earlier--)
            {
                var (itsFlaw, original) = Make(seed, earlier, dirty, fields);
                if (itsFlaw == Flaw.None && original.Email.Length > 0)
                {
                    return (flaw, Flaws.Apply(flaw, original, ref random));
                }
            }

            flaw = Flaw.None;
        }

        var contact = Contact.Make(ref random, row);
        // Without its columns or its phone such a row must still be wrong for one reason only.
        if (flaw is Flaw.MissingColumns or Flaw.SpacesAround && contact.Email.Length == 0)
        {
            flaw = Flaw.None;
        }

        return (flaw, Flaws.Apply(flaw, contact, ref random));
    }

    private static void WriteRow(StreamWriter writer, Flaw flaw, string[] fields)
    {
        var count = flaw == Flaw.MissingColumns ? 3 : fields.Length;
        if (flaw == Flaw.WrongEncoding)
        {
            // Windows-1252 and Latin-1 agree on the letters used.
            writer.Flush();
            writer.BaseStream.Write(Encoding.Latin1.GetBytes(string.Join(',', fields) + "\n"));
            return;
        }

        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                writer.Write(',');
            }

            WriteField(writer, fields[i]);
        }

        writer.Write(flaw == Flaw.CarriageReturnAndNewline ? "\r\n" : "\n");
    }

    private static void WriteField(StreamWriter writer, string field)
    {
        if (field.AsSpan().IndexOfAny(",\"\r\n") < 0)
        {
            writer.Write(field);
            return;
        }

        writer.Write('"');
        writer.Write(field.Replace("\"", "\"\"", StringComparison.Ordinal));
        writer.Write('"');
    }
}
