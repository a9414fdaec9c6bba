using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>Names the spans of requests by what was called, and leaves out those of health probes.</summary>
internal static class RequestSpans
{
    public static void UseRequestSpans(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } span)
        {
            Describe(span, context.Request);
        }
        return next(context);
    });

    private static void Describe(Activity span, HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        if (path is "/health" or "/alive" || path.StartsWith("/grpc.health.", StringComparison.Ordinal))
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
        else if (request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true && path.LastIndexOf('/') is > 0 and var slash)
        {
            // OpenTelemetry's conventions for RPC: the span is named `package.Service/Method`.
            span.DisplayName = path[1..];
            span.SetTag("rpc.system", "grpc").SetTag("rpc.service", path[1..slash]).SetTag("rpc.method", path[(slash + 1)..]);
        }
        else
        {
            span.DisplayName = $"{request.Method} {path}";
        }
    }
}
