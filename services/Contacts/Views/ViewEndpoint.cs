using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Views;

/// <summary>Serves ViewService.</summary>
public sealed class ViewEndpoint(ContactsDbContext db, ViewStore store, ViewReads reads, FeedWait wait, RequestIds requests, IdSequence ids, TimeProvider time) : V1.ViewService.ViewServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateViewResponse> CreateView(V1.CreateViewRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (wanted, requestId) = ViewProto.Read(request, await ColumnTable.ReadAsync(db, cancel));
        var caller = Caller.Of(context);
        var body = new V1.CreateViewRequest { View = request.View };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (id, _) = await requests.OnceAsync(caller, nameof(CreateView), requestId, body, AddAsync, cancel);
                return new() { View = (await store.FindAsync(id, cancel)).ToProto() };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Somebody took the name or deleted the segment meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }

        async Task<long> AddAsync()
        {
            var key = TextKey.Of(wanted.Name!);
            await store.RefuseMissingAsync(wanted.SegmentId!.Value, cancel);
            await store.RefuseTakenAsync(key, exceptId: 0, cancel);
            Violations.Limit(await db.Views.CountAsync(cancel) + 1, ViewLimits.Views, "views");
            var now = time.UtcNow();
            var view = new View
            {
                AccountId = caller.AccountId,
                ViewId = await ids.NextAsync(cancel),
                DisplayName = wanted.Name!,
                NameKey = key,
                SegmentId = wanted.SegmentId.Value,
                ColumnNames = wanted.Columns!,
                OrderBy = wanted.OrderBy!,
                CreateTime = now,
                UpdateTime = now,
            };
            db.Add(view);
            return view.ViewId;
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.GetViewResponse> GetView(V1.GetViewRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        switch (request.KeyCase)
        {
            case V1.GetViewRequest.KeyOneofCase.ViewId:
                return new() { View = (await store.FindAsync(ReadId(request.ViewId), context.CancellationToken)).ToProto() };
            case V1.GetViewRequest.KeyOneofCase.DisplayName:
                var key = TextKey.Of(violations.ViewName(request.DisplayName, "display_name"));
                violations.ThrowIfAny();
                var found = await db.Views.AsNoTracking().SingleOrDefaultAsync(v => v.NameKey == key, context.CancellationToken);
                return new() { View = (found ?? throw new RefusalException(ViewDecisions.NotFoundByName())).ToProto() };
            default:
                violations.Add("key", "is missing; expected view_id or display_name");
                throw new RefusalException(violations.Refusal());
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.ListViewsResponse> ListViews(V1.ListViewsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListViews));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.Views.AsNoTracking().Where(v => v.ViewId > after).OrderBy(v => v.ViewId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), v => v.ViewId);
        return new() { Views = { rows.Select(ViewProto.ToProto) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.UpdateViewResponse> UpdateView(V1.UpdateViewRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, wanted, etag) = ViewProto.Read(request, await ColumnTable.ReadAsync(db, cancel));
        for (var attempt = 1; ; attempt++)
        {
            var view = await HeldAsync(id, etag, cancel);
            var (name, segmentId, columns, order) = (wanted.Name ?? view.DisplayName, wanted.SegmentId ?? view.SegmentId, wanted.Columns ?? view.ColumnNames, wanted.OrderBy ?? view.OrderBy);
            if ((name, segmentId, order) == (view.DisplayName, view.SegmentId, view.OrderBy) && columns.SequenceEqual(view.ColumnNames))
            {
                return new() { View = view.ToProto() };
            }
            var key = TextKey.Of(name);
            await store.RefuseMissingAsync(segmentId, cancel);
            await store.RefuseTakenAsync(key, id, cancel);
            (view.DisplayName, view.NameKey, view.SegmentId, view.ColumnNames, view.OrderBy, view.UpdateTime) = (name, key, segmentId, columns, order, time.UtcNow());
            view.Version++;
            try
            {
                await db.SaveChangesAsync(cancel);
                return new() { View = view.ToProto() };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && (e is DbUpdateConcurrencyException || ConstraintFaults.LostRace(e)))
            {
                // Somebody changed it, took the name or deleted the segment meanwhile: decided anew, and the refusal says which.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteViewResponse> DeleteView(V1.DeleteViewRequest request, ServerCallContext context)
    {
        var (id, cancel) = (ReadId(request.ViewId), context.CancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            db.Remove(await HeldAsync(id, request.Etag, cancel));
            try
            {
                await db.SaveChangesAsync(cancel);
                return new();
            }
            catch (DbUpdateConcurrencyException) when (attempt < ConstraintFaults.Attempts)
            {
                // Somebody changed or deleted it meanwhile: decided anew, and the etag says so.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.ListViewRowsResponse> ListViewRows(V1.ListViewRowsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Id(request.ViewId, "view_id");
        violations.Check(request.PageSize is >= 0 and <= Page.MaximumSize, "page_size", $"is {request.PageSize}; expected 0 to {Page.MaximumSize}");
        FeedWait.Check(request.FunnelChangeToken, "funnel_change_token", violations);
        FeedWait.Check(request.DeliverabilityChangeToken, "deliverability_change_token", violations);
        FeedWait.Check(request.SequencesChangeToken, "sequences_change_token", violations);
        violations.ThrowIfAny();
        await wait.AppliedAsync(FunnelFeed.Source, request.FunnelChangeToken, context.CancellationToken);
        await wait.AppliedAsync(DeliverabilityFeed.Source, request.DeliverabilityChangeToken, context.CancellationToken);
        await wait.AppliedAsync(SequencesFeed.Source, request.SequencesChangeToken, context.CancellationToken);
        return await reads.PageAsync(request.ViewId, request.PageSize == 0 ? Page.DefaultSize : request.PageSize, request.PageToken, context.CancellationToken);
    }

    /// <summary>Reads a view for a change; whoever changed it before that is saved makes it fail.</summary>
    private async Task<View> HeldAsync(long id, string etag, CancellationToken cancellationToken)
    {
        var view = await db.Views.SingleOrDefaultAsync(v => v.ViewId == id, cancellationToken) ?? throw new RefusalException(ViewDecisions.NotFound(id));
        return Etag.Check(etag, view.Version) is { } refusal ? throw new RefusalException(refusal) : view;
    }

    private static long ReadId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "view_id");
        violations.ThrowIfAny();
        return id;
    }
}
