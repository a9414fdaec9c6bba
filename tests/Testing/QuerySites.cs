using System.Globalization;
using System.Reflection;
using ContactPlatform.SqlServerGate;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Testing;

/// <summary>
/// The gate translates the LINQ queries that tests make the services run. Here is counted what they did not make them
/// run: every place in the compiled code that sends a query and was not reached by this suite.
/// </summary>
public static class QuerySites
{
    private static readonly TestFolder _folder = new();

    static QuerySites() => AppDomain.CurrentDomain.ProcessExit += (_, _) => _folder.Dispose();

    /// <summary>Where the processes that this one starts note what they reached.</summary>
    public static string Folder => _folder.Path;

    /// <summary>Asked when the other tests of a suite are done: a line for each method with places that they left out.</summary>
    public static IReadOnlyList<string> Unreached(Assembly code)
    {
        var reached = Directory.EnumerateFiles(Folder, "*" + CallSites.Extension).SelectMany(File.ReadLines).Concat(CallSites.Noted).Distinct()
            .Select(l => l.Split(' ')).CountBy(l => (l[0], l[1])).ToDictionary();
        return [.. from method in CompiledCode.Methods(code)
                   let queries = CompiledCode.Calls(method).Where(SendsQuery).ToList()
                   let found = reached.GetValueOrDefault(Key(method))
                   where found < queries.Count
                   select $"{method.DeclaringType}.{method.Name} sends {string.Join(", ", queries.Select(q => q.Name))}; {found} of them reached"];
    }

    /// <summary>Places in the code that send a query.</summary>
    public static int Count(Assembly code) => CompiledCode.Methods(code).SelectMany(CompiledCode.Calls).Count(SendsQuery);

    /// <summary>An operator that sends its query returns a task or a sequence that is waited for.</summary>
    private static bool SendsQuery(MethodBase called) =>
        called is MethodInfo { ReturnType: var type } && called.DeclaringType is { } declaring
        && (declaring == typeof(EntityFrameworkQueryableExtensions) || declaring == typeof(RelationalQueryableExtensions)
            || (Definition(declaring) == typeof(DbSet<>) && called.Name.StartsWith("Find", StringComparison.Ordinal)))
        && (typeof(Task).IsAssignableFrom(type) || Definition(type) == typeof(IAsyncEnumerable<>) || Definition(type) == typeof(ValueTask<>));

    private static Type? Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : null;

    private static (string, string) Key(MethodBase method) =>
        (method.Module.ModuleVersionId.ToString("N"), method.MetadataToken.ToString("x8", CultureInfo.InvariantCulture));
}
