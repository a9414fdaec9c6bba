using System.Net;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>What calls webhooks, on a database of its own and by a clock that a test moves; the receivers are real.</summary>
public sealed class WebhookBed : IAsyncLifetime
{
    private WebApplication app = null!;
    private long accounts = 100;

    public FakeTime Time { get; } = new(new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));

    public WebhookSending Sending => app.Services.GetRequiredService<WebhookSending>();

    public WebhookCaller Caller => app.Services.GetRequiredService<WebhookCaller>();

    public async Task InitializeAsync()
    {
        var database = await TestServers.CreateDatabaseAsync("webhooks", CancellationToken.None);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = database.Provider;
        builder.Configuration["ConnectionStrings:deliverability"] = database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["Secrets:Keys:1"] = ContactsHost.ErasureKey;
        builder.Configuration["Webhooks:AllowedNetworks:0"] = "127.0.0.1/32";
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.AddServiceDefaults("deliverability", DeliverabilityScopes.Table);
        builder.AddPlatformDatabase<DeliverabilityDbContext, SqlServerDeliverabilityDbContext>("deliverability");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<SecretKeys>().AddWebhooks(builder.Configuration).AddSingleton<DeliverySweeper>();
        app = builder.Build();
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>().Database.MigrateAsync();
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    /// <summary>Deletes all webhooks and their deliveries.</summary>
    public Task ClearAsync() => AskAsync(0, async scope =>
    {
        var db = scope.GetRequiredService<DeliverabilityDbContext>();
        await db.WebhookDeliveries.IgnoreQueryFilters().ExecuteDeleteAsync();
        return await db.Webhooks.IgnoreQueryFilters().ExecuteDeleteAsync();
    });

    /// <summary>An account that no other test uses.</summary>
    public long NewAccount() => Interlocked.Increment(ref accounts);

    /// <summary>Another process that makes calls.</summary>
    public WebhookSending AnotherSending() => ActivatorUtilities.CreateInstance<WebhookSending>(app.Services);

    /// <summary>Sweeps once.</summary>
    public Task SweepAsync() => app.Services.GetRequiredService<DeliverySweeper>().SweepAsync(CancellationToken.None);

    /// <summary>Makes a webhook.</summary>
    /// <returns>It, and what opens its signatures.</returns>
    internal async Task<(long Id, string Secret)> CreateAsync(long account, Uri url) => await AskAsync(account, async scope =>
    {
        var (db, secrets) = (scope.GetRequiredService<DeliverabilityDbContext>(), scope.GetRequiredService<WebhookSecrets>());
        var id = await scope.GetRequiredService<IdSequence>().NextAsync(default);
        var (keyId, secret) = secrets.Make(account, id);
        var row = new WebhookRow { AccountId = account, WebhookId = id, Url = url.ToString(), DisplayName = "test", EventMask = WebhookTypes.Everything, KeyId = keyId, Secret = secret, CreateTime = Now };
        db.Webhooks.Add(row);
        await db.SaveChangesAsync();
        return (id, secrets.Show(row));
    });

    /// <summary>Puts events down in a transaction: contact by contact, in the order given.</summary>
    public Task AddAsync(long account, params IEnumerable<long> contacts) => AskAsync(account, async scope =>
    {
        await using var transaction = await scope.GetRequiredService<DeliverabilityDbContext>().BeginBulkAsync(default);
        await scope.GetRequiredService<WebhookOutbox>().AddAsync(contacts.Select(c => WebhookNote.Of(WebhookEventType.ContactUpdated, c, Now, null, 0)), Now, default);
        await transaction.CommitAsync();
        return 0;
    });

    /// <summary>All deliveries of an account, by id.</summary>
    public Task<List<WebhookDeliveryRow>> DeliveriesAsync(long account) => AskAsync(account, scope =>
        scope.GetRequiredService<DeliverabilityDbContext>().WebhookDeliveries.AsNoTracking().OrderBy(d => d.WebhookDeliveryId).ToListAsync());

    /// <summary>Makes all calls that are due now, and those that come to be due by them.</summary>
    public async Task WorkAsync(WebhookSending? sending = null)
    {
        while (await (sending ?? Sending).TakeAsync(100, new Dictionary<long, int>(), default) is { Count: > 0 } calls)
        {
            await Task.WhenAll(calls.Select(c => Sending.CallAsync(c, default)));
        }
    }

    public async Task<T> AskAsync<T>(long account, Func<IServiceProvider, Task<T>> question)
    {
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return await question(scope.ServiceProvider);
    }

    public DateTime Now => Time.GetUtcNow().UtcDateTime;
}
