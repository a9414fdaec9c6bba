using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Previews;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>Serves LabelRuleService.</summary>
public sealed class LabelRuleEndpoint(FunnelDbContext db, RequestIds requests, RunStore runs, LabelRuleRuns ruleRuns, PreviewStore previews, IdSequence ids, LabelService.LabelServiceClient labels, ContactsCalls contacts, TimeProvider time) : LabelRuleService.LabelRuleServiceBase
{
    /// <inheritdoc/>
    public override async Task<CreateLabelRuleResponse> CreateLabelRule(CreateLabelRuleRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        var row = LabelRuleProto.Read(request, caller.AccountId, await ids.NextAsync(context.CancellationToken), time.Now());
        var body = new CreateLabelRuleRequest(request) { RequestId = "" };
        try
        {
            var (id, _) = await requests.OnceAsync(caller, "CreateLabelRule", request.RequestId.Trim(), body, async () =>
            {
                await RefuseUnknownLabelAsync(row, context.CancellationToken);
                await RefuseExistingAsync(row, context.CancellationToken);
                db.LabelRules.Add(row);
                return row.LabelRuleId;
            }, context.CancellationToken);
            return new() { LabelRule = await ShowAsync(id, context.CancellationToken) };
        }
        catch (DbUpdateException e) when (FaultTable.Find(e) is null)
        {
            // The same rule was created by somebody else since the look.
            await RefuseExistingAsync(row, context.CancellationToken);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task<GetLabelRuleResponse> GetLabelRule(GetLabelRuleRequest request, ServerCallContext context) =>
        new() { LabelRule = await ShowAsync(LabelRuleProto.ReadId(request.LabelRuleId, "label_rule_id"), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListLabelRulesResponse> ListLabelRules(ListLabelRulesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListLabelRules");
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.LabelRules.AsNoTracking().Where(r => r.LabelRuleId > after).OrderBy(r => r.LabelRuleId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), r => r.LabelRuleId);
        var last = await LastRunsAsync([.. rows.Select(r => r.LabelRuleId)], context.CancellationToken);
        return new() { LabelRules = { rows.Select(r => r.ToProto(last.GetValueOrDefault(r.LabelRuleId))) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<DeleteLabelRuleResponse> DeleteLabelRule(DeleteLabelRuleRequest request, ServerCallContext context)
    {
        var id = LabelRuleProto.ReadId(request.LabelRuleId, "label_rule_id");
        await db.FindRuleAsync(id, context.CancellationToken);
        if (Etag.Check(request.Etag, LabelRuleRow.Version) is { } stale)
        {
            throw new RefusalException(stale);
        }
        return await db.LabelRules.Where(r => r.LabelRuleId == id).ExecuteDeleteAsync(context.CancellationToken) > 0 ? new() : throw LabelRuleRows.Missing(id);
    }

    /// <inheritdoc/>
    public override async Task<RunLabelRuleResponse> RunLabelRule(RunLabelRuleRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var ruleId = violations.Id(request.LabelRuleId, "label_rule_id");
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var (runId, created) = await requests.OnceAsync(caller, "RunLabelRule", requestId, new RunLabelRuleRequest(request) { RequestId = "" }, async () =>
        {
            var rule = await db.FindRuleAsync(ruleId, context.CancellationToken);
            var previewId = request.PreviewToken.Length == 0 ? 0 : await previews.FindAsync(rule, request.PreviewToken, context.CancellationToken);
            var id = await ids.NextRisingAsync(context.CancellationToken);
            db.Runs.Add(runs.New(id, LabelRuleExecutor.RunKind, ruleId, caller));
            db.LabelRuleRuns.Add(new LabelRuleRunRow { AccountId = caller.AccountId, RunId = id, LabelRuleId = ruleId, LabelId = rule.LabelId, Stage = rule.Stage, PreviewId = previewId });
            return id;
        }, context.CancellationToken);
        if (created)
        {
            runs.Queued();
        }
        return new() { LabelRuleRun = await ruleRuns.ShowAsync(runId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<GetLabelRuleRunResponse> GetLabelRuleRun(GetLabelRuleRunRequest request, ServerCallContext context) =>
        new() { LabelRuleRun = await ruleRuns.ShowAsync(LabelRuleProto.ReadId(request.RunId, "run_id"), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListLabelRuleRunsResponse> ListLabelRuleRuns(ListLabelRuleRunsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(request.LabelRuleId >= 0, "label_rule_id", $"is {request.LabelRuleId}; expected an id, or 0 for all rules");
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListLabelRuleRuns", request.LabelRuleId);
        violations.ThrowIfAny();
        var (ruleId, before) = (request.LabelRuleId, page.After ?? long.MaxValue);
        var found = await db.Runs.AsNoTracking().Where(r => r.RunId < before && (ruleId == 0 || r.SubjectId == ruleId))
            .Join(db.LabelRuleRuns.AsNoTracking(), r => r.RunId, d => d.RunId, (run, detail) => new { run, detail })
            .OrderByDescending(r => r.run.RunId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, r => r.run.RunId);
        return new() { LabelRuleRuns = { rows.Select(r => r.detail.ToProto(r.run)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelLabelRuleRunResponse> CancelLabelRuleRun(CancelLabelRuleRunRequest request, ServerCallContext context)
    {
        var detail = await ruleRuns.DetailAsync(LabelRuleProto.ReadId(request.RunId, "run_id"), context.CancellationToken);
        return new() { LabelRuleRun = detail.ToProto(await runs.CancelAsync(detail.RunId, LabelRuleRuns.Kind(detail), context.CancellationToken)) };
    }

    /// <inheritdoc/>
    public override async Task WatchLabelRuleRun(WatchLabelRuleRunRequest request, IServerStreamWriter<WatchLabelRuleRunResponse> responseStream, ServerCallContext context)
    {
        var detail = await ruleRuns.DetailAsync(LabelRuleProto.ReadId(request.RunId, "run_id"), context.CancellationToken);
        await foreach (var run in runs.WatchAsync(detail.RunId, LabelRuleRuns.Kind(detail), null, context.CancellationToken))
        {
            if (run.Ended)
            {
                // The difference from a preview is known by now.
                detail = await ruleRuns.DetailAsync(detail.RunId, context.CancellationToken);
            }
            await responseStream.WriteAsync(new() { LabelRuleRun = detail.ToProto(run) }, context.CancellationToken);
        }
    }

    private async Task RefuseUnknownLabelAsync(LabelRuleRow row, CancellationToken cancellationToken)
    {
        try
        {
            await contacts.AskAsync(row.AccountId, options => labels.GetLabelAsync(new GetLabelRequest { LabelId = row.LabelId }, options), cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw new RefusalException(LabelMembers.NoLabel(row.LabelId), e);
        }
    }

    private async Task RefuseExistingAsync(LabelRuleRow row, CancellationToken cancellationToken)
    {
        var existing = await db.LabelRules.AsNoTracking().Where(r => r.LabelId == row.LabelId && r.Stage == row.Stage)
            .Select(r => (long?)r.LabelRuleId).SingleOrDefaultAsync(cancellationToken);
        if (existing is { } id)
        {
            throw new RefusalException(new Refusal(FunnelReasons.LabelRuleExists, $"label rule {id} already gives this stage to this label").With("label_rule_id", id));
        }
    }

    private async Task<LabelRule> ShowAsync(long id, CancellationToken cancellationToken)
    {
        var row = await db.FindRuleAsync(id, cancellationToken);
        return row.ToProto((await LastRunsAsync([id], cancellationToken)).GetValueOrDefault(id));
    }

    private Task<Dictionary<long, long>> LastRunsAsync(long[] ruleIds, CancellationToken cancellationToken) =>
        db.Runs.Where(r => r.Kind == LabelRuleExecutor.RunKind && ruleIds.Contains(r.SubjectId)).GroupBy(r => r.SubjectId)
            .Select(g => new { RuleId = g.Key, RunId = g.Max(r => r.RunId) }).ToDictionaryAsync(r => r.RuleId, r => r.RunId, cancellationToken);
}
