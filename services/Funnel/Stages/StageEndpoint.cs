using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.Stages;

/// <summary>Serves StageService.</summary>
public sealed class StageEndpoint(FunnelDbContext db, StageStore store, StageBatches batches, DefaultStageStore defaults, NewContacts contacts, TimeProvider time) : StageService.StageServiceBase
{
    /// <summary>How often a change is decided anew when others change the same contact at the same time.</summary>
    private const int Tries = 20;

    /// <inheritdoc/>
    public override async Task<GetContactStageResponse> GetContactStage(GetContactStageRequest request, ServerCallContext context)
    {
        var id = ContactId(request.ContactId);
        return new() { ContactStage = await ShowAsync(await contacts.GetAsync(id, context.CancellationToken), context) };
    }

    /// <inheritdoc/>
    public override async Task<BatchGetContactStagesResponse> BatchGetContactStages(BatchGetContactStagesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var ids = violations.ContactIds(request.ContactIds);
        violations.ThrowIfAny();
        await contacts.LearnAsync(ids, context.CancellationToken);
        var rows = await db.ContactStages.AsNoTracking().Where(s => ids.Contains(s.ContactId) && s.DeleteTime == null)
            .OrderBy(s => s.ContactId).ToListAsync(context.CancellationToken);
        var (defaultStage, _) = await defaults.CurrentAsync(context.CancellationToken);
        return new()
        {
            ContactStages = { rows.Select(r => r.ToProto(defaultStage)) },
            MissingContactIds = { ids.Except(rows.Select(r => r.ContactId)) },
        };
    }

    /// <inheritdoc/>
    public override async Task<SetStageResponse> SetStage(SetStageRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        var stage = violations.Stage(request.Stage);
        violations.ThrowIfAny();
        var (contact, token) = await ChangeAsync(id, request.Etag, row => StageDecisions.SetStage(row.Standing, row.RecordInactive, stage), context);
        return new() { ContactStage = contact, ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<MarkLostResponse> MarkLost(MarkLostRequest request, ServerCallContext context)
    {
        var (contact, token) = await ChangeAsync(ContactId(request.ContactId), request.Etag, row => StageDecisions.MarkLost(row.Standing), context);
        return new() { ContactStage = contact, ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<ReactivateContactResponse> ReactivateContact(ReactivateContactRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        FunnelStage? stage = request.Stage == FunnelStage.Unspecified ? null : violations.Stage(request.Stage);
        violations.ThrowIfAny();
        var (contact, token) = await ChangeAsync(id, request.Etag, row => StageDecisions.Reactivate(row.Standing, row.RecordInactive, stage), context);
        return new() { ContactStage = contact, ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<BatchSetStageResponse> BatchSetStage(BatchSetStageRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var ids = violations.ContactIds(request.ContactIds);
        var stage = violations.Stage(request.Stage);
        violations.ThrowIfAny();
        await contacts.LearnAsync(ids, context.CancellationToken);
        var act = ActOf(context);
        await using var transaction = await db.BeginBulkAsync(context.CancellationToken);
        var moved = await store.SetManyAsync(ids, stage, act, context.CancellationToken);
        var outbox = ChangesProto.StagesChanged(db.AccountId, act, moved, _ => (stage, false));
        if (outbox is not null)
        {
            db.Outbox.Add(outbox);
            await db.SaveChangesAsync(context.CancellationToken);
        }
        await transaction.CommitAsync(context.CancellationToken);
        IEnumerable<long> Of(Outcome outcome) => moved.Where(m => m.Outcome == outcome).Select(m => m.ContactId);
        return new()
        {
            ChangedContactIds = { Of(Outcome.Changed) },
            UnchangedContactIds = { Of(Outcome.Unchanged) },
            RecordInactiveContactIds = { Of(Outcome.RecordInactive) },
            MissingContactIds = { ids.Except(moved.Where(m => m.Outcome != Outcome.Deleted).Select(m => m.ContactId)) },
            ChangeToken = outbox?.Position ?? "",
        };
    }

    /// <inheritdoc/>
    public override async Task<ListStageChangesResponse> ListStageChanges(ListStageChangesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListStageChanges", id);
        violations.ThrowIfAny();
        await contacts.GetHistoryAsync(id, context.CancellationToken);
        var before = page.After ?? long.MaxValue;
        var (rows, next) = page.Cut(await db.StageChanges.AsNoTracking().Where(c => c.ContactId == id && c.Version < before)
            .OrderByDescending(c => c.Version).Take(page.Size + 1).ToListAsync(context.CancellationToken), c => c.Version);
        return new() { StageChanges = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<GetDefaultStageResponse> GetDefaultStage(GetDefaultStageRequest request, ServerCallContext context)
    {
        var (stage, version) = await defaults.CurrentAsync(context.CancellationToken);
        return new() { Stage = stage, Etag = Etag.Of(version) };
    }

    /// <inheritdoc/>
    public override async Task<SetDefaultStageResponse> SetDefaultStage(SetDefaultStageRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var stage = violations.Stage(request.Stage);
        violations.ThrowIfAny();
        var (version, token) = await defaults.SetAsync(stage, request.Etag, ActOf(context), context.CancellationToken);
        return new() { Stage = stage, Etag = Etag.Of(version), ChangeToken = token };
    }

    private async Task<(ContactStage Contact, string ChangeToken)> ChangeAsync(long contactId, string etag, Func<ContactStageRow, Decision<Standing>> decide, ServerCallContext context)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            var now = await contacts.GetAsync(contactId, context.CancellationToken);
            if (Etag.Check(etag, now.Version) is { } stale)
            {
                throw new RefusalException(stale);
            }
            var to = decide(now).OrThrow();
            if ((to.Stage, to.Lost) == (now.Stage, now.Lost))
            {
                return (await ShowAsync(now, context), "");
            }
            if (await batches.MoveAsync(new(now, to, ActOf(context)), context.CancellationToken) is { } moved)
            {
                return (await ShowAsync(now.After(to, moved.Time), context), moved.ChangeToken);
            }
        }
        throw new RefusalException(new(CommonReasons.EtagMismatch, "the contact is being changed by others at the same time; try again"));
    }

    private async Task<ContactStage> ShowAsync(ContactStageRow row, ServerCallContext context) =>
        row.ToProto(row.Stage ?? (await defaults.CurrentAsync(context.CancellationToken)).Stage);

    private Act ActOf(ServerCallContext context)
    {
        var actor = Caller.Of(context).Actor;
        return new(actor, StageDecisions.CauseOf(actor.Kind), 0, time.Now());
    }

    private static long ContactId(long value)
    {
        var violations = new Violations();
        violations.Id(value, "contact_id");
        violations.ThrowIfAny();
        return value;
    }
}
