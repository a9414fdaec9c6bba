using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Times;
using ContactPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Sequences.Tests.Automations;

/// <summary>What does the actions of rules, on a database of its own and by a clock that a test moves; Contacts does not answer.</summary>
public sealed class AutomationBed : IAsyncLifetime
{
    private WebApplication app = null!;
    private long ids = 1_000;

    public FakeTime Time { get; } = new(new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));

    public async Task InitializeAsync()
    {
        var database = await TestServers.CreateDatabaseAsync("automations", CancellationToken.None);
        var builder = WebApplication.CreateBuilder();
        var nobody = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        builder.Configuration["Database:Provider"] = database.Provider;
        builder.Configuration["ConnectionStrings:sequences"] = database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["services:contacts:http:0"] = nobody.ToString();
        builder.Configuration["Access:ServiceKey"] = ContactsHost.ServiceKey;
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.AddServiceDefaults("sequences", SequencesScopes.Table);
        builder.AddPlatformDatabase<SequencesDbContext, SqlServerSequencesDbContext>("sequences");
        builder.Logging.ClearProviders();
        builder.Services.AddContactsClients(nobody).AddSingleton<ServiceTokens>().AddSingleton<ContactsCalls>().AddScoped<ContactReader>().AddScoped<ContactStatusStore>().AddScoped<SequenceStore>()
            .AddScoped<EnrollmentStore>().AddScoped<TaskStore>().AddScoped<EnrollmentWork>().AddScoped<EnrollContacts>().AddAutomations(builder.Configuration);
        app = builder.Build();
        await AskAsync(async scope =>
        {
            await scope.GetRequiredService<SequencesDbContext>().Database.MigrateAsync();
            return 0;
        });
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    /// <summary>A number that nothing has yet.</summary>
    public long NewId() => Interlocked.Increment(ref ids);

    /// <summary>Writes a rule down that a contact has set off.</summary>
    /// <param name="condition">When the rule does something.</param>
    /// <param name="actions">What.</param>
    /// <returns>What it set off.</returns>
    public Task<long> FireAsync(AutomationCondition condition, params AutomationAction[] actions) => AskAsync(async scope =>
    {
        var db = scope.GetRequiredService<SequencesDbContext>();
        var id = NewId();
        db.AutomationRules.Add(new() { AccountId = db.AccountId, AutomationRuleId = id, DisplayName = "rule", EntryMask = AutomationDecisions.Mask(condition), CreateTime = Now, UpdateTime = Now });
        db.AutomationRuleVersions.Add(new() { AccountId = db.AccountId, AutomationRuleId = id, RuleVersion = 1, Content = AutomationProto.Content("rule", condition, actions), CreateTime = Now });
        db.AutomationFirings.Add(new()
        {
            AccountId = db.AccountId, AutomationFiringId = id, ContactId = id, AutomationRuleId = id, RuleVersion = 1, StatusVersion = 1, FromEngagement = EngagementStatus.Open, Engagement = EngagementStatus.Enrolled,
            FireTime = Now, Chain = "", State = AutomationFiringState.Waiting, NextAction = AutomationFiringRow.Filter, DueTime = Now,
        });
        await db.SaveChangesAsync();
        return id;
    });

    /// <summary>Does what is due now.</summary>
    /// <returns>How much there was.</returns>
    public async Task<int> WorkAsync()
    {
        var taken = await AskAsync(scope => scope.GetRequiredService<AutomationWork>().TakeAsync(default));
        foreach (var firing in taken)
        {
            await AskAsync(async scope =>
            {
                await scope.GetRequiredService<AutomationRunner>().RunAsync(firing, default);
                return 0;
            });
        }
        return taken.Count;
    }

    /// <summary>What became of something that was set off.</summary>
    public Task<(AutomationFiringRow Firing, List<AutomationActionRow> Actions)> FiringAsync(long firingId) => AskAsync(async scope =>
    {
        var db = scope.GetRequiredService<SequencesDbContext>();
        return (await db.AutomationFirings.AsNoTracking().SingleAsync(f => f.AutomationFiringId == firingId),
            await db.AutomationActions.AsNoTracking().Where(a => a.AutomationFiringId == firingId).OrderBy(a => a.Place).ToListAsync());
    });

    public async Task<T> AskAsync<T>(Func<IServiceProvider, Task<T>> question)
    {
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = ContactsHost.Account;
        return await question(scope.ServiceProvider);
    }

    public DateTime Now => Time.Now();
}
