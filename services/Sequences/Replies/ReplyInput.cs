using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A reply that is handed in.</summary>
/// <param name="Reply">What it says.</param>
/// <param name="From">Address or phone that it is from; may be empty.</param>
/// <param name="Key">Names it within its source.</param>
/// <param name="MessageId">Its Message-ID without angle brackets; may be empty.</param>
/// <param name="Thread">Message-IDs of what it answers.</param>
/// <param name="Source">Who hands it in.</param>
/// <param name="ContactId">The contact, where that is known; 0 otherwise.</param>
public sealed record ReplyInput(InboundReply Reply, string From, string Key, string MessageId, IReadOnlyList<string> Thread, string Source, long ContactId)
{
    /// <summary>A mail that was read.</summary>
    public static ReplyInput Of(ReplyMail mail, ReadOnlySpan<byte> raw, string source, long contactId = 0) =>
        new(mail.Reply, mail.From, mail.MessageId.Length > 0 ? $"{mail.From} {mail.MessageId}" : Convert.ToHexStringLower(SHA256.HashData(raw)), mail.MessageId, mail.Thread, source, contactId);

    /// <summary>A text message.</summary>
    public static ReplyInput Of(string phone, string text, string key, DateTime now, string source, long contactId = 0) =>
        new(new() { IsSms = true, Text = text, Day = DateOnly.FromDateTime(now) }, phone, key, "", [], source, contactId);

    /// <summary>Brings a text to what can be stored: no control characters but line ends, no broken characters, not too long.</summary>
    public static string Clean(string text, int maximum)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maximum));
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > maximum)
            {
                break;
            }
            clean.Append(Rune.IsControl(rune) && rune.Value != '\n' ? " " : rune.ToString());
        }
        return clean.ToString().Trim();
    }

    /// <summary>What becomes of what is no reply; null for a reply.</summary>
    public RecordOutcome? NoReply => Reply.Report switch
    {
        MailReport.None => null,
        MailReport.Delivery => RecordOutcome.DeliveryReport,
        MailReport.Receipt => RecordOutcome.Receipt,
        _ => RecordOutcome.Bulk,
    };
}
