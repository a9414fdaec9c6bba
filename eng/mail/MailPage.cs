using System.Globalization;
using System.Net;
using System.Text;

namespace ContactPlatform.MailSink;

/// <summary>The pages on which a person sees what was sent.</summary>
internal static class MailPage
{
    private const string Head = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mail</title><style>body{font:15px system-ui;margin:2em;max-width:70em}"
        + "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em .8em;border-bottom:1px solid #ddd}pre{background:#f6f6f6;padding:1em;overflow:auto}"
        + "iframe{width:100%;height:30em;border:1px solid #ccc}</style>";

    /// <summary>All mails that are kept, newest first.</summary>
    public static string List(SmtpSink sink)
    {
        var page = new StringBuilder(Head).Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"refresh\" content=\"5\"><h1>{sink.Count} {(sink.Count == 1 ? "mail" : "mails")}</h1><table><tr><th>When<th>To<th>Subject</tr>");
        foreach (var mail in sink.Mails.Reverse())
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{mail.Time:HH:mm:ss}<td>{Encode(string.Join(", ", mail.To))}<td><a href=\"/mails/{mail.Number}\">{Encode(mail.Subject)}</a></tr>");
        }
        return page.Append("</table></html>").ToString();
    }

    /// <summary>One mail.</summary>
    public static string Show(SinkMail mail)
    {
        var html = mail.Body("text/html") is null ? "" : $"<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\" src=\"/mails/{mail.Number}/html\"></iframe>";
        return $"{Head}<p><a href=\"/\">All mails</a><h1>{Encode(mail.Subject)}</h1><p>From {Encode(mail.Header("From"))}, to {Encode(mail.Header("To"))}; reports go to {Encode(mail.From)}"
            + $"{html}<h2>Text</h2><pre>{Encode(mail.Body("text/plain") ?? "none")}</pre><h2>As it came</h2><pre>{Encode(mail.Content)}</pre></html>";
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
