using System.Data.Common;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.ServiceDefaults.Tests.Data;

public sealed class DataTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>, IDisposable
{
    /// <summary>Tables over all accounts; every service's database has them.</summary>
    private static readonly Dictionary<string, string> _exceptions = new() { ["feed_positions"] = "a feed is followed once for all accounts" };

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private CancellationToken Token => _timeout.Token;

    [Fact]
    public async Task Every_table_starts_with_the_account_and_is_filtered_by_it() =>
        (await fixture.Host.WithDbAsync(1, db => Task.FromResult(AccountKeys.Problems(db.Model, _exceptions)))).ShouldBeEmpty();

    [Fact]
    public async Task A_table_that_is_not_an_accounts_is_found_and_so_is_an_exception_that_is_none()
    {
        var problems = await fixture.Host.WithDbAsync(1, db => Task.FromResult(AccountKeys.Problems(db.Model, new Dictionary<string, string> { ["items"] = "" })));
        problems.Count.ShouldBe(3);
        problems.ShouldContain(p => p.StartsWith("items", StringComparison.Ordinal));
        problems.Count(p => p.StartsWith("feed_positions", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task An_account_sees_and_changes_its_own_rows_only()
    {
        foreach (var account in new[] { 101L, 102L })
        {
            await fixture.Host.WithDbAsync(account, db =>
            {
                db.Items.Add(new ItemRow { AccountId = account, ItemId = 1, DisplayName = $"of {account}" });
                return db.SaveChangesAsync(Token);
            });
        }
        (await fixture.Host.WithDbAsync(101, db => db.Items.SingleAsync(Token))).DisplayName.ShouldBe("of 101");
        (await fixture.Host.WithDbAsync(103, db => db.Items.CountAsync(Token))).ShouldBe(0);
        (await fixture.Host.WithDbAsync(0, db => db.Items.CountAsync(Token))).ShouldBe(0);
        (await fixture.Host.WithDbAsync(101, db => db.Items.ExecuteUpdateAsync(set => set.SetProperty(i => i.DisplayName, "changed"), Token))).ShouldBe(1);
        (await fixture.Host.WithDbAsync(102, db => db.Items.SingleAsync(Token))).DisplayName.ShouldBe("of 102");
        (await fixture.Host.WithDbAsync(102, db => db.Items.ExecuteDeleteAsync(Token))).ShouldBe(1);
        (await fixture.Host.WithDbAsync(101, db => db.Items.CountAsync(Token))).ShouldBe(1);
    }

    [Fact]
    public async Task Readers_of_the_feed_wake_when_something_is_told_and_committed_and_for_nothing_else()
    {
        var signal = fixture.Host.Get<CommitSignal>();
        var next = signal.Next;
        await fixture.Host.WithDbAsync(105, async db =>
        {
            db.Items.Add(new ItemRow { AccountId = 105, ItemId = 1, DisplayName = "untold" });
            await db.SaveChangesAsync(Token);
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            await db.Items.ExecuteDeleteAsync(Token);
            await transaction.CommitAsync(Token);
            return 0;
        });
        await fixture.Host.WithDbAsync(105, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            db.Add(OutboxRow.Of(105, new ProbeResponse { Number = 1 }));
            await db.SaveChangesAsync(Token);
            return 0;
        });
        next.IsCompleted.ShouldBeFalse();
        await fixture.Host.WithDbAsync(105, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            db.Add(OutboxRow.Of(105, new ProbeResponse { Number = 2 }));
            await db.SaveChangesAsync(Token);
            next.IsCompleted.ShouldBeFalse();
            await transaction.CommitAsync(Token);
            next.IsCompleted.ShouldBeTrue();
            next = signal.Next;
            db.Outbox.Add(OutboxRow.Of(105, new ProbeResponse { Number = 3 }));
            return await db.SaveChangesAsync(Token);
        });
        next.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Names_are_in_snake_case_and_times_come_back_in_UTC()
    {
        var at = new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddMicroseconds(789);
        await fixture.Host.WithDbAsync(104, db =>
        {
            db.Items.Add(new ItemRow { AccountId = 104, ItemId = 1, DisplayName = "x", CreateTime = at });
            return db.SaveChangesAsync(Token);
        });
        var read = (await fixture.Host.WithDbAsync(104, db => db.Items.SingleAsync(Token))).CreateTime;
        (read, read.Kind).ShouldBe((at, DateTimeKind.Utc));
        await using var connection = new NpgsqlConnection(fixture.Database);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand("SELECT create_time FROM items WHERE account_id = 104 AND display_name = 'x'", connection);
        (await command.ExecuteScalarAsync(Token)).ShouldBe(at);
    }

    [Fact]
    public async Task Ids_are_unique_over_replicas_and_ascend_within_one()
    {
        await using var source = new NpgsqlDataSourceBuilder(fixture.Database).Build();
        async Task<DbConnection> OpenAsync(CancellationToken cancellation) => await source.OpenConnectionAsync(cancellation);
        using var one = new IdSequence(OpenAsync);
        using var two = new IdSequence(OpenAsync);
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            var (all, random) = (new List<long>(), new Random(i));
            for (var n = 0; n < 30; n++)
            {
                var ids = await (i % 2 == 0 ? one : two).TakeAsync(random.Next(0, 400), Token);
                ids.ShouldBe(ids.Order());
                all.AddRange(ids);
            }
            // One task's takes follow one another, so they ascend as well.
            all.ShouldBe(all.Order());
            return all;
        }, Token)));
        var together = taken.SelectMany(t => t).ToList();
        together.Distinct().Count().ShouldBe(together.Count);
        together.ShouldAllBe(id => id > 0);
    }

    [Fact]
    public async Task Rising_ids_rise_over_replicas_and_leave_the_others_unique()
    {
        await using var source = new NpgsqlDataSourceBuilder(fixture.Database).Build();
        async Task<DbConnection> OpenAsync(CancellationToken cancellation) => await source.OpenConnectionAsync(cancellation);
        using var one = new IdSequence(OpenAsync);
        using var two = new IdSequence(OpenAsync);
        var (rising, all) = (new List<long>(), new List<long>());
        for (var n = 0; n < 10; n++)
        {
            var (turn, other) = n % 3 == 0 ? (one, two) : (two, one);
            rising.Add(await turn.NextRisingAsync(Token));
            var ids = await turn.TakeAsync(n * 300, Token);
            ids.ShouldBe(ids.Order());
            all.AddRange([.. ids, await other.NextAsync(Token)]);
        }
        rising.ShouldBe(rising.Order());
        all.AddRange(rising);
        all.Distinct().Count().ShouldBe(all.Count);
    }

    [Fact]
    public async Task A_take_over_many_blocks_gives_as_many_as_asked_for()
    {
        await using var source = new NpgsqlDataSourceBuilder(fixture.Database).Build();
        using var ids = new IdSequence(async cancellation => await source.OpenConnectionAsync(cancellation));
        var first = await ids.NextAsync(Token);
        var many = await ids.TakeAsync(12_345, Token);
        many.Length.ShouldBe(12_345);
        many.Distinct().Count().ShouldBe(12_345);
        many[0].ShouldBe(first + 1);
        (await ids.NextAsync(Token)).ShouldBeGreaterThan(many[^1]);
        (await ids.TakeAsync(0, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ids_are_to_be_had_while_transactions_hold_every_connection()
    {
        await using var host = await ProbeHost.StartAsync($"{await ProbeHost.CreateDatabaseAsync(null, Token)};Maximum Pool Size=2;Timeout=5", await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        Task<long[]> HoldAndTakeAsync() => host.WithDbAsync(1, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            return await host.Get<IdSequence>().TakeAsync(IdSequence.BlockSize + 1, Token);
        });
        var taken = await Task.WhenAll(HoldAndTakeAsync(), HoldAndTakeAsync());
        taken.SelectMany(t => t).Distinct().Count().ShouldBe(2 * (IdSequence.BlockSize + 1));
    }

    [Fact]
    public async Task A_bulk_copy_writes_every_type_and_null_or_nothing_at_all()
    {
        await using var connection = new NpgsqlConnection(fixture.Database);
        await connection.OpenAsync(Token);
        await using (var create = new NpgsqlCommand("CREATE TEMP TABLE t (a bigint NOT NULL, b integer, c smallint, d boolean, e timestamptz, f bytea, g text)", connection))
        {
            await create.ExecuteNonQueryAsync(Token);
        }
        BulkColumn[] columns =
        [
            new("a", NpgsqlDbType.Bigint), new("b", NpgsqlDbType.Integer), new("c", NpgsqlDbType.Smallint), new("d", NpgsqlDbType.Boolean),
            new("e", NpgsqlDbType.TimestampTz), new("f", NpgsqlDbType.Bytea), new("g", NpgsqlDbType.Text),
        ];
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        (await BulkCopy.WriteAsync(connection, null, "t", columns, [[1L, 2, (short)3, true, now, new byte[] { 1 }, "text"], [2L, null, null, null, null, null, null]], Token)).ShouldBe(2);
        await Should.ThrowAsync<PostgresException>(() => BulkCopy.WriteAsync(connection, null, "t", columns, [[3L, 1, null, null, null, null, null], [null, 1, null, null, null, null, null]], Token));
        await using var read = new NpgsqlCommand("SELECT count(*), max(b), max(g), max(e) FROM t", connection);
        await using var reader = await read.ExecuteReaderAsync(Token);
        await reader.ReadAsync(Token);
        (reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2), reader.GetDateTime(3)).ShouldBe((2, 2, "text", now));
    }

    [Fact]
    public async Task A_record_that_changed_meanwhile_is_ETAG_MISMATCH()
    {
        await fixture.Host.WithDbAsync(105, db =>
        {
            db.Items.Add(new ItemRow { AccountId = 105, ItemId = 1, DisplayName = "x", Version = 1 });
            return db.SaveChangesAsync(Token);
        });
        var lost = await Should.ThrowAsync<DbUpdateConcurrencyException>(fixture.Host.WithDbAsync(105, async db =>
        {
            var item = await db.Items.SingleAsync(Token);
            await fixture.Host.WithDbAsync(105, other => other.Items.ExecuteUpdateAsync(set => set.SetProperty(i => i.Version, 2), Token));
            item.DisplayName = "y";
            return await db.SaveChangesAsync(Token);
        }));
        FaultTable.Find(lost)!.Reason.ShouldBe(CommonReasons.EtagMismatch);
    }

    [Fact]
    public async Task Sql_Server_without_its_assembly_stops_the_service_at_its_start_and_says_why()
    {
        var problem = await Record.ExceptionAsync(async () =>
        {
            await using var host = await ProbeHost.StartAsync("Server=nowhere", "127.0.0.1:1", "", Token, provider: "SqlServer");
        });
        if (Type.GetType("Microsoft.SqlServer.Server.SqlMetaData, Microsoft.SqlServer.Server") is null)
        {
            problem.ShouldBeOfType<NotSupportedException>().Message.ShouldContain("Microsoft.SqlServer.Server");
        }
        else
        {
            problem.ShouldNotBeOfType<NotSupportedException>();
        }
    }

    [Fact]
    public async Task A_service_whose_database_is_not_configured_says_so() =>
        (await Record.ExceptionAsync(() => ProbeHost.StartAsync(null!, "127.0.0.1:1", "", Token))).ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("ConnectionStrings:probe");

    public void Dispose() => _timeout.Dispose();
}
