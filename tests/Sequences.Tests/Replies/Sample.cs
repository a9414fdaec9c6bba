using System.Text;
using ContactPlatform.LocalTools;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Sequences.Tests.Replies;

/// <summary>
/// A sample of the corpus: files in which each begins with `@@ NAME CATEGORY`, then `return=` (the day that it tells, or why
/// it tells none), `read=` (what the rules say where they are known to be wrong), `sms`; below it the mail or the message. Mails
/// without a date are of 20 February 2026, a Friday.
/// </summary>
internal sealed record Sample(string File, string Name, ReplyCategory Category, ReplyCategory Read, string? Return, InboundReply Reply)
{
    private static readonly DateTime Received = new(2026, 2, 20, 9, 0, 0, DateTimeKind.Utc);

    internal static IReadOnlyList<Sample> All { get; } = [.. Directory.GetFiles(Path.Combine(RepoRoot.Path, "tests", "Sequences.Tests", "Replies", "Corpus"), "*.txt").Order(StringComparer.Ordinal).SelectMany(Load)];

    private static IEnumerable<Sample> Load(string path) => ("\n" + System.IO.File.ReadAllText(path)).Split("\n@@ ").Skip(1).Select(text =>
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var (head, body) = (text[..end].Split(' '), text[(end + 1)..]);
        string? Value(string name) => Array.Find(head, h => h.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        var category = Parse(head[1]);
        return new Sample(Path.GetFileNameWithoutExtension(path), head[0], category, Value("read") is { } read ? Parse(read) : category, Value("return"), head.Contains("sms")
            ? new() { IsSms = true, Text = body, Day = DateOnly.FromDateTime(Received) } : Mail(body));
    });

    private static ReplyCategory Parse(string name) => Enum.Parse<ReplyCategory>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static InboundReply Mail(string text)
    {
        var encoding = text.Contains("charset=koi8-r", StringComparison.Ordinal) ? CodePagesEncodingProvider.Instance.GetEncoding("koi8-r")! : Encoding.UTF8;
        var raw = encoding.GetBytes(text.ReplaceLineEndings("\r\n"));
        MailMessage.TryRead(raw, out var message).ShouldBeNull();
        ReplyMail.TryRead(raw, MailDate.Read(message!.Fields["Date"]) ?? Received, out var mail).ShouldBeNull();
        mail!.Reply.Report.ShouldBe(MailReport.None);
        return mail.Reply;
    }
}
