using ContactPlatform.Funnel.Undos;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>Finds runs together with what they are about: those of label rules, and those that undo them.</summary>
public sealed class LabelRuleRuns(FunnelDbContext db, RunStore runs)
{
    /// <summary>Finds a run.</summary>
    /// <exception cref="RefusalException">RUN_NOT_FOUND.</exception>
    public async Task<(RunRow Run, LabelRuleRunRow Detail)> GetAsync(long runId, CancellationToken cancellationToken)
    {
        var detail = await DetailAsync(runId, cancellationToken);
        return (await runs.GetAsync(runId, Kind(detail), cancellationToken), detail);
    }

    /// <summary>Finds a run, to show it.</summary>
    /// <exception cref="RefusalException">RUN_NOT_FOUND.</exception>
    public async Task<LabelRuleRun> ShowAsync(long runId, CancellationToken cancellationToken)
    {
        // In one statement: a run that ends between two would be shown with an end and without what came with it.
        var found = await db.Runs.AsNoTracking().Where(r => r.RunId == runId).Join(db.LabelRuleRuns.AsNoTracking(), r => r.RunId, d => d.RunId, (run, detail) => new { run, detail })
            .SingleOrDefaultAsync(cancellationToken) ?? throw Missing(runId);
        return found.detail.ToProto(found.run);
    }

    /// <summary>Finds what a run is about.</summary>
    /// <exception cref="RefusalException">RUN_NOT_FOUND.</exception>
    public async Task<LabelRuleRunRow> DetailAsync(long runId, CancellationToken cancellationToken) =>
        await db.LabelRuleRuns.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellationToken) ?? throw Missing(runId);

    /// <summary>Kind of the run: a rule's, or an undo.</summary>
    public static string Kind(LabelRuleRunRow detail) => detail.UndoneRunId == 0 ? LabelRuleExecutor.RunKind : UndoExecutor.RunKind;

    /// <summary>The refusal when there is no such run.</summary>
    public static RefusalException Missing(long runId) =>
        new(new Refusal(CommonReasons.RunNotFound, $"there is no run {runId}").With("run_id", runId));
}
