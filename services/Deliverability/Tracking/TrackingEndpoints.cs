using System.Globalization;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.Messages;
using ContactPlatform.Deliverability.Sending;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Tracking;

/// <summary>
/// Serves what mails lead to, over HTTP and to anybody: the picture, links, and the unsubscription. Each address holds a token
/// for one message and one purpose; anything else is not found, whatever is wrong with it.
/// </summary>
public static class TrackingEndpoints
{
    /// <summary>One transparent dot.</summary>
    private static readonly byte[] Picture = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private static readonly string[] PrefetchHeaders = ["Purpose", "Sec-Purpose", "X-Purpose", "X-Moz"];

    /// <summary>Bytes of an unsubscription's form, which says one thing.</summary>
    private const int MaximumForm = 1024;

    /// <summary>Maps them.</summary>
    public static void MapTracking(this WebApplication app)
    {
        app.MapMethods(TrackingPaths.Open + "{token}", ["GET", "HEAD"], OpenAsync);
        app.MapMethods(TrackingPaths.Click + "{token}", ["GET", "HEAD"], ClickAsync);
        app.MapMethods(TrackingPaths.Unsubscribe + "{token}", ["GET", "HEAD"], AskAsync);
        app.MapPost(TrackingPaths.Unsubscribe + "{token}", UnsubscribeAsync);
    }

    private static Task<IResult> OpenAsync(string token, HttpContext http) => WithMessageAsync(TokenPurpose.Open, token, http, async (message, row) =>
    {
        await NoteAsync(http, row, link: null);
        return Results.Bytes(Picture, "image/gif");
    });

    private static Task<IResult> ClickAsync(string token, HttpContext http) => WithMessageAsync(TokenPurpose.Click, token, http, async (message, row) =>
    {
        var transmission = await http.RequestServices.GetRequiredService<MailComposer>().PrepareAsync(row.AccountId, row.TransmissionId, http.RequestAborted);
        if (Destination(transmission, row, message.Number) is not { } destination)
        {
            return TrackingPages.Result(http, TrackingPages.Missing);
        }
        await NoteAsync(http, row, message.Number);
        return Results.Redirect(destination);
    });

    private static Task<IResult> AskAsync(string token, HttpContext http) => WithMessageAsync(TokenPurpose.Unsubscribe, token, http, async (_, row) =>
    {
        // Whoever subscribed again since can unsubscribe again, by the same mail.
        var known = await http.RequestServices.GetRequiredService<AddressFactStore>().GetAsync([row.AddressId], http.RequestAborted);
        var done = row.UnsubscribeTime is not null && known[row.AddressId].Facts.Holds(FactKind.Unsubscribed, FactKind.Resubscribed);
        return TrackingPages.Result(http, done ? TrackingPages.Done : TrackingPages.Ask);
    });

    private static Task<IResult> UnsubscribeAsync(string token, HttpContext http) => WithMessageAsync(TokenPurpose.Unsubscribe, token, http, async (message, row) =>
    {
        // RFC 8058 3.1: the body says so, as a form of either kind; our page sends the same.
        if (http.Request.ContentLength > MaximumForm || !http.Request.HasFormContentType)
        {
            return Results.BadRequest();
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // A body whose length was not told stops there.
            limit.MaxRequestBodySize = MaximumForm;
        }
        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            if (form["List-Unsubscribe"] != "One-Click")
            {
                return Results.BadRequest();
            }
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException or IOException && !http.RequestAborted.IsCancellationRequested)
        {
            return Results.BadRequest();
        }
        // Each time anew: in between the recipient may have subscribed again.
        var now = http.RequestServices.GetRequiredService<TimeProvider>().Now();
        await RecordAsync(http, row, DeliveryEventKind.Unsubscribed, machine: false, now.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), now);
        return TrackingPages.Result(http, TrackingPages.Done);
    });

    private static async Task<IResult> WithMessageAsync(TokenPurpose purpose, string token, HttpContext http, Func<MessageReference, MessageRow, Task<IResult>> answer)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { } span)
        {
            // Whoever reads traces could unsubscribe people by the token.
            var path = $"{TrackingPaths.Of(purpose)}{{token}}";
            span.DisplayName = $"{http.Request.Method} {path}";
            span.SetTag("url.path", path);
        }
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (http.RequestServices.GetRequiredService<MailNames>().ReadUrl(purpose, token) is not { } message)
        {
            return TrackingPages.Result(http, TrackingPages.Missing);
        }
        http.RequestServices.GetRequiredService<CurrentAccount>().Id = message.AccountId;
        try
        {
            var row = await http.RequestServices.GetRequiredService<DeliverabilityDbContext>().Messages.AsNoTracking().SingleOrDefaultAsync(m => m.MessageId == message.MessageId, http.RequestAborted);
            return row is null ? TrackingPages.Result(http, TrackingPages.Missing) : await answer(message, row);
        }
        catch (Exception e) when (FaultTable.Find(e) is not null && !http.RequestAborted.IsCancellationRequested)
        {
            // One-click callers and people try again.
            http.Response.Headers.RetryAfter = "5";
            return TrackingPages.Result(http, TrackingPages.Later);
        }
    }

    /// <summary>Where a link of a message leads; null when it has no such link, or its recipient was erased.</summary>
    private static string? Destination(PreparedTransmission transmission, MessageRow row, int number)
    {
        if (transmission.Templates.Html is not { } html || number >= html.Links.Count)
        {
            return null;
        }
        var own = PreparedTransmission.Read(row.VariableValues);
        if (html.Links[number].OfType<TemplatePart.Variable>().Any(v => !own.ContainsKey(v.Name) && !transmission.Shared.ContainsKey(v.Name)))
        {
            return null;
        }
        var address = html.RenderLink(number, transmission.Values(own, ""));
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.AbsoluteUri : null;
    }

    private static async Task NoteAsync(HttpContext http, MessageRow row, int? link)
    {
        var now = http.RequestServices.GetRequiredService<TimeProvider>().Now();
        var headers = http.Request.Headers;
        var prefetch = PrefetchHeaders.Any(h => headers[h].ToString() is var value
            && (value.Contains("prefetch", StringComparison.OrdinalIgnoreCase) || value.Contains("preview", StringComparison.OrdinalIgnoreCase)));
        var machine = MachineEngagement.Recognise(new(http.Request.Method, headers.UserAgent.ToString(), prefetch, now - row.SendTime, link is not null)) is not null;
        // Of the same within a minute the first is enough: pictures are fetched again and again.
        await RecordAsync(http, row, link is null ? DeliveryEventKind.Opened : DeliveryEventKind.Clicked, machine, string.Create(CultureInfo.InvariantCulture, $"{link}:{now:yyyyMMddHHmm}"), now);
    }

    private static async Task RecordAsync(HttpContext http, MessageRow row, DeliveryEventKind kind, bool machine, string when, DateTime now)
    {
        var draft = new EventDraft
        {
            Source = EventSources.Tracking,
            Key = string.Create(CultureInfo.InvariantCulture, $"{row.MessageId}:{kind}:{(machine ? "machine" : "person")}:{when}"),
            Kind = kind,
            Machine = machine,
            Time = now,
            MessageId = row.MessageId,
        };
        await http.RequestServices.GetRequiredService<DeliveryEventStore>().RecordAsync([draft], null, http.RequestAborted);
    }
}
