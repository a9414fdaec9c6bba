using ContactPlatform.Contacts.ImportUndos;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Removes what nobody needs, once a minute: files of imports that have ended, uploads that nobody finished, and what undoing old imports would need.</summary>
public sealed partial class ImportSweeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<ImportSweeper> logger) : BackgroundService
{
    /// <summary>Silence after which an upload counts as abandoned.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await SweepAsync(scope.ServiceProvider.GetRequiredService<ContactsDbContext>(), time.UtcNow(), stoppingToken);
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Sweeps all accounts.</summary>
    public static async Task SweepAsync(ContactsDbContext db, DateTime now, CancellationToken cancellationToken)
    {
        var before = now - Abandoned;
        var runs = db.Runs.IgnoreQueryFilters();
        await db.ImportChunks.IgnoreQueryFilters()
            .Where(c => runs.Any(r => r.AccountId == c.AccountId && r.RunId == c.ImportId && r.State >= RunState.Succeeded))
            .ExecuteDeleteAsync(cancellationToken);
        var abandoned = db.Imports.IgnoreQueryFilters().Where(i => i.TouchTime < before && !runs.Any(r => r.AccountId == i.AccountId && r.RunId == i.ImportId));
        await db.ImportChunks.IgnoreQueryFilters().Where(c => abandoned.Any(i => i.AccountId == c.AccountId && i.ImportId == c.ImportId)).ExecuteDeleteAsync(cancellationToken);
        await abandoned.ExecuteDeleteAsync(cancellationToken);
        await SweepRecordsAsync(db, now - ImportUndoDecisions.Period, cancellationToken);
    }

    /// <summary>Removes what the undoing of imports that ended before a time would need.</summary>
    private static async Task SweepRecordsAsync(ContactsDbContext db, DateTime before, CancellationToken cancellationToken)
    {
        var old = db.Imports.IgnoreQueryFilters().Where(i => i.Undoable && db.Runs.IgnoreQueryFilters().Any(r => r.AccountId == i.AccountId && r.RunId == i.ImportId && r.EndTime < before));
        await db.ImportCreations.IgnoreQueryFilters().Where(c => old.Any(i => i.AccountId == c.AccountId && i.ImportId == c.ImportId)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportValues.IgnoreQueryFilters().Where(c => old.Any(i => i.AccountId == c.AccountId && i.ImportId == c.ImportId)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportChanges.IgnoreQueryFilters().Where(c => old.Any(i => i.AccountId == c.AccountId && i.ImportId == c.ImportId)).ExecuteDeleteAsync(cancellationToken);
        await old.ExecuteUpdateAsync(set => set.SetProperty(i => i.Undoable, false), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Files of ended imports are removed a minute later")]
    private partial void LogLater(Exception exception);
}
