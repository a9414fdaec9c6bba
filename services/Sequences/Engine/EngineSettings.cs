using ContactPlatform.Common.V1;

namespace ContactPlatform.Sequences.Engine;

/// <summary>How the engine works: section `Engine` of the configuration.</summary>
/// <param name="Lanes">Batches in hand at once, 1 to 16.</param>
/// <param name="Lease">How long a process that is not heard of is waited for before its reservations go to others.</param>
public sealed record EngineSettings(int Lanes, TimeSpan Lease)
{
    /// <summary>Enrolments in a batch: what Deliverability takes in one transmission.</summary>
    public const int Batch = 1_000;

    /// <summary>Who does what is done by itself.</summary>
    public static readonly Actor Self = new() { Kind = ActorKind.Service, Subject = "service:sequences", DisplayName = "sequences" };

    /// <summary>Reads the settings: 2 lanes and 30 s unless set.</summary>
    public static EngineSettings Read(IConfiguration configuration)
    {
        var settings = new EngineSettings(configuration.GetValue("Engine:Lanes", 2), configuration.GetValue("Engine:Lease", TimeSpan.FromSeconds(30)));
        return settings.Lanes is < 1 or > 16 ? throw new InvalidOperationException($"Engine:Lanes is {settings.Lanes}; 1 to 16 are expected")
            : settings.Lease < TimeSpan.FromSeconds(1) ? throw new InvalidOperationException($"Engine:Lease is {settings.Lease}; at least a second is expected")
            : settings;
    }
}
