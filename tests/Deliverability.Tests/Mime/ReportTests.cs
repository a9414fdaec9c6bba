using ContactPlatform.Deliverability.Arf;
using ContactPlatform.Deliverability.Dsn;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Deliverability.Tests.Mime;

/// <summary>Reports as they should be, and as they are.</summary>
public sealed class ReportTests
{
    private static DsnReport Dsn(string mail)
    {
        MailMessage.TryRead(Mails.Bytes(mail), out var message).ShouldBeNull();
        DsnParser.TryRead(message!, DsnParser.Find(message!).ShouldNotBeNull(), out var report).ShouldBeNull();
        return report!;
    }

    private static ArfReport Arf(string mail)
    {
        MailMessage.TryRead(Mails.Bytes(mail), out var message).ShouldBeNull();
        ArfParser.TryRead(message!, ArfParser.Find(message!).ShouldNotBeNull(), out var report).ShouldBeNull();
        return report!;
    }

    [Fact]
    public void A_notification_tells_the_address_that_was_written_to_and_what_the_server_said()
    {
        var report = Dsn(Mails.Dsn(Mails.Failed));

        report.OriginalMessageId.ShouldBe("m1@mail.example.org");
        var recipient = report.Recipients.ShouldHaveSingleItem();
        recipient.ShouldBe(new("bob@example.com", true, DsnAction.Failed, new(5, 1, 1), "smtp; 550 5.1.1 <bob.new@example.net>:  no such user", "mx1.example.net", new DateTime(2024, 11, 21, 10, 59, 30, DateTimeKind.Utc)));
    }

    [Theory]
    [InlineData("failed", DsnAction.Failed)]
    [InlineData("Delayed (will be tried again)", DsnAction.Delayed)]
    [InlineData("DELIVERED", DsnAction.Delivered)]
    [InlineData("relayed", DsnAction.Relayed)]
    [InlineData("expanded", DsnAction.Expanded)]
    public void Actions_are_those_of_RFC_3464(string written, DsnAction expected)
    {
        var report = Dsn(Mails.Dsn($"Final-Recipient: rfc822;bob@example.com\nAction: {written}\nStatus: 2.0.0"));
        report.Recipients.Single().Action.ShouldBe(expected);
        report.Recipients.Single().IsOriginal.ShouldBeFalse();
        report.Recipients.Single().Time.ShouldBe(new DateTime(2024, 11, 21, 11, 0, 0, DateTimeKind.Utc), "the mail's own date, as the report tells none");
    }

    [Fact]
    public void A_notification_without_a_group_about_the_whole_with_line_feeds_alone_in_base64_within_another_multipart_and_cut_off_is_read()
    {
        var status = Convert.ToBase64String(Mails.Bytes("\n\nFinal-Recipient: rfc822;a@example.com\nAction: failed\n\n\nFinal-Recipient: rfc822;b@example.com\nAction: delivered\n"), Base64FormattingOptions.InsertLineBreaks);
        var mail = $"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/report; boundary=i (why); report-type=delivery-status\n\n--i\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: BASE64\n\n{status}\n";
        MailMessage.TryRead(System.Text.Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\n")), out var message).ShouldBeNull();
        DsnParser.TryRead(message!, DsnParser.Find(message!)!, out var report).ShouldBeNull();
        report!.Recipients.Select(r => (r.Address, r.Action)).ShouldBe([("a@example.com", DsnAction.Failed), ("b@example.com", DsnAction.Delivered)]);
    }

    [Fact]
    public void A_notification_in_quoted_printable_is_read()
    {
        var mail = "Content-Type: multipart/report; boundary=i\n\n--i\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\nFinal-Recipient: rfc822;a=40example.com\nAction: fai=\nled\n--i--";
        Dsn(mail).Recipients.Single().Address.ShouldBe("a@example.com");
    }

    [Theory]
    [InlineData("abuse", ArfKind.Complaint)]
    [InlineData("Fraud", ArfKind.Complaint)]
    [InlineData("not-spam", ArfKind.NotSpam)]
    [InlineData("virus", ArfKind.Other)]
    [InlineData("auth-failure", ArfKind.Other)]
    public void Feedback_is_a_complaint_its_correction_or_nothing_about_the_person(string type, ArfKind expected)
    {
        var report = Arf(Mails.Arf($"Feedback-Type: {type}\nUser-Agent: Some/1.0\nVersion: 1\nOriginal-Rcpt-To: <carol@example.com>\nOriginal-Rcpt-To: dan@example.com"));
        (report.Kind, report.OriginalMessageId, report.UserAgent).ShouldBe((expected, "m1@mail.example.org", "Some/1.0"));
        report.Addresses.ShouldBe(["carol@example.com", "dan@example.com"]);
        report.Time.ShouldBe(new DateTime(2024, 11, 21, 12, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public void Feedback_that_keeps_the_recipient_to_itself_has_the_one_of_the_message_it_gives_back()
    {
        Arf(Mails.Arf("Feedback-Type: abuse")).Addresses.ShouldBe(["bob@example.com"]);
        Arf(Mails.Arf("Feedback-Type: abuse", "To: a@example.com, b@example.com")).Addresses.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Thu, 21 Nov 2024 12:00:00 +0100 (CET)", 11)]
    [InlineData("21 Nov 2024 12:00 GMT", 12)]
    [InlineData("Thu,  1 Nov 2024 12:00:00 -0000", null)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void Dates_are_those_of_RFC_5322(string text, int? hour) => MailDate.Read(text)?.Hour.ShouldBe(hour ?? 12);

    [Fact]
    public void Neither_report_is_found_in_an_ordinary_mail()
    {
        MailMessage.TryRead(Mails.Bytes("Subject: hello\n\nmessage/delivery-status"), out var message).ShouldBeNull();
        DsnParser.Find(message!).ShouldBeNull();
        ArfParser.Find(message!).ShouldBeNull();
    }
}
