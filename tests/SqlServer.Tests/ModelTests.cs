using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.SqlServerGate;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>One model on two databases: what their migrations make is the same but for what is listed here.</summary>
public class ModelTests
{
    /// <summary>Columns that one database alone has.</summary>
    private static readonly Dictionary<string, string> _differences = new()
    {
        ["outbox.transaction_id"] = "PostgreSQL orders the feed by transactions",
        ["outbox.row_version"] = "SQL Server orders the feed by row version",
    };

    /// <summary>Tables that no account has to itself, each with its reason.</summary>
    private static readonly Dictionary<string, string> _overAllAccounts = new()
    {
        ["feed_positions"] = "a service follows the changes of all accounts in one stream",
        ["signing_keys"] = "one set of keys signs the tokens of all accounts",
    };

    public static TheoryData<string> Services => Contexts.All;

    [Fact]
    public void Every_service_with_a_database_is_tested() =>
        Contexts.Services.ShouldBe(Directory.GetFiles(Path.Combine(LocalTools.RepoRoot.Path, "services"), "*DbContext.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetFileName(Path.GetDirectoryName(f)!)).Distinct(), ignoreOrder: true);

    [Theory, MemberData(nameof(Services))]
    public void Both_databases_have_the_same_tables_columns_keys_and_indexes(string service)
    {
        using var sqlServer = Contexts.SqlServer(service);
        using var postgreSql = Contexts.PostgreSql(service);
        Describe(sqlServer).ShouldBe(Describe(postgreSql));
    }

    [Theory, MemberData(nameof(Services))]
    public void Every_table_belongs_to_accounts(string service)
    {
        using var db = Contexts.PostgreSql(service);
        var tables = db.Model.GetEntityTypes().Select(e => e.GetTableName()).ToHashSet();
        AccountKeys.Problems(db.Model, _overAllAccounts.Where(t => tables.Contains(t.Key)).ToDictionary()).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Services))]
    public void No_table_or_column_is_a_reserved_word(string service)
    {
        using var db = Contexts.SqlServer(service);
        var names = db.Model.GetEntityTypes().SelectMany(e => e.GetProperties().Select(p => p.GetColumnName()).Prepend(e.GetTableName()!)).Distinct();
        names.Where(n => !TSql.IsPlainName(n)).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Services))]
    public void The_migrations_of_both_databases_are_those_of_the_model(string service)
    {
        foreach (var db in new[] { Contexts.SqlServer(service), Contexts.PostgreSql(service) })
        {
            using (db)
            {
                db.Database.GetMigrations().ShouldNotBeEmpty();
                db.Database.HasPendingModelChanges().ShouldBeFalse($"{db.GetType().Name}: run eng/migrations/add.sh");
            }
        }
    }

    [Theory, MemberData(nameof(Services))]
    public void The_scripts_that_make_it_on_SQL_Server_are_well_formed(string service)
    {
        using var db = Contexts.SqlServer(service);
        var migrator = db.GetService<IMigrator>();
        string?[] steps = [null, .. db.Database.GetMigrations()];
        foreach (var options in new[] { MigrationsSqlGenerationOptions.Script, MigrationsSqlGenerationOptions.Idempotent | MigrationsSqlGenerationOptions.Script })
        {
            TSql.Errors(migrator.GenerateScript(options: options)).ShouldBeEmpty();
            // Each by itself too, as a database that is one behind gets it, and the way back.
            foreach (var (from, to) in steps.Zip(steps.Skip(1)))
            {
                TSql.Errors(migrator.GenerateScript(from ?? "0", to, options)).ShouldBeEmpty($"{from} to {to}");
                TSql.Errors(migrator.GenerateScript(to, from ?? "0", options)).ShouldBeEmpty($"{to} back to {from}");
            }
        }
        TSql.Errors(db.Database.GenerateCreateScript()).ShouldBeEmpty();
    }

    private static string Describe(PlatformDbContext db) => string.Join('\n', db.Model.GetEntityTypes().OrderBy(e => e.GetTableName(), StringComparer.Ordinal).SelectMany(e => new[]
    {
        $"table {e.GetTableName()}",
        $"  key {Columns(e.FindPrimaryKey()!.Properties)}",
    }
        .Concat(e.GetProperties().Where(p => !_differences.ContainsKey($"{e.GetTableName()}.{p.GetColumnName()}")).OrderBy(p => p.GetColumnName(), StringComparer.Ordinal)
            .Select(p => $"  column {p.GetColumnName()} {p.ClrType.Name} {(p.IsColumnNullable() ? "null" : "not null")} {p.GetMaxLength()} {(p.IsConcurrencyToken ? "token" : "")} {p.ValueGenerated}"))
        .Concat(e.GetIndexes().Where(i => !i.Properties.Any(p => _differences.ContainsKey($"{e.GetTableName()}.{p.GetColumnName()}")))
            .Select(i => $"  index {Columns(i.Properties)} {(i.IsUnique ? "unique" : "")}").Order(StringComparer.Ordinal))
        .Concat(e.GetForeignKeys().Select(f => $"  reference {Columns(f.Properties)} to {f.PrincipalEntityType.GetTableName()} {f.DeleteBehavior}").Order(StringComparer.Ordinal))));

    private static string Columns(IEnumerable<IReadOnlyProperty> properties) => string.Join(',', properties.Select(p => p.GetColumnName()));
}
