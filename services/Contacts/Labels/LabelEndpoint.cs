using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Serves LabelService: the labels themselves. Who carries them is in LabelMembersEndpoint.cs.</summary>
public sealed partial class LabelEndpoint(
    ContactsDbContext db, LabelStore store, Contacts.ContactStore contacts, BulkLease leases, MemberStream members, TimelineStore timeline, RequestIds requests, IdSequence ids, TimeProvider time)
    : V1.LabelService.LabelServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateLabelResponse> CreateLabel(V1.CreateLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var name = violations.Name(request.DisplayName);
        var requestId = violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var body = new V1.CreateLabelRequest { DisplayName = request.DisplayName };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (id, _) = await requests.OnceAsync(caller, "CreateLabel", requestId, body, AddAsync, cancel);
                return new() { Label = await store.WithCountAsync(await FindAsync(id, cancel), cancel) };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Somebody took the name meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }

        async Task<long> AddAsync()
        {
            var key = LabelName.Key(name);
            RefusalException.ThrowIf(await store.ConflictAsync(key, exceptId: 0, cancel));
            var now = time.UtcNow();
            var label = new Label { AccountId = caller.AccountId, LabelId = await ids.NextAsync(cancel), DisplayName = name, NameKey = key, CreateTime = now, UpdateTime = now };
            db.Add(label);
            return label.LabelId;
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.GetLabelResponse> GetLabel(V1.GetLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        Label label;
        switch (request.KeyCase)
        {
            case V1.GetLabelRequest.KeyOneofCase.LabelId:
                violations.Id(request.LabelId, "label_id");
                violations.ThrowIfAny();
                label = await FindAsync(request.LabelId, cancel);
                break;
            case V1.GetLabelRequest.KeyOneofCase.DisplayName:
                var key = LabelName.Key(violations.Name(request.DisplayName));
                violations.ThrowIfAny();
                label = await db.Labels.AsNoTracking().SingleOrDefaultAsync(l => l.NameKey == key, cancel)
                    ?? throw new RefusalException(new Refusal(ContactsReasons.LabelNotFound, "there is no label with this name").With("field", "display_name"));
                break;
            default:
                violations.Add("key", "is missing; expected label_id or display_name");
                throw new RefusalException(violations.Refusal());
        }
        return new() { Label = await store.WithCountAsync(label, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListLabelsResponse> ListLabels(V1.ListLabelsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListLabels");
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.Labels.AsNoTracking().Where(l => l.LabelId > after).OrderBy(l => l.LabelId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), l => l.LabelId);
        return new() { Labels = { await store.WithCountsAsync(rows, context.CancellationToken) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.RenameLabelResponse> RenameLabel(V1.RenameLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.LabelId, "label_id");
        var name = violations.Name(request.DisplayName);
        violations.ThrowIfAny();
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var label = await store.HoldAsync(id, cancel);
            RefusalException.ThrowIf(Etag.Check(request.Etag, label.Version));
            if (label.DisplayName == name)
            {
                return new() { Label = await store.WithCountAsync(label, cancel) };
            }
            RefusalException.ThrowIf(await store.ConflictAsync(LabelName.Key(name), id, cancel));
            (label.DisplayName, label.NameKey, label.UpdateTime) = (name, LabelName.Key(name), time.UtcNow());
            label.Version++;
            try
            {
                await db.SaveChangesAsync(cancel);
                await transaction.CommitAsync(cancel);
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Somebody took the name meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
                continue;
            }
            return new() { Label = await store.WithCountAsync(label, cancel) };
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.MergeLabelsResponse> MergeLabels(V1.MergeLabelsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var source = violations.Id(request.SourceLabelId, "source_label_id");
        var target = violations.Id(request.TargetLabelId, "target_label_id");
        violations.Check(source <= 0 || source != target, "target_label_id", "is the source itself; expected another label");
        violations.ThrowIfAny();
        return await leases.HoldingAsync(db.AccountId, [source, target], async cancel =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var first = await store.HoldAsync(Math.Min(source, target), cancel);
            var second = await store.HoldAsync(Math.Max(source, target), cancel);
            var (now, caller) = (time.UtcNow(), Caller.Of(context));
            await store.TouchMembersAsync(source, now, cancel);
            var gained = await store.CopyMembersAsync(source, target, cancel);
            var lost = await store.DeleteAsync(source, cancel);
            await timeline.AddManyAsync(TimelineAct.Of(caller, now, V1.TimelineCause.LabelMerge), [(TimelineEvents.Label(source, added: false), lost), (TimelineEvents.Label(target, added: true), gained)], cancel);
            var label = await store.WithCountAsync(first.LabelId == target ? first : second, cancel);
            await transaction.CommitAsync(cancel);
            return new V1.MergeLabelsResponse { Label = label, GainedCount = gained.Count };
        }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteLabelResponse> DeleteLabel(V1.DeleteLabelRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.LabelId, "label_id");
        violations.ThrowIfAny();
        return await leases.HoldingAsync(db.AccountId, [id], async cancel =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var label = await store.HoldAsync(id, cancel);
            RefusalException.ThrowIf(Etag.Check(request.Etag, label.Version));
            var now = time.UtcNow();
            await store.TouchMembersAsync(id, now, cancel);
            var removed = await store.DeleteAsync(id, cancel);
            await timeline.AddManyAsync(TimelineAct.Of(Caller.Of(context), now, V1.TimelineCause.LabelDelete), [(TimelineEvents.Label(id, added: false), removed)], cancel);
            await transaction.CommitAsync(cancel);
            return new V1.DeleteLabelResponse { RemovedCount = removed.Count };
        }, context.CancellationToken);
    }

    private async Task<Label> FindAsync(long labelId, CancellationToken cancellationToken) =>
        await db.Labels.AsNoTracking().SingleOrDefaultAsync(l => l.LabelId == labelId, cancellationToken)
        ?? throw new RefusalException(LabelDecisions.NotFound(labelId));
}
