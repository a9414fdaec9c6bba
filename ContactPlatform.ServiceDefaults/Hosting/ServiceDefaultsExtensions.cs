using System.Net;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Health;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Hosting;

/// <summary>What every service of the platform is made with.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds telemetry, health, authentication, errors, locks, runs and feeds.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">Name of the service in lower case.</param>
    /// <param name="scopes">Scope of each of its methods.</param>
    public static void AddServiceDefaults(this WebApplicationBuilder builder, string name, ScopeTable scopes)
    {
        builder.AddPlatformTelemetry();
        builder.AddPlatformAuth();
        builder.ConfigureEndpoints();
        var open = new ScopeTable(new Dictionary<string, string>(scopes.Required)
        {
            ["/grpc.health.v1.Health/Check"] = ScopeTable.Open,
            ["/grpc.health.v1.Health/Watch"] = ScopeTable.Open,
        });
        builder.Services.TryAddSingleton(TimeProvider.System);
        // What a method throws is logged by the ErrorInterceptor; this would add requests that their callers broke off.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Critical);
        // Enough for what is at work; a caller that reads slowly would only delay every stop.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services
            .AddSingleton(new ServiceName(name))
            .AddSingleton(open)
            .AddSingleton<Stopping>()
            .AddSingleton<RedisConnection>()
            .AddSingleton<LockLeases>()
            .AddSingleton<CommitSignal>()
            .AddSingleton<FeedReader>()
            .AddSingleton<RunSignal>()
            .AddSingleton<RightOfWay>()
            .AddScoped<RunStore>()
            .AddScoped<RunAttempt>()
            .AddScoped<RequestIds>()
            .AddHostedService<RequestSweeper>()
            .AddHostedService(services => services.GetRequiredService<CommitSignal>())
            .AddGrpc(options =>
            {
                options.MaxReceiveMessageSize = RequestMessages.MaximumBytes;
                options.Interceptors.Add<ErrorInterceptor>();
                options.Interceptors.Add<ScopeInterceptor>();
                options.Interceptors.Add<RightOfWayInterceptor>();
            });
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
    }

    /// <summary>Names the spans of requests, refuses messages that cannot be read, and maps health over gRPC and over HTTP: `/health` (ready to serve) and `/alive` (the process runs).</summary>
    public static void MapServiceDefaults(this WebApplication app)
    {
        app.UseRequestSpans();
        app.UseRequestMessages();
        app.MapGrpcService<HealthEndpoint>();
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
    }

    /// <summary>
    /// Opens two ports: GRPC_PORT speaks HTTP/2 without TLS, which cannot share a port with HTTP/1.1, and HTTP_PORT
    /// serves health and public keys. BIND_ADDRESS is loopback unless set. Without these, Kestrel's own configuration holds.
    /// </summary>
    private static void ConfigureEndpoints(this WebApplicationBuilder builder)
    {
        var grpc = builder.Configuration.GetValue<int?>("GRPC_PORT");
        var http = builder.Configuration.GetValue<int?>("HTTP_PORT");
        if (grpc is null || http is null)
        {
            return;
        }
        var address = IPAddress.Parse(builder.Configuration["BIND_ADDRESS"] ?? "127.0.0.1");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, grpc.Value, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(address, http.Value, listen => listen.Protocols = HttpProtocols.Http1);
        });
    }
}
