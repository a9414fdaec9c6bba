using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Orchestration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Serves the dashboard what it shows, on loopback, over plain HTTP/2, to who knows the key.</summary>
internal sealed class ResourceServiceHost(WebApplication app) : IAsyncDisposable
{
    public static async Task<ResourceServiceHost> StartAsync(
        Orchestrator orchestrator, IServiceProvider services, DashboardSettings settings, AppHostMetadata metadata, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(services.GetRequiredService<ILoggerFactory>());
        builder.Services.AddSingleton(services.GetRequiredService<TimeProvider>());
        builder.Services.AddSingleton(orchestrator);
        builder.Services.AddSingleton(metadata);
        builder.Services.AddSingleton(services.GetRequiredService<ResourceCommandService>());
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenLocalhost(settings.ResourceService.Port, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Use((context, next) => MayAsk(context, settings.ResourceServiceKey) ? next(context) : RefuseAsync(context));
        app.UseRouting();
        app.MapGrpcService<ResourceServiceEndpoint>();
        await app.StartAsync(cancellationToken);
        return new ResourceServiceHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        // Watchers never end by themselves.
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    private static bool MayAsk(HttpContext context, string? key) => key is null || CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(context.Request.Headers["x-resource-service-api-key"].ToString()), Encoding.UTF8.GetBytes(key));

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>Signals are the application's: this host ends when that says so, after everything else.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
