using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>Serves ClassificationService.</summary>
public sealed class ClassificationEndpoint(DeliverabilityDbContext db, RunStore runs, RequestIds requests, IdSequence ids) : ClassificationService.ClassificationServiceBase
{
    /// <inheritdoc/>
    public override Task<ClassifyDiagnosticResponse> ClassifyDiagnostic(ClassifyDiagnosticRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(request.EnhancedCode.Length == 0 || EnhancedCode.TryParse(request.EnhancedCode, out _), "enhanced_code", "is malformed; expected one such as 5.1.1");
        violations.Check(request.Diagnostic.Length <= EventLimits.Diagnostic, "diagnostic", $"has {request.Diagnostic.Length} characters; at most {EventLimits.Diagnostic} are allowed");
        violations.Check(request.RemoteHost.Length <= EventLimits.RemoteHost, "remote_host", $"has {request.RemoteHost.Length} characters; at most {EventLimits.RemoteHost} are allowed");
        violations.ThrowIfAny();
        var verdict = Classifier.Classify(request.EnhancedCode, request.Diagnostic, request.RemoteHost);
        return Task.FromResult(new ClassifyDiagnosticResponse { FailureClass = verdict.Class, RuleId = verdict.RuleId, RuleVersion = Classifier.Version });
    }

    /// <inheritdoc/>
    public override Task<ListClassificationRulesResponse> ListClassificationRules(ListClassificationRulesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListClassificationRulesResponse { Rules = { RuleList.All }, RuleVersion = Classifier.Version });

    /// <inheritdoc/>
    public override async Task<ReplayClassificationResponse> ReplayClassification(ReplayClassificationRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var id = await CreateAsync(context, nameof(ReplayClassification), requestId, new ReplayClassificationRequest(request) { RequestId = "" },
            () => Task.FromResult((request.DryRun, Undone: 0L)));
        return new() { ClassificationReplay = await LoadAsync(id, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<UndoClassificationReplayResponse> UndoClassificationReplay(UndoClassificationReplayRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var undone = violations.Id(request.ClassificationReplayId, "classification_replay_id");
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var id = await CreateAsync(context, nameof(UndoClassificationReplay), requestId, new UndoClassificationReplayRequest(request) { RequestId = "" }, async () =>
        {
            var run = await runs.GetAsync(undone, ReplayRow.RunKind, context.CancellationToken);
            var replay = await db.Replays.AsNoTracking().SingleAsync(r => r.RunId == undone, context.CancellationToken);
            return ReplayDecisions.Undo(run, replay) is { } refusal ? throw new RefusalException(refusal) : (false, undone);
        });
        return new() { ClassificationReplay = await LoadAsync(id, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<GetClassificationReplayResponse> GetClassificationReplay(GetClassificationReplayRequest request, ServerCallContext context) =>
        new() { ClassificationReplay = await LoadAsync(ReadId(request.ClassificationReplayId), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListClassificationReplaysResponse> ListClassificationReplays(ListClassificationReplaysRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListClassificationReplays));
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var found = await db.Replays.AsNoTracking().Where(r => r.RunId < before).Join(db.Runs.AsNoTracking(), r => r.RunId, r => r.RunId, (row, run) => new { row, run })
            .OrderByDescending(r => r.row.RunId).Take(page.Size + 1).ToListAsync(cancel);
        var (rows, next) = page.Cut(found, r => r.row.RunId);
        var (last, first) = rows.Count == 0 ? (0L, 0L) : (rows[^1].row.RunId, rows[0].row.RunId);
        var counts = (await db.ReplayCounts.AsNoTracking().Where(c => c.RunId >= last && c.RunId <= first).ToListAsync(cancel)).ToLookup(c => c.RunId);
        return new() { ClassificationReplays = { rows.Select(r => r.row.ToProto(r.run, counts[r.row.RunId])) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelClassificationReplayResponse> CancelClassificationReplay(CancelClassificationReplayRequest request, ServerCallContext context)
    {
        var run = await runs.CancelAsync(ReadId(request.ClassificationReplayId), ReplayRow.RunKind, context.CancellationToken);
        return new() { ClassificationReplay = await LoadAsync(run.RunId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchClassificationReplay(WatchClassificationReplayRequest request, IServerStreamWriter<WatchClassificationReplayResponse> responseStream, ServerCallContext context)
    {
        await foreach (var run in runs.WatchAsync(ReadId(request.ClassificationReplayId), ReplayRow.RunKind, null, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { ClassificationReplay = await ShowAsync(run, context.CancellationToken) }, context.CancellationToken);
        }
    }

    private async Task<long> CreateAsync(ServerCallContext context, string method, string requestId, Google.Protobuf.IMessage body, Func<Task<(bool DryRun, long Undone)>> check)
    {
        var caller = Caller.Of(context);
        var (id, created) = await requests.OnceAsync(caller, method, requestId, body, async () =>
        {
            var (dryRun, undone) = await check();
            var run = runs.New(await ids.NextRisingAsync(context.CancellationToken), ReplayRow.RunKind, 0, caller);
            db.Runs.Add(run);
            db.Replays.Add(new() { AccountId = caller.AccountId, RunId = run.RunId, DryRun = dryRun, UndoneRunId = undone });
            return run.RunId;
        }, context.CancellationToken);
        if (created)
        {
            runs.Queued();
        }
        return id;
    }

    private static long ReadId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "classification_replay_id");
        violations.ThrowIfAny();
        return id;
    }

    private async Task<ClassificationReplay> LoadAsync(long id, CancellationToken cancellationToken) =>
        await ShowAsync(await runs.GetAsync(id, ReplayRow.RunKind, cancellationToken), cancellationToken);

    private async Task<ClassificationReplay> ShowAsync(RunRow run, CancellationToken cancellationToken)
    {
        var row = await db.Replays.AsNoTracking().SingleAsync(r => r.RunId == run.RunId, cancellationToken);
        return row.ToProto(run, await db.ReplayCounts.AsNoTracking().Where(c => c.RunId == run.RunId).ToListAsync(cancellationToken));
    }
}
