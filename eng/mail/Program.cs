using System.Globalization;
using System.Net;
using ContactPlatform.MailSink;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, builder.Configuration.GetValue("HTTP_PORT", 7141), listen => listen.Protocols = HttpProtocols.Http1));
await using var sink = new SmtpSink(builder.Configuration.GetValue("SMTP_PORT", 7140), new() { Kept = 1_000, Answer = Refusals.Answer });
var app = builder.Build();
app.MapGet("/health", () => Results.Ok());
app.MapGet("/", () => Results.Content(MailPage.List(sink), "text/html; charset=utf-8"));
app.MapGet("/mails/{number:long}", (long number) => sink.Mails.FirstOrDefault(m => m.Number == number) is { } mail
    ? Results.Content(MailPage.Show(mail), "text/html; charset=utf-8") : Results.NotFound());
// What a sender wrote is shown as it is, but can run nothing and reach nothing of ours.
app.MapGet("/mails/{number:long}/html", (long number, HttpContext http) =>
{
    http.Response.Headers.ContentSecurityPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; script-src 'none'";
    return sink.Mails.FirstOrDefault(m => m.Number == number)?.Body("text/html") is { } html ? Results.Content(html, "text/html; charset=utf-8") : Results.NotFound();
});
app.MapGet("/mails.json", () => Results.Json(sink.Mails.Select(m => new { m.Number, m.Time, m.From, m.To, m.Subject })));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"takes mail on port {sink.Port}"));
await app.RunAsync();
