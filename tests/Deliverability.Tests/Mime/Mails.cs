using System.Text;

namespace ContactPlatform.Deliverability.Tests.Mime;

/// <summary>Mails as mail servers write them.</summary>
internal static class Mails
{
    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    /// <summary>A delivery status notification.</summary>
    internal static string Dsn(string recipients, string original = "Message-ID: <m1@mail.example.org>\nTo: bob@example.com\nSubject: News", string id = "<d1@mx.example.net>", string date = "Thu, 21 Nov 2024 12:00:00 +0100 (CET)") => $"""
        Return-Path: <>
        Date: {date}
        Message-ID: {id}
        From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
        To: b.abc@mail.example.org
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
            boundary="=_b (1)"

        This is a MIME message.

        --=_b (1)
        Content-Type: text/plain; charset=us-ascii

        Your message could not be delivered.

        --=_b (1)
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.net
        Arrival-Date: Thu, 21 Nov 2024 11:59:00 +0100

        {recipients}

        --=_b (1)
        Content-Type: message/rfc822

        {original}

        Hello Bob.

        --=_b (1)--

        """;

    /// <summary>A feedback report.</summary>
    internal static string Arf(string fields, string original = "Message-ID: <m1@mail.example.org>\nTo: Bob <bob@example.com>", string id = "<f1@fbl.example.net>") => $"""
        Date: Thu, 21 Nov 2024 12:00:00 GMT
        Message-ID: {id}
        From: <feedback@example.net>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type="feedback-report"; boundary=zz

        --zz
        Content-Type: text/plain

        This is a report of abuse.
        --zz
        Content-Type: message/feedback-report

        {fields}

        --zz
        Content-Type: text/rfc822-headers

        {original}

        --zz--
        """;

    internal const string Failed = """
        Original-Recipient: rfc822;bob@example.com
        Final-Recipient: rfc822; bob.new@example.net
        Action: failed
        Status: 5.1.1 (bad mailbox)
        Remote-MTA: dns; mx1.example.net
        Diagnostic-Code: smtp; 550 5.1.1 <bob.new@example.net>:
          no such user
        Last-Attempt-Date: Thu, 21 Nov 2024 11:59:30 +0100
        """;
}
