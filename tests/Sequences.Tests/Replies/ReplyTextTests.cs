using System.Diagnostics;
using System.Text;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Mime;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Sequences.Tests.Replies;

/// <summary>What of a mail is the sender's own, what it answers, who wrote it.</summary>
public sealed class ReplyTextTests
{
    private static readonly DateTime Now = new(2026, 2, 20, 9, 0, 0, DateTimeKind.Utc);

    private static ReplyMail Read(string mail)
    {
        ReplyMail.TryRead(Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r\n")), Now, out var read).ShouldBeNull();
        return read!;
    }

    [Theory]
    [InlineData("Yes.\n\nOn Fri, 20 Feb 2026 at 09:12, Ann <ann@a.example> wrote:\n> Do you?", "Yes.")]
    [InlineData("Yes.\n\nOn Friday, 20 February 2026 at 09:12, Ann Very Long Name\n<ann@a.example>\nwrote:\n\nDo you?", "Yes.")]
    [InlineData("On Monday I can.\nOn 3 March I cannot.", "On Monday I can.\nOn 3 March I cannot.")]
    [InlineData("> Do you?\nYes.\n> Really?\nNo.", "Yes.\nNo.")]
    [InlineData("Yes.\n\n-----Original Message-----\nFrom: Ann", "Yes.")]
    [InlineData("Yes.\n\nFrom: Ann\nSent: Friday\nTo: Bob\nSubject: x\n\nDo you?", "Yes.")]
    [InlineData("From: what I hear, yes.", "From: what I hear, yes.")]
    [InlineData("Yes.\n\n---------- Forwarded message ---------\nNo.", "Yes.")]
    [InlineData("Yes.\n-- \nAnn\nUnsubscribe here", "Yes.")]
    [InlineData("Yes.\n\nKind regards,\nAnn\nP.S. Not on Monday", "Yes.\n\nP.S. Not on Monday")]
    [InlineData("Best", "Best")]
    [InlineData("Yes.\nSent from my iPhone", "Yes.")]
    public void Quotations_and_signatures_are_not_what_the_sender_says(string text, string own) => QuotedText.Split(text).Own.ShouldBe(own);

    [Fact]
    public void Html_becomes_the_text_that_a_browser_shows_with_what_it_quotes_marked() =>
        HtmlText.Read("<html><head><title>t</title><style>p { color: red }</style></head><body><!-- <p>no</p> --><p>Hi&nbsp;Ann,</p><div>1 < 2 &amp; <b>so</b>\n on<br/>Bye</div><blockquote>Old<br>words</blockquote><script>x()</script></body></html>")
            .ShouldBe("Hi Ann,\n1 < 2 & so on\nBye\n> Old\n> words");

    [Fact]
    public void A_mail_tells_its_author_what_it_answers_and_its_text_in_any_charset()
    {
        var mail = Read("""
            From: =?iso-8859-1?Q?J=F6rg?= <Joerg@Customer.Example>
            Subject: =?utf-8?B?UmU6IEjDtmhl?= =?utf-8?Q?_und?= Breite
            Message-ID: <r1@customer.example>
            In-Reply-To: <m2@vendor.example>
            References: <m0@vendor.example>
             <m1@vendor.example> <m2@vendor.example>
            Content-Type: multipart/alternative; boundary=x

            --x
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            H=F6he: 3
            --x
            Content-Type: text/html

            <p>no</p>
            --x--
            """);
        (mail.From, mail.MessageId, mail.Reply.Subject, mail.Reply.Text.Trim()).ShouldBe(("joerg@customer.example", "r1@customer.example", "Re: Höhe und Breite", "Höhe: 3"));
        mail.Thread.ShouldBe(["m2@vendor.example", "m1@vendor.example", "m0@vendor.example"]);
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied (vacation)", true)]
    [InlineData("Auto-Submitted: no", false)]
    [InlineData("Precedence: bulk", true)]
    [InlineData("Precedence: list", null)]
    [InlineData("Return-Path: <>", true)]
    [InlineData("Return-Path: <ann@a.example>", null)]
    [InlineData("X-Auto-Response-Suppress: OOF, AutoReply", true)]
    [InlineData("X-Auto-Response-Suppress: None", null)]
    [InlineData("X-Spam: no", null)]
    public void The_header_says_who_wrote_a_mail(string field, bool? automatic) => AutomaticHeaders.Read(Read($"{field}\n\nHello").Reply.Fields, out _).ShouldBe(automatic);

    [Fact]
    public void What_the_header_says_goes_before_the_words()
    {
        var words = "I am out of the office until 3 March. For urgent matters call Ann.";
        ReplyClassifier.Classify(Read($"Subject: Out of office\nAuto-Submitted: no\n\n{words}").Reply).Automatic.ShouldBeFalse();
        ReplyClassifier.Classify(Read($"Subject: Re: x\nAuto-Submitted: auto-replied\n\n{words}").Reply).ShouldBe(new(ReplyCategory.OutOfOffice, "header.auto-submitted", true, ReplyLanguage.English, new(ReturnKnowledge.Known, new(2026, 3, 3))));
        ReplyClassifier.Classify(Read($"Subject: Re: x\n\n{words}").Reply).RuleId.ShouldBe("words.absence");
        ReplyClassifier.Classify(Read($"Subject: Re: x\n\n{words}\n\n> Are you there?").Reply).Automatic.ShouldBeFalse("who quotes is a person");
    }

    [Theory]
    [InlineData("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--", MailReport.Delivery)]
    [InlineData("From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>\n\nReturned", MailReport.Delivery)]
    [InlineData("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/disposition-notification\n\nDisposition: displayed\n--b--", MailReport.Receipt)]
    [InlineData("List-Unsubscribe: <https://news.example/u>\n\nSale!", MailReport.Bulk)]
    [InlineData("List-Unsubscribe: <https://lists.example/u>\nIn-Reply-To: <m1@vendor.example>\n\nYes", MailReport.None)]
    public void Reports_receipts_and_advertising_are_no_replies(string mail, MailReport report) => Read(mail).Reply.Report.ShouldBe(report);

    [Fact]
    public void Who_forwarded_a_message_stands_in_what_is_quoted() =>
        MailThread.Addresses("On 3 March Bob <Bob@Customer.Example> wrote:\nFrom: ann@vendor.example\nnobody@nowhere\nbob@customer.example").ShouldBe(["bob@customer.example", "ann@vendor.example"]);

    [Theory]
    [InlineData("STOP", true)]
    [InlineData(" stop! ", true)]
    [InlineData("Stop all", true)]
    [InlineData("don't stop", false)]
    [InlineData("stop by anytime", false)]
    [InlineData("START", false)]
    public void Opt_out_words_of_text_messages_are_the_whole_message(string text, bool optOut) => SmsWords.IsOptOut(text).ShouldBe(optOut);

    [Fact]
    public void Whatever_is_sent_is_read_within_bounds_and_gets_a_verdict()
    {
        var pieces = Gen.OneOf(Gen.Elements("\n", "\n\n", "> ", "From: a\nSent: b\nTo: c\n", "On 3 March a <a@a.example> wrote:\n", "<div>", "</blockquote>", "<!--", "=?utf-8?Q?", "?=", "Auto-Submitted: auto-replied\n", "back on 03/04 ", "until ", "stop", "not ", "\0", "é", "\ud800", "Content-Type: text/html\n\n", "@", "unsubscribe "),
            Gen.Choose(0, 40).SelectMany(n => Gen.Choose(0, 255).ArrayOf(n)).Select(bytes => Encoding.Latin1.GetString(Array.ConvertAll(bytes, b => (byte)b))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(40), Prop.ForAll(pieces.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            if (ReplyMail.TryRead(Encoding.UTF8.GetBytes(text), Now, out var mail) is null)
            {
                ReplyClassifier.Classify(mail!.Reply);
                ReplyInput.Clean(mail.Reply.Text, 100).Length.ShouldBeLessThanOrEqualTo(100);
            }
            ReplyClassifier.Classify(new() { IsSms = true, Text = text });
        }));
    }

    [Theory]
    [InlineData("<")]
    [InlineData("<a '")]
    [InlineData("<style>")]
    [InlineData("> ")]
    [InlineData("a@a.")]
    [InlineData("On 3 a\n")]
    [InlineData("From: a\n")]
    [InlineData("do not ")]
    [InlineData("back 3 March to ")]
    [InlineData("=?utf-8?Q?")]
    public void The_longest_text_of_nothing_but_one_piece_ends_soon(string piece)
    {
        var started = Stopwatch.GetTimestamp();
        var text = string.Concat(Enumerable.Repeat(piece, 900_000 / piece.Length));
        foreach (var type in (string[])["text/plain", "text/html"])
        {
            var mail = Read($"Content-Type: {type}\nAuto-Submitted: auto-replied\n\n{text}");
            ReplyClassifier.Classify(mail.Reply);
            MailThread.Addresses(QuotedText.Split(mail.Reply.Text).Quoted);
        }
        EncodedWords.Decode(text[..4000]);
        // A fraction of a second; what grows with the square of the length would take many minutes.
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }
}
