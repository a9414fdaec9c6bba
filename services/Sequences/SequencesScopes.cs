using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Sequences;

/// <summary>The scope of each of Sequences' methods.</summary>
public static class SequencesScopes
{
    private const string Changes = "/contactplatform.sequences.v1.ChangesService/";

    /// <summary>The table.</summary>
    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        [Changes + "StreamChanges"] = Scopes.ChangesRead,
        [Changes + "GetBacklog"] = Scopes.ChangesRead,
    });
}
