namespace ContactPlatform.Deliverability.Sending;

/// <summary>How fast mails are sent: section `Sending` of the configuration.</summary>
public sealed class SendSettings
{
    /// <summary>Connections of this process to the mail server.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>
    /// Mails that a connection sends before what became of them is written. One group of each connection is ready, one is sent, of one the results are written: at
    /// most 3 x Connections x GroupSize are in hand. When the process dies their outcome is unknown, also of those that it had not begun.
    /// </summary>
    public int GroupSize { get; init; } = 16;

    /// <summary>Mails a second of one sender, over all processes; a second's worth at once. At least 0.01.</summary>
    public double PerSenderPerSecond { get; init; } = 500;

    /// <summary>Connections of this process that send to one domain at a time.</summary>
    public int PerDomain { get; init; } = 8;

    /// <summary>How long a reservation holds when nothing is heard from its process.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a mail waits after each time that it was put off; it fails when they are used up. A day in all unless set:
    /// RFC 5321 4.5.4.1 asks for days of servers, and the mail server that takes our mails keeps to that by itself.
    /// </summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } =
        [Minutes(1), Minutes(5), Minutes(15), Minutes(30), Minutes(60), Minutes(120), Minutes(240), Minutes(480), Minutes(480)];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One is out of bounds.</exception>
    public static SendSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Sending");
        var defaults = new SendSettings();
        var delays = section.GetSection("Delays").Get<TimeSpan[]>();
        var settings = new SendSettings
        {
            Connections = section.GetValue("Connections", defaults.Connections),
            GroupSize = section.GetValue("GroupSize", defaults.GroupSize),
            PerSenderPerSecond = section.GetValue("PerSenderPerSecond", defaults.PerSenderPerSecond),
            PerDomain = section.GetValue("PerDomain", defaults.PerDomain),
            Lease = section.GetValue("Lease", defaults.Lease),
            Delays = delays is { Length: > 0 } ? delays : defaults.Delays,
        };
        return settings is { Connections: >= 1 and <= 256, GroupSize: >= 1 and <= 500, PerSenderPerSecond: >= 0.01, PerDomain: >= 1 } && settings.Lease >= TimeSpan.FromSeconds(1) && settings.Delays.Count < 100
            ? settings
            : throw new InvalidOperationException("Sending: expected Connections 1 to 256, GroupSize 1 to 500, PerSenderPerSecond at least 0.01, PerDomain at least 1, Lease at least 1 s, fewer than 100 Delays");
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}
