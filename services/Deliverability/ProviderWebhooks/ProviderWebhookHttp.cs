using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Serves the calls of providers: the answers are told at ProviderWebhookService.</summary>
public static class ProviderWebhookHttp
{
    /// <summary>What every path begins with.</summary>
    public const string Path = "/provider-webhooks/";

    /// <summary>Bytes of a call: SendGrid's are at most 768 KiB.</summary>
    public const int MaximumBody = 1 << 20;

    /// <summary>Maps the path.</summary>
    public static void MapProviderWebhooks(this WebApplication app) => app.MapPost(Path + "{token}", async (string token, HttpContext http, ProviderCalls calls) =>
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
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && FaultTable.Find(e) is not null)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    });
}
