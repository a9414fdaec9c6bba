namespace ContactPlatform.Sequences.Automations;

/// <summary>How what was set off is done: section `Automations` of the configuration.</summary>
/// <param name="Lanes">How much of it at once, 1 to 64.</param>
/// <param name="Lease">How long a process that is not heard of is waited for before others do what it has taken.</param>
public sealed record AutomationSettings(int Lanes, TimeSpan Lease)
{
    /// <summary>Reads the settings: 8 lanes and 30 s unless set.</summary>
    public static AutomationSettings Read(IConfiguration configuration)
    {
        var settings = new AutomationSettings(configuration.GetValue("Automations:Lanes", 8), configuration.GetValue("Automations:Lease", TimeSpan.FromSeconds(30)));
        return settings.Lanes is < 1 or > 64 ? throw new InvalidOperationException($"Automations:Lanes is {settings.Lanes}; 1 to 64 are expected")
            : settings.Lease < TimeSpan.FromSeconds(1) ? throw new InvalidOperationException($"Automations:Lease is {settings.Lease}; at least a second is expected")
            : settings;
    }
}
