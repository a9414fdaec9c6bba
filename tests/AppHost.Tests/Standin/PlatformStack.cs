using System.Text.Json;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>The platform's own AppHost in a process of its own, on data of its own.</summary>
public sealed class PlatformStack : StandinStack
{
    private readonly string _data;

    private PlatformStack(string data)
        : base(BuiltPrograms.Platform, ["--data", data], TimeSpan.FromMinutes(2)) => _data = data;

    /// <summary>Starts it and waits until everything is healthy.</summary>
    public static async Task<PlatformStack> StartAsync(string data)
    {
        var stack = new PlatformStack(data);
        try
        {
            await stack.FollowAsync();
            await stack.AppHost.WaitForLineAsync(line => line.Contains("Everything is up", StringComparison.Ordinal), stack.End);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>A channel to a service, as the file of addresses names it.</summary>
    public GrpcChannel Open(string service) =>
        GrpcChannel.ForAddress(JsonDocument.Parse(File.ReadAllText(Path.Combine(_data, "addresses.json"))).RootElement.GetProperty(service).GetString()!);

    /// <summary>Headers with the token that the announcement prints.</summary>
    public Metadata Token()
    {
        var line = AppHost.Lines.Single(l => l.TrimStart().StartsWith("token ", StringComparison.Ordinal));
        return new Metadata { { "authorization", $"Bearer {line.Trim()["token ".Length..].Trim()}" } };
    }

    /// <summary>Counts of the stages now.</summary>
    public async Task<GetFunnelReportResponse> ReportAsync()
    {
        using var channel = Open("funnel");
        return await new FunnelReportService.FunnelReportServiceClient(channel).GetFunnelReportAsync(new(), Token(), cancellationToken: End);
    }

    /// <summary>How many contacts carry the label that the demo rule is about.</summary>
    public async Task<Label> PurchasedAsync()
    {
        using var channel = Open("contacts");
        var labels = await new LabelService.LabelServiceClient(channel).ListLabelsAsync(new(), Token(), cancellationToken: End);
        return labels.Labels.Single(l => l.DisplayName == "purchased-q2");
    }
}
