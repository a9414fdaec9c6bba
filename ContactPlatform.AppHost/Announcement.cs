using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ContactPlatform.Contacts.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactPlatform.AppHost;

/// <summary>
/// Once everything is healthy, says on standard output where it is, and in addresses.json of the data folder for
/// programs; that file is there only while the stack is up. Before that, says which service ended instead.
/// </summary>
internal sealed class Announcement(
    DataFolder data,
    bool withToken,
    IResourceBuilder<ProjectResource>? mail,
    IReadOnlyList<IResourceBuilder<ProjectResource>> services,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IConfiguration configuration) : BackgroundService
{
    private const int LastWords = 5;
    private static readonly string[] _ofStack = ["at ", "--- End of "];
    private static readonly TimeSpan _tokenTimeout = TimeSpan.FromSeconds(10);

    private string AddressesFile => Path.Combine(data.Path, "addresses.json");

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        File.Delete(AddressesFile);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        File.Delete(AddressesFile);
        using var healthy = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var failures = TellFailuresAsync(healthy.Token);
        // Contacts gives its token while the others still start.
        var token = withToken ? DemoTokenAsync(stoppingToken) : null;
        foreach (var service in services)
        {
            await notifications.WaitForResourceHealthyAsync(service.Resource.Name, stoppingToken);
        }

        await healthy.CancelAsync();
        await failures;
        Console.WriteLine(Compose(token is null ? null : await token));
    }

    private async Task TellFailuresAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
            {
                var state = change.Snapshot.State?.Text;
                if (state is not null && KnownResourceStates.TerminalStates.Contains(state))
                {
                    var exitCode = change.Snapshot.ExitCode is { } code ? $" with exit code {code}" : "";
                    Console.WriteLine($"{change.ResourceId}: {state}{exitCode}; all of its console log is at {DashboardAddress()}{(change.Snapshot.ExitCode is 0 ? "" : await LastWordsAsync(change.ResourceId, cancellationToken))}");
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // All healthy, or stopping: there is nothing more to tell.
        }
    }

    /// <summary>The end of a replica's console log, without the times of its lines and the stack of an exception.</summary>
    private async Task<string> LastWordsAsync(string replica, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var part in logs.GetAllAsync(replica).WithCancellation(cancellationToken))
        {
            lines.AddRange(part.Select(l => l.Content[(l.Content.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        }
        return string.Concat(lines.Where(l => l.Length > 0 && !_ofStack.Any(s => l.TrimStart().StartsWith(s, StringComparison.Ordinal))).TakeLast(LastWords).Select(l => $"{Environment.NewLine}  {l}"));
    }

    private string Compose(string? token)
    {
        var lines = new List<string> { "" };
        var addresses = new Dictionary<string, string>();
        foreach (var service in services)
        {
            var grpc = addresses[service.Resource.Name] = service.GetEndpoint("grpc").Url;
            var http = addresses[$"{service.Resource.Name}-http"] = service.GetEndpoint("http").Url;
            lines.Add($"  {service.Resource.Name,-14} {grpc}  (gRPC; health and keys at {http})");
        }

        if (mail is not null)
        {
            lines.Add($"  {mail.Resource.Name,-14} {addresses[mail.Resource.Name] = mail.GetEndpoint("http").Url}  (every mail that was sent)");
        }

        lines.Add($"  {"dashboard",-14} {DashboardAddress()}");
        if (token is not null)
        {
            lines.Add($"  {"token",-14} {token}");
        }

        data.WriteSecret("addresses.json", JsonSerializer.Serialize(addresses));
        lines.Add("Everything is up. Ctrl-C stops it; data stays.");
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>Of the launch profile, with the key that opens it.</summary>
    private string DashboardAddress()
    {
        var address = configuration["ASPNETCORE_URLS"]?.Split(';')[0];
        return configuration["AppHost:BrowserToken"] is { Length: > 0 } token ? $"{address}/login?t={token}" : address ?? "in the log above";
    }

    private async Task<string> DemoTokenAsync(CancellationToken cancellationToken)
    {
        await notifications.WaitForResourceHealthyAsync(services[0].Resource.Name, cancellationToken);
        using var channel = GrpcChannel.ForAddress(services[0].GetEndpoint("grpc").Url);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_tokenTimeout);
        try
        {
            var reply = await new AccessService.AccessServiceClient(channel).ExchangeApiKeyAsync(
                new ExchangeApiKeyRequest { ApiKey = data.Secrets.DemoApiKey }, cancellationToken: deadline.Token);
            return reply.AccessToken;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return $"none: {e.Status}";
        }
    }
}

/// <summary>Adds the announcement to the application.</summary>
internal static class AnnouncementExtensions
{
    /// <param name="builder">The application.</param>
    /// <param name="data">Its secrets open the demo account.</param>
    /// <param name="profile">Only where the databases are ours is there a demo account.</param>
    /// <param name="mail">Shows what was sent; null where mails go out.</param>
    /// <param name="services">Contacts, which gives out tokens, and then the others.</param>
    public static void AnnounceWhenHealthy(
        this IDistributedApplicationBuilder builder, DataFolder data, Profile profile, IResourceBuilder<ProjectResource>? mail, params IReadOnlyList<IResourceBuilder<ProjectResource>> services) =>
        builder.Services.AddHostedService(provider => new Announcement(
            data,
            profile != Profile.External,
            mail,
            services,
            provider.GetRequiredService<ResourceNotificationService>(),
            provider.GetRequiredService<ResourceLoggerService>(),
            provider.GetRequiredService<IConfiguration>()));
}
