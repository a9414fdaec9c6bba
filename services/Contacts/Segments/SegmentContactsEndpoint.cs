using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Who is in a segment, now or when it was frozen.</summary>
public sealed partial class SegmentEndpoint
{
    /// <inheritdoc/>
    public override async Task<V1.CountSegmentResponse> CountSegment(V1.CountSegmentRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var set = violations.Set(request.Contacts);
        await AppliedAsync(request.FunnelChangeToken, request.DeliverabilityChangeToken, request.SequencesChangeToken, violations, context);
        return new() { ContactCount = await reads.CountAsync(set, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListSegmentContactsResponse> ListSegmentContacts(V1.ListSegmentContactsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var set = violations.Set(request.Contacts);
        await AppliedAsync(request.FunnelChangeToken, request.DeliverabilityChangeToken, request.SequencesChangeToken, violations, context);
        await using var transaction = await sets.BeginAsync(cancel);
        var (page, found) = await reads.PageAsync(transaction, set, request.PageSize, request.PageToken, cancel);
        var (shown, next) = await pages.FillAsync(page, found, cancel);
        return new() { Contacts = { shown }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task StreamSegmentContactIds(V1.StreamSegmentContactIdsRequest request, IServerStreamWriter<V1.StreamSegmentContactIdsResponse> responseStream, ServerCallContext context)
    {
        var violations = new Violations();
        var set = violations.Set(request.Contacts);
        await AppliedAsync(request.FunnelChangeToken, request.DeliverabilityChangeToken, request.SequencesChangeToken, violations, context);
        await foreach (var part in reads.StreamAsync(set, context.CancellationToken))
        {
            await responseStream.WriteAsync(part, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.ExplainContactResponse> ExplainContact(V1.ExplainContactRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        var set = violations.Set(request.Contacts, snapshots: false);
        await AppliedAsync(request.FunnelChangeToken, request.DeliverabilityChangeToken, request.SequencesChangeToken, violations, context);
        return await reads.ExplainAsync(id, set, context.CancellationToken) ?? throw new RefusalException(await contacts.MissingAsync(id, context.CancellationToken));
    }

    /// <inheritdoc/>
    public override async Task<V1.MatchContactsResponse> MatchContacts(V1.MatchContactsRequest request, ServerCallContext context)
    {
        Violations.Limit(request.ContactIds.Count, SegmentLimits.Matched, "contact_ids");
        var violations = new Violations();
        violations.Check(request.ContactIds.Count > 0, "contact_ids", $"is empty; expected 1 to {SegmentLimits.Matched} ids");
        foreach (var (i, id) in request.ContactIds.Index())
        {
            violations.Id(id, $"contact_ids[{i}]");
        }
        violations.ThrowIfAny();
        return new() { ContactIds = { await reads.AmongAsync(new() { Filter = request.Filter }, [.. request.ContactIds.Distinct().Order()], context.CancellationToken) } };
    }

    /// <inheritdoc/>
    public override async Task<V1.FreezeSegmentResponse> FreezeSegment(V1.FreezeSegmentRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Set(request.Contacts, snapshots: false);
        var requestId = violations.RequestId(request.RequestId);
        await AppliedAsync(request.FunnelChangeToken, request.DeliverabilityChangeToken, request.SequencesChangeToken, violations, context);
        return new() { Snapshot = (await snapshots.TakeAsync(Caller.Of(context), request, requestId, context.CancellationToken)).ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<V1.GetSegmentSnapshotResponse> GetSegmentSnapshot(V1.GetSegmentSnapshotRequest request, ServerCallContext context) =>
        new() { Snapshot = (await snapshots.FindAsync(SnapshotId(request.SegmentSnapshotId), context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task<V1.ListSegmentSnapshotsResponse> ListSegmentSnapshots(V1.ListSegmentSnapshotsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListSegmentSnapshots");
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.SegmentSnapshots.AsNoTracking().Where(s => s.SegmentSnapshotId > after).OrderBy(s => s.SegmentSnapshotId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), s => s.SegmentSnapshotId);
        return new() { Snapshots = { rows.Select(SegmentProto.ToProto) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteSegmentSnapshotResponse> DeleteSegmentSnapshot(V1.DeleteSegmentSnapshotRequest request, ServerCallContext context)
    {
        await snapshots.DeleteAsync(SnapshotId(request.SegmentSnapshotId), context.CancellationToken);
        return new();
    }

    /// <summary>Ends what is wrong with a request, and waits for the changes that it names; before a snapshot of the database begins, which would not see it.</summary>
    private async Task AppliedAsync(string funnelChangeToken, string deliverabilityChangeToken, string sequencesChangeToken, Violations violations, ServerCallContext context)
    {
        FeedWait.Check(funnelChangeToken, "funnel_change_token", violations);
        FeedWait.Check(deliverabilityChangeToken, "deliverability_change_token", violations);
        FeedWait.Check(sequencesChangeToken, "sequences_change_token", violations);
        violations.ThrowIfAny();
        await wait.AppliedAsync(FunnelFeed.Source, funnelChangeToken, context.CancellationToken);
        await wait.AppliedAsync(DeliverabilityFeed.Source, deliverabilityChangeToken, context.CancellationToken);
        await wait.AppliedAsync(SequencesFeed.Source, sequencesChangeToken, context.CancellationToken);
    }

    private static long SnapshotId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "segment_snapshot_id");
        violations.ThrowIfAny();
        return id;
    }
}
