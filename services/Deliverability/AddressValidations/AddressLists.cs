using System.Collections.Frozen;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>The lists that come with the service: files of `Lists/`, each with its source and its date.</summary>
public static class AddressLists
{
    private const int MaximumLines = 20_000;
    private const int MaximumLine = 253;

    /// <summary>Domains that give addresses away for minutes; their subdomains, too.</summary>
    public static readonly FrozenSet<string> Disposable = Read("disposable-domains").ToFrozenSet();

    /// <summary>What stands before the @ of a function's address.</summary>
    public static readonly FrozenSet<string> Roles = Read("role-names").ToFrozenSet();

    /// <summary>Domains of large providers.</summary>
    public static readonly FrozenSet<string> Providers = Read("mail-providers").Where(l => l[0] != '!').ToFrozenSet();

    /// <summary>Domains that look like theirs and are not.</summary>
    public static readonly FrozenSet<string> Others = Read("mail-providers").Where(l => l[0] == '!').Select(l => l[1..]).ToFrozenSet();

    private static List<string> Read(string name)
    {
        using var stream = typeof(AddressLists).Assembly.GetManifestResourceStream($"{name}.txt") ?? throw new InvalidOperationException($"the list {name} is missing");
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                lines.Add(line);
            }
        }
        return lines.Count <= MaximumLines && lines.All(l => l.Length <= MaximumLine) ? lines : throw new InvalidOperationException($"the list {name} has more than {MaximumLines} lines, or a longer one than {MaximumLine} characters");
    }
}
