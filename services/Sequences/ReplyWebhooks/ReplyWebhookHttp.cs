using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Mime;
using Microsoft.AspNetCore.Http.Features;

namespace ContactPlatform.Sequences.ReplyWebhooks;

/// <summary>Serves the calls of mail servers and providers: the answers are told at ReplyWebhookService.</summary>
public static class ReplyWebhookHttp
{
    /// <summary>What every path begins with.</summary>
    public const string Path = "/reply-webhooks/";

    /// <summary>Bytes of a call.</summary>
    public const int MaximumBody = MailLimits.Message;

    /// <summary>Maps the path.</summary>
    public static void MapReplyWebhooks(this WebApplication app) => app.MapPost(Path + "{token}", async (string token, HttpContext http, ReplyWebhookCalls calls) =>
    {
        // Said before anything is read; a body without a length stops where it gets too long.
        if (http.Request.ContentLength > MaximumBody)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaximumBody;
        }
        try
        {
            return Results.StatusCode(await calls.TakeAsync(token, http.Request, http.RequestAborted));
        }
        catch (BadHttpRequestException e)
        {
            return Results.StatusCode(e.StatusCode);
        }
        catch (InvalidDataException)
        {
            // A form that is none, or beyond what forms may have.
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && (e is RefusalException || FaultTable.Find(e) is not null))
        {
            // The only refusal that is left is that Contacts does not answer.
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    });
}
