namespace ContactPlatform.ServiceDefaults.Filters;

/// <summary>How long a filter of contacts may be: one number for the language, for whoever sends a filter on, and for every column that keeps one.</summary>
public static class FilterLength
{
    /// <summary>Characters (UTF-16 code units).</summary>
    public const int Maximum = 65_536;
}
