using System.Threading.Channels;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Does imports: one task reads and checks the file ahead, this one writes batch after batch. A resumed import reads the
/// file again from its beginning and passes over as many rows as are committed.
/// </summary>
public sealed class ImportExecutor(IServiceScopeFactory scopes, IdSequence ids, LockLeases locks, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Rows in a batch: SQL Server locks whole tables from 5,000 on, and a lost batch costs its time again.</summary>
    private const int MaximumRows = 2000;

    /// <summary>Characters in a batch, so that long rows do not add up.</summary>
    private const int MaximumCharacters = 1 << 20;

    /// <summary>Batches read ahead.</summary>
    private const int Ahead = 2;

    /// <inheritdoc/>
    public string Kind => ImportRow.RunKind;

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = Scope(work.Row.AccountId);
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var import = await db.Imports.AsNoTracking().SingleAsync(i => i.ImportId == work.Row.RunId, cancellationToken);
        var plan = new ImportPlan(ImportConfig.Parser.ParseFrom(import.Config));
        var columns = ImportColumns.Find(plan.Config, import.HeaderCells(), 1, await db.CustomFields.AsNoTracking().ToListAsync(cancellationToken));
        await using var labels = new LabelLeases(locks, time);
        T Get<T>() where T : notnull => scope.ServiceProvider.GetRequiredService<T>();
        IImportBatches batches = plan.Mode == ImportMode.Unsubscribe
            ? new UnsubscribeBatches(db, Get<UnsubscribeStore>(), work.Row, plan, time)
            : new ContactBatches(db, ids, labels, Get<TombstoneStore>(), Get<SuppressionStore>(), Get<TimelineStore>(), work.Row, plan, columns, time);
        var writer = new ImportWriter(db, batches, work, import, time);
        if (plan.Config.DryRun)
        {
            // What a dry run has seen is in memory only, so it is never resumed but begun again.
            await writer.StartOverAsync(cancellationToken);
        }

        var ahead = Channel.CreateBounded<ImportBatch>(Ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => ReadAsync(work.Row, plan, columns, work.Row.CursorId, ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in ahead.Reader.ReadAllAsync(cancellationToken))
            {
                var began = time.GetTimestamp();
                await writer.WriteAsync(batch, cancellationToken);
                await rightOfWay.GiveWayAsync(began, cancellationToken);
            }
            await writer.FinishAsync(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>Reads the file into batches; a fault goes to the channel's reader.</summary>
    private async Task ReadAsync(RunRow run, ImportPlan plan, ImportColumns columns, long committed, ChannelWriter<ImportBatch> batches, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = Scope(run.AccountId);
            await using var file = new ImportFileStream(scope.ServiceProvider.GetRequiredService<ContactsDbContext>(), run.RunId);
            var csv = plan.Open(file);
            await csv.ReadAsync(cancellationToken);
            var reader = new ImportLineReader(columns, plan.LabelSeparator);
            var lines = new List<ImportLine>(MaximumRows);
            var characters = 0;
            for (var number = 1L; await csv.ReadAsync(cancellationToken); number++)
            {
                if (number <= committed)
                {
                    continue;
                }
                lines.Add(reader.Read(csv, number));
                characters += csv.Raw.Length;
                if (lines.Count == MaximumRows || characters > MaximumCharacters)
                {
                    await batches.WriteAsync(new ImportBatch(lines, file.Position), cancellationToken);
                    (lines, characters) = (new List<ImportLine>(MaximumRows), 0);
                }
            }
            if (lines.Count > 0)
            {
                await batches.WriteAsync(new ImportBatch(lines, file.Position), cancellationToken);
            }
            batches.Complete();
        }
        catch (CsvFileException e)
        {
            batches.Complete(new RefusalException(new Refusal(ContactsReasons.ImportFileInvalid, e.Message), e));
        }
#pragma warning disable CA1031 // Whatever it is, the channel's reader throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            batches.Complete(e);
        }
    }

    private AsyncServiceScope Scope(long account)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return scope;
    }
}
