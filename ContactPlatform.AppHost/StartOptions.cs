using Microsoft.Extensions.Configuration;

namespace ContactPlatform.AppHost;

/// <summary>Where the databases and Redis come from.</summary>
internal enum Profile
{
    /// <summary>PostgreSQL and Garnet as child processes.</summary>
    Local,

    /// <summary>SQL Server and Redis in containers.</summary>
    Containers,

    /// <summary>Somewhere else, by connection strings.</summary>
    External,
}

/// <summary>What the command line asks for; each also as a variable CONTACTPLATFORM_PROFILE, _REPLICAS, _DATA.</summary>
internal sealed class StartOptions
{
    private const int MaxReplicas = 16;

    private readonly Dictionary<string, int> _replicas = new()
    {
        ["contacts"] = 1,
        // Two, so that a rule run goes on when one of them is killed.
        ["funnel"] = 2,
        ["deliverability"] = 1,
        ["sequences"] = 1,
    };

    private StartOptions(Profile profile, string? data) => (Profile, Data) = (profile, data);

    public Profile Profile { get; }

    /// <summary>Where the data is kept; null: in the clone's own folder.</summary>
    public string? Data { get; }

    /// <summary>Reads <c>--profile NAME --replicas NAME=N,... --data FOLDER</c>.</summary>
    /// <returns>What is wrong with it, for a person; null when nothing is.</returns>
    public static string? Read(string[] args, out StartOptions options)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("CONTACTPLATFORM_").AddCommandLine(args).Build();
        var name = configuration["profile"] ?? "local";
        var known = Enum.GetNames<Profile>();
        var profile = known.FirstOrDefault(p => p.Equals(name, StringComparison.OrdinalIgnoreCase));
        options = new StartOptions(profile is null ? Profile.Local : Enum.Parse<Profile>(profile), configuration["data"]);
        if (profile is null)
        {
            return $"--profile {name}: it is one of {string.Join(", ", known.Select(p => p.ToLowerInvariant()))}";
        }

#if !CONTAINERS
        if (options.Profile == Profile.Containers)
        {
            return "--profile containers: needs the packages Aspire.Hosting.SqlServer and Aspire.Hosting.Redis, which this package registry lacks";
        }
#endif

        if (options.Data is { } data && !Path.IsPathFullyQualified(data))
        {
            return $"--data {data}: give the folder's full path";
        }

        return options.ReadReplicas(configuration["replicas"] ?? "");
    }

    /// <summary>How many processes of a service to run.</summary>
    public int Replicas(string service) => _replicas[service];

    private string? ReadReplicas(string text)
    {
        foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split('=', 2);
            if (!_replicas.ContainsKey(parts[0]))
            {
                return $"--replicas {entry}: the services are {string.Join(", ", _replicas.Keys)}";
            }

            if (parts.Length < 2 || !int.TryParse(parts[1], null, out var count) || count is < 1 or > MaxReplicas)
            {
                return $"--replicas {entry}: say {parts[0]}=N with N from 1 to {MaxReplicas}";
            }

            _replicas[parts[0]] = count;
        }

        return null;
    }
}
