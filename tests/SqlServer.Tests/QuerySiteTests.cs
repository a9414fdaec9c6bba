using System.Globalization;
using System.Reflection;
using ContactPlatform.SqlServerGate;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>
/// The services' LINQ queries are translated to T-SQL while the other suites make the services run them; here every
/// place in the code that runs one has to have been reached.
/// </summary>
public class QuerySiteTests
{
    [FactAfterTheOtherSuites]
    public void Every_query_of_the_code_has_been_translated()
    {
        var reached = Directory.EnumerateFiles(Environment.GetEnvironmentVariable(CallSites.Folder)!).SelectMany(File.ReadLines).ToHashSet()
            .Select(l => l.Split(' ')).CountBy(l => (l[0], l[1])).ToDictionary();
        var missing = Contexts.Assemblies().SelectMany(CompiledCode.Methods)
            .Select(m => (Method: m, Queries: CompiledCode.Calls(m).Where(RunsQuery).ToList())).Where(m => m.Queries.Count > 0)
            .Select(m => (m.Method, m.Queries, Reached: reached.GetValueOrDefault(Key(m.Method)))).ToList();
        missing.Sum(m => m.Queries.Count).ShouldBeGreaterThan(80);
        missing.Where(m => m.Reached < m.Queries.Count)
            .Select(m => $"{m.Method.DeclaringType}.{m.Method.Name} runs {string.Join(", ", m.Queries.Select(q => q.Name))}; {m.Reached} of them reached")
            .ShouldBeEmpty();
    }

    /// <summary>An operator that sends its query: it returns a task or a sequence that is waited for.</summary>
    private static bool RunsQuery(MethodBase called) =>
        called is MethodInfo { ReturnType: var type } && called.DeclaringType is { } declaring
        && (declaring == typeof(EntityFrameworkQueryableExtensions) || declaring == typeof(RelationalQueryableExtensions) || (declaring.IsGenericType && declaring.GetGenericTypeDefinition() == typeof(DbSet<>) && called.Name.StartsWith("Find", StringComparison.Ordinal)))
        && (typeof(Task).IsAssignableFrom(type) || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))));

    private static (string, string) Key(MethodBase method) =>
        (method.Module.ModuleVersionId.ToString("N"), method.MetadataToken.ToString("x8", CultureInfo.InvariantCulture));

    /// <summary>Skips where the other suites have left no record, as when this one is run alone.</summary>
    private sealed class FactAfterTheOtherSuitesAttribute : FactAttribute
    {
        public FactAfterTheOtherSuitesAttribute()
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CallSites.Folder)))
            {
                Skip = "Compares with the code what all other suites ran: `./dev test` without arguments runs it after them.";
            }
        }
    }
}
