using System.Reflection;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.SqlServerGate;
using ContactPlatform.Testing;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>Every hand-written statement of the platform has a T-SQL side that is well formed.</summary>
public class SqlTextTests
{
    private static readonly string[] _arraysOrRows = ["@accounts", "@contacts", "@lost", "@rows", "@stages", "@times"];

    /// <summary>Parameters that one database alone uses.</summary>
    private static readonly Dictionary<string, string[]> _onOneSideOnly = new()
    {
        // SQL Server counts the blocks with OPENJSON, in place of generate_series.
        ["ServiceDefaults.Data.IdSequence.NextBlocks"] = ["@numbers"],
        // A row version is unique; a transaction of PostgreSQL has many rows.
        ["ServiceDefaults.Feeds.FeedReader.Batch"] = ["@id"],
        ["ServiceDefaults.Feeds.FeedReader.Count"] = ["@id"],
        // Arrays, and JSON where there are none.
        ["Contacts.FunnelProjection.FunnelProjectionStore.MoveStages"] = _arraysOrRows,
        ["Contacts.FunnelProjection.FunnelProjectionStore.AddStages"] = _arraysOrRows,
        ["Contacts.FunnelProjection.FunnelProjectionStore.SetRebuiltStages"] = _arraysOrRows,
        ["Deliverability.DeliveryEvents.EventRows.Add"] =
        [
            "@address_id", "@delivery_event_id", "@diagnostic", "@enhanced_code", "@event_key", "@event_time", "@failure_class", "@key_hash", "@kind", "@machine", "@message_id", "@message_reference",
            "@receive_time", "@remote_host", "@rows", "@rule_id", "@rule_version", "@source",
        ],
        ["Deliverability.Replays.ReplayStore.Classify"] = ["@from_classes", "@from_rules", "@from_versions", "@ids", "@rows", "@to_classes", "@to_rules", "@to_versions"],
        ["Deliverability.Addresses.FactSql.Write"] = [.. Deliverability.Addresses.AddressFacts.Columns.Append("ids").Append("statuses").Append("rows").Order(StringComparer.Ordinal).Select(c => $"@{c}")],
        ["Deliverability.Addresses.FactSql.WriteSent"] = ["@ids", "@last_sent_time", "@rows", "@statuses"],
    };

    public static TheoryData<string> Statements => [.. Find().Keys];

    [Theory, MemberData(nameof(Statements))]
    public void The_SQL_Server_side_is_well_formed(string name)
    {
        var sql = Find()[name].SqlServer;
        TSql.Errors(sql).ShouldBeEmpty(sql);
        // PostgreSQL's cast is T-SQL's call of a static method, so the parser lets it pass.
        sql.ShouldNotContain("::");
    }

    [Theory, MemberData(nameof(Statements))]
    public void Both_sides_take_the_same_parameters(string name)
    {
        var sql = Find()[name];
        var one = Parameters(sql.SqlServer);
        one.SymmetricExceptWith(Parameters(sql.PostgreSql));
        string.Join(" ", one).ShouldBe(string.Join(" ", _onOneSideOnly.GetValueOrDefault(name, [])), sql.SqlServer);
    }

    /// <summary>
    /// A statement made in a method, or held in a shape that is not looked into, would not be found by these tests: so
    /// every place in the compiled code that makes one has to be a static initializer, and each has to be found.
    /// </summary>
    [Fact]
    public void No_statement_escapes()
    {
        var made = Contexts.Assemblies().SelectMany(CompiledCode.Methods).Where(m => m.DeclaringType != typeof(SqlText))
            .SelectMany(m => CompiledCode.Calls(m).Where(c => c is ConstructorInfo && c.DeclaringType == typeof(SqlText)).Select(_ => m)).ToList();
        made.Where(m => m is not ConstructorInfo { IsStatic: true }).Select(m => $"{m.DeclaringType}.{m.Name}").ShouldBeEmpty();
        Find().Count.ShouldBe(made.Count);
    }

    private static SortedDictionary<string, SqlText> Find()
    {
        var found = new SortedDictionary<string, SqlText>(StringComparer.Ordinal);
        foreach (var field in Contexts.Assemblies().SelectMany(a => a.GetTypes())
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)))
        {
            if (field.FieldType != typeof(SqlText) && !typeof(IEnumerable<SqlText>).IsAssignableFrom(field.FieldType))
            {
                continue;
            }
            var name = $"{field.DeclaringType!.FullName!["ContactPlatform.".Length..]}.{field.Name}";
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
