using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>Sends traces, metrics and logs where the OTEL_* variables say; nowhere when they say nothing.</summary>
public static class TelemetryExtensions
{
    /// <summary>Adds the framework's built-in sources and the platform's own.</summary>
    public static void AddPlatformTelemetry(this IHostApplicationBuilder builder)
    {
        // The frameworks tell what they do at every call, with SQL and addresses; only their warnings matter here.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        // A refused statement reaches the error interceptor, which knows whether it was expected and logs it if not.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Query", LogLevel.None);
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(PlatformTelemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql"))
            .WithTracing(tracing => tracing.AddSource(PlatformTelemetry.Name, "Microsoft.AspNetCore", CallSpans.Source, "System.Net.Http", "Npgsql")
                .AddProcessor(new CallSpans())
                .AddProcessor(new IdleSpans()));
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
    }
}
