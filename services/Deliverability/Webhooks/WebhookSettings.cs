using System.Net;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>How webhooks are called: section `Webhooks` of the configuration.</summary>
public sealed class WebhookSettings
{
    /// <summary>Calls of this process at a time.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>Calls of this process to one webhook at a time, so that a slow one does not hold the others up.</summary>
    public int PerWebhook { get; init; } = 8;

    /// <summary>How long an answer may take, from looking the host's name up on.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>When a call is made again of which nothing is heard, since its process died.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an event waits after each attempt in vain; it is a dead letter when they are used up. About a day in all unless set.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } =
        [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Minutes(60), Minutes(120), Minutes(240), Minutes(480), Minutes(480)];

    /// <summary>Networks that may be called although they are not the public internet, such as `10.1.2.0/24`; none unless set.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One is out of bounds.</exception>
    public static WebhookSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Webhooks");
        var defaults = new WebhookSettings();
        var delays = section.GetSection("Delays").Get<TimeSpan[]>();
        var settings = new WebhookSettings
        {
            Connections = section.GetValue("Connections", defaults.Connections),
            PerWebhook = section.GetValue("PerWebhook", defaults.PerWebhook),
            Timeout = section.GetValue("Timeout", defaults.Timeout),
            Lease = section.GetValue("Lease", defaults.Lease),
            Delays = delays is { Length: > 0 } ? delays : defaults.Delays,
            AllowedNetworks = [.. (section.GetSection("AllowedNetworks").Get<string[]>() ?? []).Select(ReadNetwork)],
        };
        return settings is { Connections: >= 1 and <= 1000, PerWebhook: >= 1, Delays.Count: < 100 } && settings.Timeout >= Seconds(0.1) && settings.Timeout <= Minutes(2) && settings.Lease > settings.Timeout
            ? settings
            : throw new InvalidOperationException("Webhooks: expected Connections 1 to 1000, PerWebhook at least 1, Timeout 0.1 s to 2 min, a Lease longer than that, fewer than 100 Delays");
    }

    private static IPNetwork ReadNetwork(string text) => IPNetwork.TryParse(text, out var network) ? network
        : throw new InvalidOperationException($"Webhooks:AllowedNetworks: \"{text}\" is no network; expected one such as 10.1.2.0/24");

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}
