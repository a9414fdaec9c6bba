using System.Text;
using ContactPlatform.Deliverability.Mail;
using ContactPlatform.MailSink;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.Mail;

public sealed class MailWriterTests
{
    private static readonly string[] Plain = ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    private static readonly OutgoingMail Short = new("<m.abc@bounces.example>", new(2026, 11, 21, 7, 5, 9, DateTimeKind.Utc), new("shop@example.org", "Ana's \"Shop\""), new("to@example.com"), "Hello") { Text = "Hi\n" };

    [Fact]
    public void A_short_mail_is_written_as_the_standard_has_it() =>
        Encoding.ASCII.GetString(MailWriter.Write(Short).Span).ShouldBe("""
            Date: Sat, 21 Nov 2026 07:05:09 +0000
            From: "Ana's \"Shop\"" <shop@example.org>
            To: to@example.com
            Subject: Hello
            Message-ID: <m.abc@bounces.example>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Hi

            """.ReplaceLineEndings("\r\n"));

    [Fact]
    public void Text_html_and_files_come_back_as_they_were()
    {
        var file = new System.Buffers.ArrayBufferWriter<byte>();
        BodyEncoding.WriteBase64(Encoding.UTF8.GetBytes(new string('x', 200)), file);
        var mail = Read(Short with
        {
            Subject = "Grüße aus 東京 – a subject that is long enough to need more than one encoded word for itself",
            To = new("to@example.com", "Żółć 😀 " + new string('n', 80)),
            ReplyTo = new("answers@example.org"),
            Text = "line with = and trailing blank \n.dot\n" + new string('a', 200),
            Html = "<p>日本語だけの本文です</p>",
            Files = [new("bill (1).pdf", "application/pdf", file.WrittenMemory), new("plain.txt", "text/csv", file.WrittenMemory)],
            UnsubscribeUrl = "https://mail.example/t/u/abc",
        });
        mail.Subject.ShouldBe("Grüße aus 東京 – a subject that is long enough to need more than one encoded word for itself");
        mail.Header("Reply-To").ShouldBe("answers@example.org");
        mail.Header("To").ShouldEndWith("<to@example.com>");
        (mail.Header("List-Unsubscribe"), mail.Header("List-Unsubscribe-Post")).ShouldBe(("<https://mail.example/t/u/abc>", "List-Unsubscribe=One-Click"));
        Read(Short with { UnsubscribeUrl = "http://localhost:7131/t/u/abc" }).Header("List-Unsubscribe-Post").ShouldBe("List-Unsubscribe=One-Click");
        mail.Parts.Select(p => p.Type).ShouldBe(["text/plain", "text/html", "application/pdf", "text/csv"]);
        mail.Body("text/plain").ShouldBe("line with = and trailing blank \r\n.dot\r\n" + new string('a', 200) + "\r\n");
        mail.Body("text/html")!.Trim().ShouldBe("<p>日本語だけの本文です</p>");
        mail.Body("application/pdf").ShouldBe(new string('x', 200));
        mail.Content.ShouldContain("filename*0*=utf-8''bill%20%281%29.pdf");
    }

    [Fact]
    public void Nothing_that_a_caller_chooses_adds_a_header_or_a_long_line() =>
        Prop.ForAll(Gen.Elements("\r\nBcc: victim@example.com", "\r", "\n", "\r\n", "\r\n\r\n", "\0", "=?utf-8?Q?=0D=0ABcc:?=", "ü", "a", " ", ":", "\"", "\\", "<", ",", "\u2028", "😀", "--=_mixed", "x" + new string('y', 90))
            .ArrayOf().Select(string.Concat).ToArbitrary(), text =>
        {
            var mail = Read(Short with { Subject = text, From = new("shop@example.org", text), To = new("to@example.com", text), Text = text, Html = text, Files = [new(text, "a/b", Encoding.ASCII.GetBytes("eA==\r\n"))] });
            mail.HeaderNames.ShouldBe(Plain[..^1]);
            mail.Content.Split("\r\n").ShouldAllBe(l => l.Length <= 998 && l.All(c => c >= ' ' && c <= '~'));
            // What comes out of encoded words is what went in; a plain one is as it was.
            mail.Subject.ShouldBe(text);
            mail.Parts.Count.ShouldBe(3);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lines_with_encoded_words_and_pieces_of_names_are_as_long_as_readers_take_them()
    {
        var mail = Read(Short with
        {
            Subject = new string('ü', 200), From = new("shop@example.org", new string('ß', 100)), UnsubscribeUrl = "http://mail.example/t/u/abc",
            Files = [new(string.Concat(Enumerable.Repeat("a€", 50)), "a/b", Encoding.ASCII.GetBytes("eA==\r\n"))],
        });
        mail.Content.Split("\r\n").Where(l => l.Contains("=?utf-8?", StringComparison.Ordinal)).ShouldAllBe(l => l.Length <= 76);
        mail.Subject.ShouldBe(new string('ü', 200));
        var pieces = mail.Content.Split("\r\n").Where(l => l.Contains("filename*", StringComparison.Ordinal)).Select(l => l[(l.IndexOf('=', StringComparison.Ordinal) + 1)..].TrimEnd(';').Replace("utf-8''", "", StringComparison.Ordinal)).ToList();
        pieces.Count.ShouldBeGreaterThan(2);
        pieces.ShouldAllBe(p => p.LastIndexOf('%') < p.Length - 2);
        Uri.UnescapeDataString(string.Concat(pieces)).ShouldBe(string.Concat(Enumerable.Repeat("a€", 50)));
        // One click is for HTTPS alone (RFC 8058 3.1).
        mail.HeaderNames.ShouldContain("List-Unsubscribe");
        mail.HeaderNames.ShouldNotContain("List-Unsubscribe-Post");
    }

    [Theory]
    [InlineData("to@example.com\r\nBcc: x@example.com")]
    [InlineData("to@example.com>, <x@example.com")]
    [InlineData("tö@example.com")]
    [InlineData("to example.com")]
    public void An_address_that_is_none_is_not_written(string address) =>
        Should.Throw<ArgumentException>(() => MailWriter.Write(Short with { To = new(address) }));

    [Theory]
    [InlineData("<a@b>\r\nBcc: x@example.com")]
    [InlineData("<a@b>\r\n")]
    [InlineData("<a@b>\n b")]
    [InlineData("<ä@b>")]
    public void A_field_of_ours_that_holds_a_line_end_is_not_written(string messageId) =>
        Should.Throw<ArgumentException>(() => MailWriter.Write(Short with { MessageId = messageId }));

    private static SinkMail Read(OutgoingMail mail) => new(1, default, "", [], Encoding.Latin1.GetString(MailWriter.Write(mail).Span));
}
