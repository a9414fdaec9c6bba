using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace ContactPlatform.SqlServerGate;

/// <summary>Microsoft's own parser of T-SQL, for SQL Server 2019.</summary>
public static class TSql
{
    /// <summary>Parses a script; empty when it is well formed. `GO` separates batches, as in EF's scripts.</summary>
    public static IReadOnlyList<string> Errors(string script)
    {
        using var reader = new StringReader(script);
        new TSql150Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        return [.. errors.Select(e => $"line {e.Line}, column {e.Column}: {e.Message}")];
    }

    /// <summary>True when a name can be written without brackets, as hand-written statements do.</summary>
    public static bool IsPlainName(string name) => Errors($"SELECT {name} FROM t AS {name} WHERE {name}.{name} = 1;").Count == 0;
}
