namespace Aspire.Hosting.Orchestration;

/// <summary>A process as it is started. Inherited variables come from the AppHost itself; the others were said of the resource.</summary>
internal sealed record ChildSpec(
    string Command,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Inherited,
    IReadOnlyDictionary<string, string> Own)
{
    public Dictionary<string, string> Environment()
    {
        var all = new Dictionary<string, string>(Inherited);
        foreach (var (name, value) in Own)
        {
            all[name] = value;
        }

        return all;
    }
}
