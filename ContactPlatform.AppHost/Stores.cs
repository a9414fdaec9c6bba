using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ContactPlatform.AppHost;

/// <summary>The databases and Redis, wherever they are.</summary>
/// <param name="Provider">PostgreSql or SqlServer: what the services' Database:Provider is.</param>
/// <param name="Contacts">The database of Contacts.</param>
/// <param name="Funnel">The database of Funnel.</param>
/// <param name="Deliverability">The database of Deliverability.</param>
/// <param name="Sequences">The database of Sequences.</param>
/// <param name="Redis">host:port, and options after a comma.</param>
/// <param name="Servers">What runs here and must be healthy first.</param>
internal sealed record Stores(
    string Provider,
    IResourceBuilder<IResourceWithConnectionString> Contacts,
    IResourceBuilder<IResourceWithConnectionString> Funnel,
    IResourceBuilder<IResourceWithConnectionString> Deliverability,
    IResourceBuilder<IResourceWithConnectionString> Sequences,
    IResourceBuilder<IResourceWithConnectionString> Redis,
    IReadOnlyList<IResourceBuilder<IResource>> Servers)
{
    /// <summary>The local PostgreSQL, whose databases may be emptied; null for databases of somebody else.</summary>
    public PostgresCluster? Cluster { get; init; }
}

/// <summary>What all services have in common.</summary>
internal static class ServiceExtensions
{
    /// <summary>gRPC on one port (HTTP/2 without TLS), health and JWKS on another (HTTP/1.1).</summary>
    public static IResourceBuilder<ProjectResource> WithServiceEndpoints(this IResourceBuilder<ProjectResource> service, int grpcPort, int httpPort) => service
        .WithHttpEndpoint(port: FreePorts.Prefer(grpcPort), name: "grpc", env: "GRPC_PORT")
        .WithHttpEndpoint(port: FreePorts.Prefer(httpPort), name: "http", env: "HTTP_PORT")
        .WithHttpHealthCheck("/health", endpointName: "http");

    /// <summary>A database of its own, and the Redis of all.</summary>
    public static IResourceBuilder<ProjectResource> WithStores(
        this IResourceBuilder<ProjectResource> service, Stores stores, string name, IResourceBuilder<IResourceWithConnectionString> database)
    {
        foreach (var server in stores.Servers)
        {
            service.WaitFor(server);
        }

        return service
            .WithEnvironment("Database__Provider", stores.Provider)
            .WithReference(database, connectionName: name)
            .WithReference(stores.Redis, connectionName: "redis");
    }
}
