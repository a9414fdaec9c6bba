using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Turns a file's bytes into characters. Bytes that the encoding does not know become a mark and stay readable behind
/// it, so that the row that holds them can be refused by itself and name them.
/// </summary>
public sealed class CsvText
{
    /// <summary>
    /// Stands before each byte that could not be read. U+FFFF is no character (Unicode 23.7), so a file that holds it is
    /// wrong as well.
    /// </summary>
    public const char BadByteMark = '\uFFFF';

    /// <summary>A byte behind the mark is this plus its value: a private character, where nobody can take it for text.</summary>
    private const int BadByteBase = 0xE000;

    private const int ByteBufferSize = 64 << 10;

    private static readonly DecoderFallback Fallback = new BadByteFallback();
    private static readonly Encoding Utf8 = Encoding.GetEncoding(Encoding.UTF8.WebName, EncoderFallback.ExceptionFallback, Fallback);
    private static readonly Encoding Utf16 = Encoding.GetEncoding(Encoding.Unicode.WebName, EncoderFallback.ExceptionFallback, Fallback);
    private static readonly Encoding Utf16BigEndian = Encoding.GetEncoding(Encoding.BigEndianUnicode.WebName, EncoderFallback.ExceptionFallback, Fallback);
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, Fallback)!;

    private readonly Stream stream;
    private readonly ImportEncoding named;
    private readonly byte[] bytes = new byte[ByteBufferSize];
    private Decoder? decoder;
    private int start;
    private int end;
    private bool streamEnded;
    private bool flushed;

    /// <summary>Reads a stream from its beginning.</summary>
    /// <param name="stream">The bytes; stays the caller's.</param>
    /// <param name="named">Encoding that the caller named; a byte order mark may only agree.</param>
    public CsvText(Stream stream, ImportEncoding named) => (this.stream, this.named) = (stream, named);

    /// <summary>Reads characters; 0 at the end.</summary>
    /// <exception cref="CsvFileException">The byte order mark says another encoding than the caller, or one that is not read.</exception>
    public async ValueTask<int> ReadAsync(Memory<char> into, CancellationToken cancellationToken)
    {
        if (decoder is null)
        {
            await StartAsync(cancellationToken);
        }
        while (!flushed)
        {
            if (start == end && !streamEnded)
            {
                (start, end) = (0, await stream.ReadAsync(bytes, cancellationToken));
                streamEnded = end == 0;
            }
            decoder!.Convert(bytes.AsSpan(start, end - start), into.Span, streamEnded, out var usedBytes, out var usedChars, out var completed);
            start += usedBytes;
            flushed = streamEnded && completed;
            if (usedChars > 0)
            {
                return usedChars;
            }
        }
        return 0;
    }

    /// <summary>Tells what bytes a text with marks holds, for people: `the byte 0xE9`.</summary>
    public static string DescribeBadBytes(ReadOnlySpan<char> text)
    {
        var mark = text.IndexOf(BadByteMark);
        return mark + 1 < text.Length && text[mark + 1] - BadByteBase is >= 0 and <= 255 and var value
            ? string.Create(CultureInfo.InvariantCulture, $"the byte 0x{value:X2}")
            : "U+FFFF, which is no character";
    }

    /// <summary>Puts the replacement character where bytes could not be read.</summary>
    public static string Readable(string text)
    {
        if (!text.Contains(BadByteMark, StringComparison.Ordinal))
        {
            return text;
        }
        var readable = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            readable.Append(text[i] == BadByteMark ? '\uFFFD' : text[i]);
            i += text[i] == BadByteMark && i + 1 < text.Length && text[i + 1] - BadByteBase is >= 0 and <= 255 ? 1 : 0;
        }
        return readable.ToString();
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        end = await stream.ReadAtLeastAsync(bytes, 4, throwOnEndOfStream: false, cancellationToken);
        streamEnded = end == 0;
        var head = bytes.AsSpan(0, end);
        // UTF-32's mark begins with UTF-16's; no text in UTF-16 begins with U+FEFF U+0000.
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]))
        {
            throw new CsvFileException("is in UTF-32; UTF-8, UTF-16 and Windows-1252 are read", 1);
        }
        (var marked, start, var markName) = head switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3, "UTF-8"),
            [0xFF, 0xFE, ..] => (Utf16, 2, "UTF-16"),
            [0xFE, 0xFF, ..] => (Utf16BigEndian, 2, "UTF-16"),
            _ => ((Encoding?)null, 0, ""),
        };
        var (asked, askedName) = named switch
        {
            ImportEncoding.Utf16 => (Utf16, "UTF-16"),
            ImportEncoding.Windows1252 => (Windows1252, "Windows-1252"),
            _ => (Utf8, "UTF-8"),
        };
        if (marked is not null && named != ImportEncoding.Unspecified && markName != askedName)
        {
            throw new CsvFileException($"begins with the byte order mark of {markName}, but {askedName} was named as its encoding", 1);
        }
        decoder = (marked ?? asked).GetDecoder();
    }

    private sealed class BadByteFallback : DecoderFallback
    {
        public override int MaxCharCount => 8;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer();

        private sealed class Buffer : DecoderFallbackBuffer
        {
            private byte[] unknown = [];
            private int position;

            public override int Remaining => (unknown.Length * 2) - position;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                (unknown, position) = (bytesUnknown, 0);
                return true;
            }

            public override char GetNextChar()
            {
                if (Remaining <= 0)
                {
                    return '\0';
                }
                var next = position % 2 == 0 ? BadByteMark : (char)(BadByteBase + unknown[position / 2]);
                position++;
                return next;
            }

            public override bool MovePrevious() => position > 0 && position-- > 0;

            public override void Reset() => (unknown, position) = ([], 0);
        }
    }
}

/// <summary>The file as a whole cannot be read as CSV.</summary>
/// <param name="problem">What is wrong, to follow "the file".</param>
/// <param name="line">Line where it shows, counted from 1.</param>
public sealed class CsvFileException(string problem, long line) : Exception($"the file {problem}")
{
    /// <summary>What is wrong, to follow "the file".</summary>
    public string Problem { get; } = problem;

    /// <summary>Line where it shows, counted from 1.</summary>
    public long Line { get; } = line;
}
