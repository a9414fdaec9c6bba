using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.ServiceDefaults.Tests.Data;

public sealed class BulkTransactionTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private CancellationToken Token => _timeout.Token;

    /// <summary>Others keep the plan that was best for an empty table, which is why there are bulk transactions.</summary>
    [Theory]
    [InlineData(true, "Index")]
    [InlineData(false, "Seq Scan")]
    public async Task Bulk_work_finds_rows_by_their_keys_with_a_plan_that_was_made_while_there_were_none(bool bulk, string expected)
    {
        var plans = await fixture.Host.WithDbAsync(1, async db =>
        {
            await db.Database.OpenConnectionAsync(Token);
            foreach (var sql in new[] { "CREATE TEMPORARY TABLE filled (id bigint PRIMARY KEY)", "VACUUM (ANALYZE) filled", "PREPARE one (bigint) AS SELECT id FROM filled WHERE id = $1", "SET plan_cache_mode = force_generic_plan" })
            {
                await using var command = Command(db, sql);
                await command.ExecuteNonQueryAsync(Token);
            }
            var empty = await PlanAsync(db);
            await using (var fill = Command(db, "INSERT INTO filled SELECT generate_series(1, 100000)"))
            {
                await fill.ExecuteNonQueryAsync(Token);
            }
            var full = await PlanAsync(db);
            // The connection is others' next.
            await using var clean = Command(db, "DEALLOCATE one; DROP TABLE filled; RESET plan_cache_mode");
            await clean.ExecuteNonQueryAsync(Token);
            return new[] { empty, full };
        });
        plans.ShouldAllBe(plan => plan.StartsWith(expected, StringComparison.Ordinal), string.Join("; ", plans));

        async Task<string> PlanAsync(ProbeDbContext db)
        {
            await using var transaction = bulk ? await db.BeginBulkAsync(Token) : await db.Database.BeginTransactionAsync(Token);
            await using var explain = Command(db, "EXPLAIN EXECUTE one (7)");
            return (string)(await explain.ExecuteScalarAsync(Token))!;
        }
    }

    public void Dispose() => _timeout.Dispose();

    private static DbCommand Command(ProbeDbContext db, string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        return command;
    }
}
