using System.Reflection;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Collects the resources of an application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Command line, environment, appsettings.json.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Relative paths start at this folder.</summary>
    string AppHostDirectory { get; }

    /// <summary>Of the AppHost, not of what it starts.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The AppHost's own services: health checks, hosted services.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds a resource.</summary>
    /// <exception cref="DistributedApplicationException">There is one of this name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Ends the collecting.</summary>
    DistributedApplication Build();
}

/// <summary>A resource about which more can be said.</summary>
public interface IResourceBuilder<out T>
    where T : IResource
{
    /// <summary>The application that it is part of.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The resource itself.</summary>
    T Resource { get; }
}

internal sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
    where T : IResource;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly List<IResource> _resources = [];

    public DistributedApplicationBuilder(string[] args, Assembly appHost)
    {
        var metadata = new AppHostMetadata(appHost);
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = metadata.Directory });
        AppHostDirectory = metadata.Directory;
        foreach (var category in (string[])["Grpc", "Microsoft.AspNetCore", "Microsoft.Hosting.Lifetime"])
        {
            // The resource service's own requests are nobody's news.
            _host.Logging.AddFilter(category, LogLevel.Warning);
        }

        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        var dashboard = new DashboardSettings(_host.Configuration, _host.Environment.IsDevelopment());
        _host.Services.AddHealthChecks();
        _host.Services.TryAddSingleton(TimeProvider.System);
        _host.Services.AddSingleton(services => new Orchestrator(
            _resources,
            new ChildSpecs(metadata, dashboard),
            dashboard,
            metadata,
            services,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<Orchestrator>>()));
        _host.Services.AddSingleton(services => new ResourceNotificationService(services.GetRequiredService<Orchestrator>()));
        _host.Services.AddSingleton(services => new ResourceLoggerService(services.GetRequiredService<Orchestrator>()));
        _host.Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<Orchestrator>()));
        _host.Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (_resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"there are two resources called {resource.Name}");
        }

        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(_host.Build());
}
