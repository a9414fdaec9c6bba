using System.Text;

namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>A message (RFC 5322, RFC 2046), taken apart as far as reports and replies need it. Nothing of it is copied but its fields.</summary>
/// <param name="Fields">The message's own header.</param>
/// <param name="Parts">Its parts that hold no others, in order. A message within it (message/rfc822) is such a part.</param>
public sealed record MailMessage(MailFields Fields, IReadOnlyList<MailPart> Parts)
{
    /// <summary>Reads a message. It may have been cut off anywhere; what is there is read.</summary>
    /// <param name="raw">The message as it came over the wire or from a disk.</param>
    /// <param name="message">The message; null when the answer is not.</param>
    /// <returns>What is wrong with it and what is allowed, to follow a field's name; null when it was read.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> raw, out MailMessage? message)
    {
        message = null;
        if (raw.Length > MailLimits.Message)
        {
            return $"has {raw.Length} bytes; at most {MailLimits.Message} are allowed: its end may be cut off";
        }
        var parts = new List<MailPart>();
        var problem = ReadPart(raw, 0, parts, out var fields);
        if (problem is null)
        {
            message = new(fields, parts);
        }
        return problem;
    }

    private static string? ReadPart(ReadOnlyMemory<byte> raw, int depth, List<MailPart> parts, out MailFields fields)
    {
        if (!MailFields.TryRead(raw.Span, out fields, out var body))
        {
            return $"has a header of more than {MailLimits.Header} bytes or {MailLimits.Fields} fields";
        }
        var type = ContentType.Read(fields["Content-Type"]);
        if (!type.MediaType.StartsWith("multipart/", StringComparison.Ordinal) || type.Boundary.Length == 0)
        {
            if (parts.Count == MailLimits.Parts)
            {
                return $"has more than {MailLimits.Parts} parts";
            }
            parts.Add(new(type, fields["Content-Transfer-Encoding"].ToLowerInvariant(), raw[body..])
            {
                IsAttachment = fields["Content-Disposition"].StartsWith("attachment", StringComparison.OrdinalIgnoreCase),
            });
            return null;
        }
        if (depth == MailLimits.Depth)
        {
            return $"has parts within parts of more than {MailLimits.Depth} levels";
        }
        return ReadParts(raw[body..], Encoding.UTF8.GetBytes("--" + type.Boundary), depth, parts);
    }

    private static string? ReadParts(ReadOnlyMemory<byte> body, byte[] delimiter, int depth, List<MailPart> parts)
    {
        var (at, start) = (0, -1);
        var text = body.Span;
        while (at < text.Length)
        {
            var line = MailLines.Next(text, ref at);
            if (!text[line.Start..line.End].StartsWith(delimiter) || !Ends(text[(line.Start + delimiter.Length)..line.End], out var last))
            {
                continue;
            }
            // The line end before a delimiter belongs to the delimiter, but an empty line more or less changes nothing here.
            if (start >= 0 && ReadPart(body[start..line.Start], depth + 1, parts, out _) is { } problem)
            {
                return problem;
            }
            start = last ? -1 : at;
            if (last)
            {
                break;
            }
        }
        return start >= 0 && start < text.Length ? ReadPart(body[start..], depth + 1, parts, out _) : null;
    }

    /// <summary>What follows a delimiter's name: nothing but blanks, or `--` after the last part.</summary>
    private static bool Ends(ReadOnlySpan<byte> rest, out bool last)
    {
        last = rest.StartsWith("--"u8);
        return rest[(last ? 2 : 0)..].Trim(" \t"u8).IsEmpty;
    }
}
