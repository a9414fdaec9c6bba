using System.Security.Cryptography;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ContactPlatform.ServiceDefaults.Tests.Requests;

public sealed class RequestTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>
{
    [Fact]
    public async Task Fifty_at_once_with_one_id_make_one()
    {
        var id = RandomNumberGenerator.GetHexString(8);
        var made = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => OnceAsync(1, id, "body", id)));
        made.Select(m => m.Id).Distinct().ShouldHaveSingleItem();
        made.Count(m => m.Created).ShouldBe(1);
        (await CountAsync(1, id)).ShouldBe(1);
    }

    [Fact]
    public async Task Fifty_at_once_that_look_for_the_name_first_make_one_too()
    {
        var id = RandomNumberGenerator.GetHexString(8);
        var made = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => OnceAsync(1, id, "body", id, lookFirst: true)));
        made.Select(m => m.Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_same_id_with_another_body_is_refused_and_changes_nothing()
    {
        var id = RandomNumberGenerator.GetHexString(8);
        var first = await OnceAsync(1, id, "body", id);
        var refused = (await Should.ThrowAsync<RefusalException>(() => OnceAsync(1, id, "another body", id + "2"))).Refusal;
        refused.Reason.ShouldBe(CommonReasons.RequestIdReused);
        refused.Metadata["existing_id"].ShouldBe($"{first.Id}");
        (await CountAsync(1, id + "2")).ShouldBe(0);
    }

    [Fact]
    public async Task Another_account_another_method_and_no_id_at_all_are_other_requests()
    {
        var id = RandomNumberGenerator.GetHexString(8);
        (await OnceAsync(1, id, "body", id)).Created.ShouldBeTrue();
        (await OnceAsync(2, id, "body", id)).Created.ShouldBeTrue();
        (await OnceAsync(1, id, "body", id + "b", method: "Other")).Created.ShouldBeTrue();
        (await OnceAsync(1, "", "body", id + "c")).Created.ShouldBeTrue();
        (await OnceAsync(1, "", "body", id + "d")).Created.ShouldBeTrue();
    }

    [Fact]
    public async Task A_refusal_of_the_first_is_not_remembered()
    {
        var id = RandomNumberGenerator.GetHexString(8);
        await OnceAsync(1, "", "body", id);
        (await Should.ThrowAsync<RefusalException>(() => OnceAsync(1, id, "body", id, lookFirst: true))).Refusal.Reason.Name.ShouldBe("TAKEN");
        (await Should.ThrowAsync<RefusalException>(() => OnceAsync(1, id, "body", id, lookFirst: true))).Refusal.Reason.Name.ShouldBe("TAKEN");
        (await Should.ThrowAsync<DbUpdateException>(() => OnceAsync(1, id, "body", id))).InnerException.ShouldNotBeNull();
    }

    [Fact]
    public async Task Ids_are_forgotten_after_seven_days()
    {
        var time = new FakeTime(new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero));
        await using var db = new ProbeDbContext(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(await ProbeHost.CreateDatabaseAsync(null, CancellationToken.None)).Options, new CurrentAccount { Id = 1 });
        foreach (var (id, account, hours) in new[] { ("old", 1L, 7 * 24), ("old", 2L, 8 * 24), ("young", 1L, (7 * 24) - 2) })
        {
            db.Requests.Add(new RequestRow { AccountId = account, Method = "Create", RequestId = id, BodyHash = new byte[32], ResultId = 1, CreateTime = time.GetUtcNow().UtcDateTime.AddHours(-hours) });
        }
        await db.SaveChangesAsync();
        await using var services = new ServiceCollection().AddSingleton<PlatformDbContext>(db).BuildServiceProvider();
        using var sweeper = new RequestSweeper(new SameScope(services), time, NullLogger<RequestSweeper>.Instance);
        await sweeper.StartAsync(CancellationToken.None);
        await Eventually.ShouldBeAsync("the sweeper waits", () => time.Waiting > 0);
        (await db.Requests.IgnoreQueryFilters().CountAsync()).ShouldBe(3);
        time.Advance(TimeSpan.FromHours(1));
        await Eventually.ShouldBeAsync("the old ones are gone", async () => await LeftAsync() == 1);
        time.Advance(TimeSpan.FromHours(1));
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        (await LeftAsync()).ShouldBe(1);
        await sweeper.StopAsync(CancellationToken.None);

        // On a context of its own, since the sweeper has the other.
        async Task<int> LeftAsync()
        {
            await using var other = new ProbeDbContext(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(db.Database.GetConnectionString()).Options, new CurrentAccount());
            return await other.Requests.IgnoreQueryFilters().CountAsync();
        }
    }

    private Task<(long Id, bool Created)> OnceAsync(long account, string requestId, string body, string name, string method = "CreateItem", bool lookFirst = false) => fixture.Host.WithDbAsync(account, db =>
        new RequestIds(db, TimeProvider.System).OnceAsync(new Caller(account, new Actor()), method, requestId, new ProbeRequest { Text = body }, async () =>
        {
            if (lookFirst && await db.Items.AnyAsync(i => i.DisplayName == name))
            {
                throw new RefusalException(new Refusal(new Reason("TAKEN", StatusCode.AlreadyExists), "taken"));
            }
            var id = await fixture.Host.Get<IdSequence>().NextAsync(CancellationToken.None);
            db.Items.Add(new ItemRow { AccountId = account, ItemId = id, DisplayName = name });
            return id;
        }, CancellationToken.None));

    private Task<int> CountAsync(long account, string name) => fixture.Host.WithDbAsync(account, db => db.Items.CountAsync(i => i.DisplayName == name));

    private sealed class SameScope(ServiceProvider services) : IServiceScopeFactory, IServiceScope
    {
        public IServiceProvider ServiceProvider => services;

        public IServiceScope CreateScope() => this;

        public void Dispose()
        {
        }
    }
}
