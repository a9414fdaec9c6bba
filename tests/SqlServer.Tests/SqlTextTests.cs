using System.Reflection;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.SqlServerGate;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>Every hand-written statement of the platform has a T-SQL side that is well formed.</summary>
public class SqlTextTests
{
    public static TheoryData<string> Statements => [.. Find().Keys];

    [Theory, MemberData(nameof(Statements))]
    public void The_SQL_Server_side_is_well_formed(string name) => TSql.Errors(Find()[name].SqlServer).ShouldBeEmpty(Find()[name].SqlServer);

    [Theory, MemberData(nameof(Statements))]
    public void Both_sides_take_the_same_parameters(string name)
    {
        var sql = Find()[name];
        // What SQL Server needs besides is listed, each with its reason, so that a forgotten one is seen.
        var more = name.EndsWith("IdSequence.NextBlocks", StringComparison.Ordinal) ? new[] { "@numbers" /* the block's numbers, in place of generate_series */ } : [];
        Parameters(sql.SqlServer).Except(more).ShouldBe(Parameters(sql.PostgreSql), sql.SqlServer);
    }

    /// <summary>A statement in a local or an instance would not be found by these tests.</summary>
    [Fact]
    public void Statements_are_in_static_fields_only()
    {
        var elsewhere = Assemblies().SelectMany(a => a.GetTypes()).Where(t => t != typeof(SqlText))
            .SelectMany(t => t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(f => f.FieldType == typeof(SqlText) && !f.Name.StartsWith('<')).Select(f => $"{t}.{f.Name}"));
        elsewhere.ShouldBeEmpty();
        Find().Count.ShouldBeGreaterThan(2);
    }

    private static IEnumerable<Assembly> Assemblies() => Contexts.Services.Select(Contexts.AssemblyOf).Prepend(typeof(SqlText).Assembly);

    private static SortedDictionary<string, SqlText> Find()
    {
        var found = new SortedDictionary<string, SqlText>(StringComparer.Ordinal);
        foreach (var field in Assemblies().SelectMany(a => a.GetTypes())
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)))
        {
            var name = $"{field.DeclaringType!.FullName!["ContactPlatform.".Length..]}.{field.Name}";
            if (field.FieldType != typeof(SqlText) && !typeof(IEnumerable<SqlText>).IsAssignableFrom(field.FieldType))
            {
                continue;
            }
            field.DeclaringType.ContainsGenericParameters.ShouldBeFalse($"{name}: a statement in a generic type cannot be read here; put it beside");
            switch (field.GetValue(null))
            {
                case SqlText one:
                    found.Add(name, one);
                    break;
                case IEnumerable<SqlText> many:
                    foreach (var (i, one) in many.Index())
                    {
                        found.Add($"{name}[{i}]", one);
                    }
                    break;
                default:
                    throw new InvalidOperationException($"{name} is null");
            }
        }
        return found;
    }

    private static SortedSet<string> Parameters(string sql)
    {
        // Declared ones are T-SQL's own variables; @@ROWCOUNT and its like, and the named arguments of procedures, are no parameters.
        var declared = System.Text.RegularExpressions.Regex.Matches(sql, @"DECLARE\s+(@\w+)|(@\w+)\s*=\s*(?:N'|@\w+)(?=.*?[,;])", System.Text.RegularExpressions.RegexOptions.Singleline)
            .Where(m => m.Groups[1].Success).Select(m => m.Groups[1].Value).ToHashSet();
        var named = System.Text.RegularExpressions.Regex.Matches(sql, @"EXEC[^;]*").SelectMany(m => System.Text.RegularExpressions.Regex.Matches(m.Value, @"(@\w+)\s*=").Select(n => n.Groups[1].Value)).ToHashSet();
        return [.. System.Text.RegularExpressions.Regex.Matches(sql, @"(?<!@)@\w+").Select(m => m.Value).Where(p => !declared.Contains(p) && !named.Contains(p))];
    }
}
