using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>Serves BulkRunService.</summary>
public sealed class BulkRunEndpoint(ContactsDbContext db, ContactSets sets, FeedWait wait, RunStore runs, RequestIds requests, IdSequence ids) : V1.BulkRunService.BulkRunServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateBulkRunResponse> CreateBulkRun(V1.CreateBulkRunRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var set = violations.Set(request.Contacts);
        var action = violations.Action(request.Action);
        var requestId = violations.RequestId(request.RequestId, required: true);
        FeedWait.Check(request.FunnelChangeToken, "funnel_change_token", violations);
        FeedWait.Check(request.DeliverabilityChangeToken, "deliverability_change_token", violations);
        FeedWait.Check(request.SequencesChangeToken, "sequences_change_token", violations);
        violations.ThrowIfAny();
        await wait.AppliedAsync(FunnelFeed.Source, request.FunnelChangeToken, cancel);
        await wait.AppliedAsync(DeliverabilityFeed.Source, request.DeliverabilityChangeToken, cancel);
        await wait.AppliedAsync(SequencesFeed.Source, request.SequencesChangeToken, cancel);
        var caller = Caller.Of(context);
        var body = new V1.CreateBulkRunRequest { Contacts = set, Action = action };
        var (id, created) = await requests.OnceAsync(caller, nameof(CreateBulkRun), requestId, body, async () =>
        {
            await CheckAsync(set, action, cancel);
            var run = runs.New(await ids.NextRisingAsync(cancel), BulkRunExecutor.RunKind, 0, caller);
            db.Runs.Add(run);
            db.BulkRuns.Add(new() { AccountId = caller.AccountId, RunId = run.RunId, Contacts = WithoutIds(set).ToByteArray(), Action = action.ToByteArray() });
            if (set.SetCase == V1.ContactSet.SetOneofCase.ContactIds)
            {
                Fix(run, [.. set.ContactIds.ContactIds_.Distinct().Order()]);
            }
            return run.RunId;
        }, cancel);
        if (created)
        {
            runs.Queued();
        }
        return new() { BulkRun = await LoadAsync(id, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<V1.GetBulkRunResponse> GetBulkRun(V1.GetBulkRunRequest request, ServerCallContext context) =>
        new() { BulkRun = await LoadAsync(ReadId(request.BulkRunId), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<V1.ListBulkRunsResponse> ListBulkRuns(V1.ListBulkRunsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListBulkRuns));
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var found = await db.BulkRuns.AsNoTracking().Where(b => b.RunId < before).Join(db.Runs.AsNoTracking(), b => b.RunId, r => r.RunId, (row, run) => new { row, run })
            .OrderByDescending(b => b.row.RunId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, b => b.row.RunId);
        return new() { BulkRuns = { rows.Select(b => b.row.ToProto(b.run)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.CancelBulkRunResponse> CancelBulkRun(V1.CancelBulkRunRequest request, ServerCallContext context)
    {
        var run = await runs.CancelAsync(ReadId(request.BulkRunId), BulkRunExecutor.RunKind, context.CancellationToken);
        return new() { BulkRun = await LoadAsync(run.RunId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchBulkRun(V1.WatchBulkRunRequest request, IServerStreamWriter<V1.WatchBulkRunResponse> responseStream, ServerCallContext context)
    {
        var id = ReadId(request.BulkRunId);
        BulkRunRow? row = null;
        await foreach (var run in runs.WatchAsync(id, BulkRunExecutor.RunKind, null, context.CancellationToken))
        {
            row ??= await db.BulkRuns.AsNoTracking().SingleAsync(b => b.RunId == id, context.CancellationToken);
            await responseStream.WriteAsync(new() { BulkRun = row.ToProto(run) }, context.CancellationToken);
        }
    }

    /// <summary>Refuses what the run could not do.</summary>
    private async Task CheckAsync(V1.ContactSet set, V1.BulkAction action, CancellationToken cancellationToken)
    {
        await sets.FindAsync(set, cancellationToken);
        foreach (var label in BulkRunProto.Labels(action))
        {
            Refuse(await db.Labels.AnyAsync(l => l.LabelId == label, cancellationToken), LabelDecisions.NotFound(label));
        }
        foreach (var list in BulkRunProto.Lists(action))
        {
            Refuse(await db.ContactLists.AnyAsync(l => l.ContactListId == list, cancellationToken), ContactListDecisions.NotFound(list));
        }
    }

    /// <summary>Given contacts are the set as they are: there is nothing to look for when the run begins.</summary>
    private void Fix(RunRow run, long[] contactIds)
    {
        (run.TotalCount, run.SetTime) = (contactIds.Length, run.CreateTime);
        db.BulkRunPieces.AddRange(contactIds.Chunk(BulkRunPieces.Size).Select((piece, i) => BulkRunPieces.Row(run.AccountId, run.RunId, i, piece)));
    }

    private static V1.ContactSet WithoutIds(V1.ContactSet set) => set.SetCase == V1.ContactSet.SetOneofCase.ContactIds ? new() { ContactIds = new() } : set;

    private static long ReadId(long runId)
    {
        var violations = new Violations();
        violations.Id(runId, "bulk_run_id");
        violations.ThrowIfAny();
        return runId;
    }

    private async Task<V1.BulkRun> LoadAsync(long runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, BulkRunExecutor.RunKind, cancellationToken);
        return (await db.BulkRuns.AsNoTracking().SingleAsync(b => b.RunId == runId, cancellationToken)).ToProto(run);
    }

    private static void Refuse(bool there, Refusal refusal)
    {
        if (!there)
        {
            throw new RefusalException(refusal);
        }
    }
}
