using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.Undos;

/// <summary>Serves LabelRuleUndoService.</summary>
public sealed class UndoEndpoint(FunnelDbContext db, RequestIds requests, RunStore runs, LabelRuleRuns ruleRuns, IdSequence ids) : LabelRuleUndoService.LabelRuleUndoServiceBase
{
    /// <inheritdoc/>
    public override async Task<UndoLabelRuleRunResponse> UndoLabelRuleRun(UndoLabelRuleRunRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var undone = violations.Id(request.RunId, "run_id");
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var (runId, created) = await requests.OnceAsync(caller, "UndoLabelRuleRun", requestId, new UndoLabelRuleRunRequest(request) { RequestId = "" }, async () =>
        {
            var (run, detail) = await ruleRuns.GetAsync(undone, context.CancellationToken);
            if (UndoDecisions.Undo(run) is { } refusal)
            {
                throw new RefusalException(refusal);
            }
            var id = await ids.NextRisingAsync(context.CancellationToken);
            db.Runs.Add(runs.New(id, UndoExecutor.RunKind, detail.LabelRuleId, caller));
            db.LabelRuleRuns.Add(detail.Undoing(id));
            return id;
        }, context.CancellationToken);
        if (created)
        {
            runs.Queued();
        }
        return new() { LabelRuleRun = await ruleRuns.ShowAsync(runId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<ListUndoResultsResponse> ListUndoResults(ListUndoResultsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var runId = violations.Id(request.RunId, "run_id");
        violations.Check(Enum.IsDefined(request.Outcome), "outcome", $"is {(int)request.Outcome}; expected an outcome, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListUndoResults", runId, request.Outcome);
        violations.ThrowIfAny();
        if ((await ruleRuns.DetailAsync(runId, context.CancellationToken)).UndoneRunId == 0)
        {
            throw LabelRuleRuns.Missing(runId);
        }
        var wanted = UndoDecisions.Outcomes(request.Outcome);
        var after = page.After ?? 0;
        var reversed = db.StageChanges.Where(c => c.RunId == runId && c.Cause == StageChangeCause.Undo && c.ContactId > after)
            .Select(c => new { c.ContactId, Outcome = Outcome.Changed });
        var left = db.UndoResults.Where(r => r.RunId == runId && r.ContactId > after && wanted.Contains(r.Outcome))
            .Select(r => new { r.ContactId, r.Outcome });
        var found = request.Outcome switch
        {
            UndoOutcome.Unspecified => reversed.Concat(left),
            UndoOutcome.Reversed => reversed,
            _ => left,
        };
        var (rows, next) = page.Cut(await found.OrderBy(r => r.ContactId).Take(page.Size + 1).ToListAsync(context.CancellationToken), r => r.ContactId);
        return new() { UndoResults = { rows.Select(r => UndoDecisions.Result(r.ContactId, r.Outcome)) }, NextPageToken = next };
    }
}
