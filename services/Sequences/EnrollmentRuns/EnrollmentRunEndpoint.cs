using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Filters;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.EnrollmentRuns;

/// <summary>Serves EnrollmentRunService.</summary>
public sealed class EnrollmentRunEndpoint(SequencesDbContext db, SequenceStore sequences, ContactSets sets, RunStore runs, RequestIds requests, IdSequence ids) : EnrollmentRunService.EnrollmentRunServiceBase
{
    /// <inheritdoc/>
    public override async Task<CreateEnrollmentRunResponse> CreateEnrollmentRun(CreateEnrollmentRunRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var sequenceId = violations.Id(request.SequenceId, "sequence_id");
        var requestId = violations.RequestId(request.RequestId, required: true);
        switch (request.ContactsCase)
        {
            case CreateEnrollmentRunRequest.ContactsOneofCase.SegmentId:
                violations.Id(request.SegmentId, "segment_id");
                break;
            case CreateEnrollmentRunRequest.ContactsOneofCase.ContactListId:
                violations.Id(request.ContactListId, "contact_list_id");
                break;
            case CreateEnrollmentRunRequest.ContactsOneofCase.Filter:
                violations.Check(request.Filter.Length is > 0 and <= FilterLength.Maximum, "filter", $"has {request.Filter.Length} characters; expected 1 to {FilterLength.Maximum}");
                break;
            default:
                violations.Add("contacts", "is missing; expected segment_id, filter or contact_list_id");
                break;
        }
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        if (request.Filter.Length > 0)
        {
            await sets.CheckFilterAsync(caller.AccountId, request.Filter, "filter", violations, cancel);
            violations.ThrowIfAny();
        }
        var (id, created) = await requests.OnceAsync(caller, nameof(CreateEnrollmentRun), requestId, new CreateEnrollmentRunRequest(request) { RequestId = "" }, async () =>
        {
            var sequence = await sequences.LoadAsync(sequenceId, cancel);
            if ((sequence.IsClosedTo(caller) ? SequenceDecisions.NotOwner(sequenceId) : SequenceDecisions.Enroll(sequence.Row.State)) is { } refusal)
            {
                throw new RefusalException(refusal);
            }
            var run = runs.New(await ids.NextRisingAsync(cancel), EnrollmentRunExecutor.RunKind, sequenceId, caller);
            db.Runs.Add(run);
            db.EnrollmentRuns.Add(new() { AccountId = caller.AccountId, RunId = run.RunId, SegmentId = request.SegmentId, ContactListId = request.ContactListId, Filter = request.Filter });
            return run.RunId;
        }, cancel);
        if (created)
        {
            runs.Queued();
        }
        return new() { EnrollmentRun = await LoadAsync(id, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<GetEnrollmentRunResponse> GetEnrollmentRun(GetEnrollmentRunRequest request, ServerCallContext context) =>
        new() { EnrollmentRun = await LoadAsync(ReadId(request.EnrollmentRunId), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListEnrollmentRunsResponse> ListEnrollmentRuns(ListEnrollmentRunsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(request.SequenceId >= 0, "sequence_id", $"is {request.SequenceId}; expected an id, or 0 for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListEnrollmentRuns), request.SequenceId);
        violations.ThrowIfAny();
        var (before, sequenceId) = (page.After ?? long.MaxValue, request.SequenceId);
        var found = await db.EnrollmentRuns.AsNoTracking().Where(e => e.RunId < before).Join(db.Runs.AsNoTracking(), e => e.RunId, r => r.RunId, (row, run) => new { row, run })
            .Where(e => sequenceId == 0 || e.run.SubjectId == sequenceId).OrderByDescending(e => e.row.RunId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, e => e.row.RunId);
        return new() { EnrollmentRuns = { rows.Select(e => e.row.ToProto(e.run)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelEnrollmentRunResponse> CancelEnrollmentRun(CancelEnrollmentRunRequest request, ServerCallContext context)
    {
        var run = await runs.CancelAsync(ReadId(request.EnrollmentRunId), EnrollmentRunExecutor.RunKind, context.CancellationToken);
        return new() { EnrollmentRun = await LoadAsync(run.RunId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchEnrollmentRun(WatchEnrollmentRunRequest request, IServerStreamWriter<WatchEnrollmentRunResponse> responseStream, ServerCallContext context)
    {
        var id = ReadId(request.EnrollmentRunId);
        EnrollmentRunRow? row = null;
        await foreach (var run in runs.WatchAsync(id, EnrollmentRunExecutor.RunKind, null, context.CancellationToken))
        {
            row ??= await RowAsync(id, context.CancellationToken);
            await responseStream.WriteAsync(new() { EnrollmentRun = row.ToProto(run) }, context.CancellationToken);
        }
    }

    private static long ReadId(long runId)
    {
        var violations = new Violations();
        violations.Id(runId, "enrollment_run_id");
        violations.ThrowIfAny();
        return runId;
    }

    private Task<EnrollmentRunRow> RowAsync(long runId, CancellationToken cancellationToken) => db.EnrollmentRuns.AsNoTracking().SingleAsync(r => r.RunId == runId, cancellationToken);

    private async Task<EnrollmentRun> LoadAsync(long runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, EnrollmentRunExecutor.RunKind, cancellationToken);
        return (await RowAsync(runId, cancellationToken)).ToProto(run);
    }
}
