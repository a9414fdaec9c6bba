using System.Collections.Concurrent;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunState = ContactPlatform.ServiceDefaults.Runs.RunState;

namespace ContactPlatform.ServiceDefaults.Tests.Runs;

/// <summary>Replicas that work on runs, with their leases on whichever server.</summary>
public abstract class RunTestBase : IAsyncLifetime, IDisposable
{
    /// <summary>The kind of the runs.</summary>
    protected const string Kind = "probe-run";

    /// <summary>An account whose runs of the kind exclude each other.</summary>
    protected const long OneAtATime = 3;

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private string _database = "";

    /// <summary>Who queues runs.</summary>
    protected static Caller Caller { get; } = new(1, new Actor { Kind = ActorKind.ApiKey, Subject = "key:1", DisplayName = "Tester" });

    /// <summary>What a run does, by its subject.</summary>
    protected ConcurrentDictionary<long, Func<ProbeHost, RunWork, CancellationToken, Task>> Work { get; } = new();

    /// <summary>The replicas, disposed at the end.</summary>
    protected List<ProbeHost> Hosts { get; } = [];

    /// <summary>The servers on which each test runs.</summary>
    public static TheoryData<string> Kinds => [.. RedisServer.Kinds];

    /// <summary>One of <see cref="RedisServer.Kinds"/>: that of the test.</summary>
    protected string RedisKind { get; set; } = RedisServer.Kind;

    /// <summary>Ends with the test's time.</summary>
    protected CancellationToken Token => _timeout.Token;

    public async Task InitializeAsync() => _database = await ProbeHost.CreateDatabaseAsync(null, Token);

    public async Task DisposeAsync()
    {
        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _timeout.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a replica that works on runs of <see cref="Kind"/>.</summary>
    protected async Task<ProbeHost> StartAsync(string? redis = null, string? prefix = null)
    {
        ProbeHost? host = null;
        host = await ProbeHost.StartAsync(_database, redis ?? await TestServers.RedisAsync(RedisKind), prefix ?? ProbeFixture.NewPrefix(), Token, builder =>
        {
            builder.Services.AddSingleton<IRunExecutor>(new Executor((work, cancellation) => Work[work.Row.SubjectId](host!, work, cancellation)));
            builder.Services.AddHostedService<RunWorker>();
        });
        Hosts.Add(host);
        return host;
    }

    /// <summary>Queues a run whose work is that of its subject in <see cref="Work"/>.</summary>
    protected Task<long> QueueAsync(ProbeHost host, long subject, long account = 1) => host.WithDbAsync(account, async db =>
    {
        var store = Store(host, db);
        var row = store.New(await host.Get<IdSequence>().NextAsync(Token), Kind, subject, Caller with { AccountId = account });
        db.Runs.Add(row);
        await db.SaveChangesAsync(Token);
        store.Queued();
        return row.RunId;
    });

    /// <summary>One chunk: an item and the checkpoint in one transaction.</summary>
    protected static Task<int> ChunkAsync(ProbeHost host, RunWork work, long item, CancellationToken cancellationToken) => host.WithDbAsync(work.Row.AccountId, async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        db.Items.Add(new ItemRow { AccountId = work.Row.AccountId, ItemId = item, DisplayName = $"{work.Row.RunId}-{item}" });
        await db.SaveChangesAsync(cancellationToken);
        work.Row.CursorId = item;
        work.Row.DoneCount++;
        work.Skip("RECORD_INACTIVE", 1);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return 0;
    });

    /// <summary>What its endpoint would use.</summary>
    protected static RunStore Store(ProbeHost host, PlatformDbContext db) => new(db, host.Get<RunSignal>(), host.Get<Stopping>(), TimeProvider.System);

    /// <summary>Asks for its end.</summary>
    protected Task<RunRow> CancelAsync(ProbeHost host, long id) =>
        host.WithDbAsync(1, db => Store(host, db).CancelAsync(id, Kind, Token));

    /// <summary>The run as it stands.</summary>
    protected Task<RunRow> RunAsync(ProbeHost host, long id, long account = 1) => host.WithDbAsync(account, db => db.Runs.AsNoTracking().SingleAsync(r => r.RunId == id, Token));

    /// <summary>Waits for its end.</summary>
    protected async Task<RunRow> EndedAsync(ProbeHost host, long id)
    {
        await Eventually.ShouldBeAsync($"run {id} has ended", async () => (await RunAsync(host, id)).Ended, 20);
        return await RunAsync(host, id);
    }

    /// <summary>What the runs wrote.</summary>
    protected Task<List<long>> ItemsAsync(ProbeHost host) => host.WithDbAsync(1, db => db.Items.OrderBy(i => i.ItemId).Select(i => i.ItemId).ToListAsync(Token));

    /// <summary>The database past every host.</summary>
    protected ProbeDbContext Context() => new(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(_database).Options, new CurrentAccount { Id = 1 });

    private sealed class Executor(Func<RunWork, CancellationToken, Task> work) : IRunExecutor
    {
        public string Kind => RunTestBase.Kind;

        public LockKey? Exclusive(long accountId) => accountId == OneAtATime ? LockKey.LabelRules(accountId) : null;

        public Task ExecuteAsync(RunWork work1, CancellationToken cancellationToken) => work(work1, cancellationToken);
    }
}
