using ContactPlatform.Contacts.Filters;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Serves SegmentService: the segments themselves, and their language. Their contacts are in SegmentContactsEndpoint.cs.</summary>
public sealed partial class SegmentEndpoint(
    ContactsDbContext db, FilterReader filters, ContactSets sets, SegmentReads reads, SnapshotStore snapshots, Views.ViewStore views, Contacts.ContactStore contacts, Contacts.ContactPages pages, FeedWait wait, RequestIds requests, IdSequence ids, TimeProvider time)
    : V1.SegmentService.SegmentServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateSegmentResponse> CreateSegment(V1.CreateSegmentRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (name, filter, requestId) = SegmentProto.Read(request);
        await filters.ReadAsync(filter, time.UtcNow(), cancel);
        var caller = Caller.Of(context);
        var body = new V1.CreateSegmentRequest { Segment = request.Segment };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (id, _) = await requests.OnceAsync(caller, "CreateSegment", requestId, body, AddAsync, cancel);
                return new() { Segment = (await FindAsync(id, cancel)).ToProto() };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Somebody took the name meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }

        async Task<long> AddAsync()
        {
            var key = TextKey.Of(name);
            await RefuseTakenAsync(key, exceptId: 0, cancel);
            Violations.Limit(await db.Segments.CountAsync(cancel) + 1, SegmentLimits.Segments, "segments");
            var now = time.UtcNow();
            var segment = new Segment { AccountId = caller.AccountId, SegmentId = await ids.NextAsync(cancel), DisplayName = name, NameKey = key, FilterText = filter, CreateTime = now, UpdateTime = now };
            db.Add(segment);
            return segment.SegmentId;
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.GetSegmentResponse> GetSegment(V1.GetSegmentRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        switch (request.KeyCase)
        {
            case V1.GetSegmentRequest.KeyOneofCase.SegmentId:
                violations.Id(request.SegmentId, "segment_id");
                violations.ThrowIfAny();
                return new() { Segment = (await FindAsync(request.SegmentId, context.CancellationToken)).ToProto() };
            case V1.GetSegmentRequest.KeyOneofCase.DisplayName:
                var key = TextKey.Of(violations.SegmentName(request.DisplayName, "display_name"));
                violations.ThrowIfAny();
                var found = await db.Segments.AsNoTracking().SingleOrDefaultAsync(s => s.NameKey == key, context.CancellationToken);
                return new() { Segment = (found ?? throw new RefusalException(SegmentDecisions.NotFoundByName())).ToProto() };
            default:
                violations.Add("key", "is missing; expected segment_id or display_name");
                throw new RefusalException(violations.Refusal());
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.ListSegmentsResponse> ListSegments(V1.ListSegmentsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListSegments");
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.Segments.AsNoTracking().Where(s => s.SegmentId > after).OrderBy(s => s.SegmentId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), s => s.SegmentId);
        return new() { Segments = { rows.Select(SegmentProto.ToProto) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.UpdateSegmentResponse> UpdateSegment(V1.UpdateSegmentRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, name, filter, etag) = SegmentProto.Read(request);
        if (filter is not null)
        {
            await filters.ReadAsync(filter, time.UtcNow(), cancel);
        }
        for (var attempt = 1; ; attempt++)
        {
            var segment = await HeldAsync(id, etag, cancel);
            var (newName, newFilter) = (name ?? segment.DisplayName, filter ?? segment.FilterText);
            if (newName == segment.DisplayName && newFilter == segment.FilterText)
            {
                return new() { Segment = segment.ToProto() };
            }
            var key = TextKey.Of(newName);
            await RefuseTakenAsync(key, id, cancel);
            (segment.DisplayName, segment.NameKey, segment.FilterText, segment.UpdateTime) = (newName, key, newFilter, time.UtcNow());
            segment.Version++;
            try
            {
                await db.SaveChangesAsync(cancel);
                return new() { Segment = segment.ToProto() };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && (e is DbUpdateConcurrencyException || ConstraintFaults.LostRace(e)))
            {
                // Somebody changed it or took the name meanwhile: decided anew, and the etag or the name says so.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteSegmentResponse> DeleteSegment(V1.DeleteSegmentRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.SegmentId, "segment_id");
        violations.ThrowIfAny();
        for (var attempt = 1; ; attempt++)
        {
            db.Remove(await HeldAsync(id, request.Etag, cancel));
            await views.RefuseShownAsync(id, cancel);
            try
            {
                await db.SaveChangesAsync(cancel);
                return new();
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && (e is DbUpdateConcurrencyException || ConstraintFaults.LostRace(e)))
            {
                // Somebody changed or deleted it, or a view shows it since: decided anew, and the refusal says which.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.ListFilterFieldsResponse> ListFilterFields(V1.ListFilterFieldsRequest request, ServerCallContext context) =>
        new() { Fields = { Dimensions.All.Concat((await filters.CustomFieldsAsync(context.CancellationToken)).Select(f => f.Dimension)).Select(SegmentProto.ToProto) } };

    /// <inheritdoc/>
    public override async Task<V1.CheckFilterResponse> CheckFilter(V1.CheckFilterRequest request, ServerCallContext context)
    {
        var bound = await filters.ReadAsync(request.Filter, time.UtcNow(), context.CancellationToken);
        return new() { ExplicitFilter = FilterText.Explicit(bound.Filter), Clauses = { bound.Clauses.Select(c => c.ToProto(bound.Filter)) } };
    }

    private async Task<Segment> FindAsync(long segmentId, CancellationToken cancellationToken) =>
        await db.Segments.AsNoTracking().SingleOrDefaultAsync(s => s.SegmentId == segmentId, cancellationToken)
        ?? throw new RefusalException(SegmentDecisions.NotFound(segmentId));

    /// <summary>Reads a segment for a change; whoever changed it before that is saved makes it fail.</summary>
    private async Task<Segment> HeldAsync(long segmentId, string etag, CancellationToken cancellationToken)
    {
        var segment = await db.Segments.SingleOrDefaultAsync(s => s.SegmentId == segmentId, cancellationToken) ?? throw new RefusalException(SegmentDecisions.NotFound(segmentId));
        return Etag.Check(etag, segment.Version) is { } refusal ? throw new RefusalException(refusal) : segment;
    }

    private async Task RefuseTakenAsync(string nameKey, long exceptId, CancellationToken cancellationToken)
    {
        if (await db.Segments.AsNoTracking().Where(s => s.NameKey == nameKey && s.SegmentId != exceptId).Select(s => (long?)s.SegmentId).FirstOrDefaultAsync(cancellationToken) is { } existing)
        {
            throw new RefusalException(SegmentDecisions.Exists(existing));
        }
    }
}
