using System.Diagnostics;
using System.Text;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.Reports;
using ContactPlatform.ServiceDefaults.Mime;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.Mime;

/// <summary>Whatever is handed in, it is read within bounds, or refused.</summary>
public sealed class HostileMailTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static string? Read(ReadOnlyMemory<byte> mail, out IReadOnlyList<EventDraft> events) => MailReports.TryRead(mail, "mx", Now, 0, out events, out _);

    /// <summary>Pieces of which mails are made, and of which nonsense is made.</summary>
    private static readonly Gen<string> Pieces = Gen.OneOf(
        Gen.Elements("\r\n", "\n", "\r\n\r\n", "--b\r\n", "--b--\r\n", "--c\n", " ", ":", ";", "=", "\"", "(", "<", ">", "\0", "=3", "=3D", "é", "😀",
            "Content-Type: multipart/report; boundary=b\r\n\r\n", "Content-Type: multipart/mixed; boundary=\"c\"\n\n", "Content-Type: message/delivery-status\r\n\r\n", "Content-Type: message/feedback-report\r\n\r\n",
            "Content-Type: message/rfc822\r\n\r\n", "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n", "Final-Recipient: rfc822;a@example.com\r\n", "Action: failed\r\n",
            "Status: 5.1.1\r\n", "Diagnostic-Code: smtp; 550 5.1.1 no\r\n", "Feedback-Type: abuse\r\n", "Original-Rcpt-To: <a@example.com>\r\n", "Message-ID: <x@example.org>\r\n", "Date: Thu, 21 Nov 2024 12:00:00 +0100\r\n", "To: a@example.com\r\n"),
        Gen.Choose(0, 60).SelectMany(n => Gen.Choose(0, 255).ArrayOf(n)).Select(bytes => Encoding.Latin1.GetString(Array.ConvertAll(bytes, b => (byte)b))));

    private static readonly Gen<string> Beginnings = Gen.Elements("", "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;z@example.com\nAction: failed\n",
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: z@example.com\n");

    [Fact]
    public void Any_bytes_are_read_or_refused_and_what_is_read_is_within_its_limits()
    {
        var read = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(60), Prop.ForAll(Beginnings.Zip(Pieces.ListOf()).Select(p => p.Item1 + string.Concat(p.Item2)).ToArbitrary(), text =>
        {
            var problem = Read(Encoding.Latin1.GetBytes(text.Replace("é", "\u00e9", StringComparison.Ordinal).Replace("😀", "\u00f0", StringComparison.Ordinal)), out var events);
            read += events.Count;
            return (problem is null || events.Count == 0) && events.Count <= ReportLimits.Recipients && events.All(Fits);
        }));
        read.ShouldBeGreaterThan(0, "some of them are reports");
    }

    [Fact]
    public void A_report_with_one_byte_changed_or_cut_off_anywhere_is_read_or_refused()
    {
        var mail = Mails.Bytes(Mails.Dsn(Mails.Failed));
        for (var i = 0; i < mail.Length; i++)
        {
            var changed = (byte[])mail.Clone();
            changed[i] = (byte)(i * 31);
            Read(changed, out var events);
            events.ShouldAllBe(e => Fits(e));
            Read(mail.AsMemory(0, i), out _);
        }
    }

    [Theory]
    [InlineData("header of one line")]
    [InlineData("header of many lines")]
    [InlineData("header of many fields")]
    [InlineData("levels")]
    [InlineData("parts")]
    [InlineData("recipients")]
    [InlineData("group")]
    [InlineData("feedback addresses")]
    public void What_is_too_large_in_some_way_is_refused_soon(string way)
    {
        var mail = way switch
        {
            "header of one line" => "Subject: " + new string('x', 900_000) + "\r\n\r\n",
            "header of many lines" => "Subject: x\r\n" + string.Concat(Enumerable.Repeat(" y\r\n", 200_000)),
            "header of many fields" => string.Concat(Enumerable.Repeat("X: y\r\n", 600)) + "\r\n",
            "levels" => string.Concat(Enumerable.Range(0, 20).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")),
            "parts" => "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", 60)),
            "recipients" => Mails.Dsn(string.Join("\n", Enumerable.Range(0, 101).Select(i => $"Final-Recipient: rfc822;a{i}@example.com\nAction: failed\n"))),
            "group" => Mails.Dsn("Final-Recipient: rfc822;a@example.com\nAction: failed\n" + string.Concat(Enumerable.Repeat("X: y\n", 600))),
            _ => Mails.Arf("Feedback-Type: abuse\n" + string.Concat(Enumerable.Range(0, 101).Select(i => $"Original-Rcpt-To: a{i}@example.com\n"))),
        };
        var started = Stopwatch.GetTimestamp();
        Read(Mails.Bytes(mail), out var events).ShouldNotBeNull();
        events.ShouldBeEmpty();
        // Milliseconds; what grows with the square of the length would take many minutes.
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Fifty_megabytes_of_header_are_refused_before_memory_is_spent()
    {
        var mail = new byte[50 << 20];
        mail.AsSpan().Fill((byte)'x');
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(mail, out _).ShouldNotBeNull().ShouldContain("at most");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000);
    }

    [Fact]
    public void The_largest_mail_of_nothing_but_boundaries_lines_and_blanks_ends_quickly()
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var piece in (string[])["\n", "--b\n", "--b--\n", "a:b\n\n", "Action: failed\n\n", "=", "(", "\"", "--", " "])
        {
            var head = "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n";
            Read(Encoding.ASCII.GetBytes(head + string.Concat(Enumerable.Repeat(piece, (MailLimits.Message - head.Length) / piece.Length))), out _);
        }
        // Seconds on a busy machine; what grows with the square of the length would take hours.
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    private static bool Fits(EventDraft e) => e.Key.Length is > 0 and <= EventLimits.Key && e.Reference.Length <= EventLimits.Reference && e.Diagnostic.Length <= EventLimits.Diagnostic
        && e.RemoteHost.Length <= EventLimits.RemoteHost && e.Status.Length <= EventLimits.Status && e.Address.Length <= 254 && !(e.Diagnostic + e.RemoteHost + e.Reference).Any(char.IsControl);
}
