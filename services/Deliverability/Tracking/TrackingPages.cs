namespace ContactPlatform.Deliverability.Tracking;

/// <summary>What a recipient sees who wants to unsubscribe.</summary>
internal static class TrackingPages
{
    /// <summary>Asks; looking at it changes nothing, since programs look at every link.</summary>
    public const string Ask = """
        <h1>Unsubscribe</h1>
        <p>One press, and you get no more mails from this sender.</p>
        <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>
        """;

    /// <summary>Confirms.</summary>
    public const string Done = "<h1>You are unsubscribed</h1><p>You will get no more mails from this sender.</p>";

    /// <summary>Makes a page that runs nothing and can stand in no other.</summary>
    public static IResult Page(HttpContext http, string body)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
        return Results.Content($"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
            <title>Unsubscribe</title><style>body{"{font:17px system-ui;max-width:34em;margin:4em auto;padding:0 1em}button{font:inherit;padding:.5em 1.2em}"}</style>
            {body}</html>
            """, "text/html; charset=utf-8");
    }
}
