namespace ContactPlatform.Deliverability.Tracking;

/// <summary>A page for a recipient.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Body">What follows, as HTML.</param>
/// <param name="Status">The answer's status.</param>
internal sealed record TrackingPage(string Title, string Body, int Status = StatusCodes.Status200OK);

/// <summary>What a recipient sees who follows a link of a mail.</summary>
internal static class TrackingPages
{
    /// <summary>Asks; looking at it changes nothing, since programs look at every link.</summary>
    public static readonly TrackingPage Ask = new("Unsubscribe", """
        <p>One press, and you get no more mails from this sender.</p>
        <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>
        """);

    /// <summary>Confirms.</summary>
    public static readonly TrackingPage Done = new("You are unsubscribed", "<p>You will get no more mails from this sender.</p>");

    /// <summary>The same, whatever is wrong with it.</summary>
    public static readonly TrackingPage Missing = new("This link does not work", "<p>A part of it may be missing. Please follow it from the mail itself.</p>", StatusCodes.Status404NotFound);

    /// <summary>The database is away.</summary>
    public static readonly TrackingPage Later = new("This does not work right now", "<p>Please try again in a minute.</p>", StatusCodes.Status503ServiceUnavailable);

    /// <summary>Makes an answer of a page that runs nothing and can stand in no other.</summary>
    public static IResult Result(HttpContext http, TrackingPage page)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
        return Results.Content($"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
            <title>{page.Title}</title><style>body{"{font:17px system-ui;max-width:34em;margin:4em auto;padding:0 1em}button{font:inherit;padding:.5em 1.2em}"}</style>
            <h1>{page.Title}</h1>
            {page.Body}</html>
            """, "text/html; charset=utf-8", statusCode: page.Status);
    }
}
