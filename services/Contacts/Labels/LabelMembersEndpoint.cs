using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Who carries the labels.</summary>
public sealed partial class LabelEndpoint
{
    /// <inheritdoc/>
    public override async Task<V1.AddLabelResponse> AddLabel(V1.AddLabelRequest request, ServerCallContext context) =>
        new() { Changed = await ChangeOneAsync(add: true, request.ContactId, request.LabelId, request.RequestId, new V1.AddLabelRequest(request) { RequestId = "" }, context) };

    /// <inheritdoc/>
    public override async Task<V1.RemoveLabelResponse> RemoveLabel(V1.RemoveLabelRequest request, ServerCallContext context) =>
        new() { Changed = await ChangeOneAsync(add: false, request.ContactId, request.LabelId, request.RequestId, new V1.RemoveLabelRequest(request) { RequestId = "" }, context) };

    /// <inheritdoc/>
    public override async Task<V1.BatchAddLabelResponse> BatchAddLabel(V1.BatchAddLabelRequest request, ServerCallContext context)
    {
        var asked = LabelProto.ReadContacts(request.LabelId, request.ContactIds);
        var changed = await ChangeManyAsync(add: true, request.LabelId, asked, context);
        var count = changed.Values.Count(c => c);
        return new() { ChangedCount = count, UnchangedCount = changed.Count - count, MissingContactIds = { asked.Where(id => !changed.ContainsKey(id)) } };
    }

    /// <inheritdoc/>
    public override async Task<V1.BatchRemoveLabelResponse> BatchRemoveLabel(V1.BatchRemoveLabelRequest request, ServerCallContext context)
    {
        var asked = LabelProto.ReadContacts(request.LabelId, request.ContactIds);
        var changed = await ChangeManyAsync(add: false, request.LabelId, asked, context);
        var count = changed.Values.Count(c => c);
        return new() { ChangedCount = count, UnchangedCount = changed.Count - count, MissingContactIds = { asked.Where(id => !changed.ContainsKey(id)) } };
    }

    /// <inheritdoc/>
    public override async Task StreamLabelMembers(V1.StreamLabelMembersRequest request, IServerStreamWriter<V1.StreamLabelMembersResponse> responseStream, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Id(request.LabelId, "label_id");
        violations.ThrowIfAny();
        await foreach (var (ids, complete) in members.ReadAsync(LabelStore.Members, request.LabelId, () => FindAsync(request.LabelId, context.CancellationToken), context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { ContactIds = { ids }, Complete = complete }, context.CancellationToken);
        }
    }

    private async Task<bool> ChangeOneAsync(bool add, long contactId, long labelId, string requestId, IMessage body, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        requestId = LabelProto.Check(contactId, labelId, requestId);
        var caller = Caller.Of(context);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // What is remembered of the request is whether it changed something.
        var (changed, first) = await requests.OnceAsync(caller, add ? "AddLabel" : "RemoveLabel", requestId, body, async () =>
        {
            await store.ShareAsync(labelId, cancellationToken);
            if (!await contacts.TryHoldAsync(contactId, cancellationToken))
            {
                throw new RefusalException(await contacts.MissingAsync(contactId, cancellationToken));
            }
            var now = time.UtcNow();
            if (!await store.ChangeAsync(add, labelId, contactId, now, cancellationToken))
            {
                return 0;
            }
            await timeline.AddAsync(contactId, TimelineAct.Of(caller, now), TimelineEvents.Label(labelId, add), cancellationToken);
            return 1;
        }, cancellationToken);
        if (first)
        {
            await transaction.CommitAsync(cancellationToken);
        }
        else
        {
            // What a twin of this call did stands; what this one did before it saw that is undone.
            await transaction.RollbackAsync(cancellationToken);
        }
        return changed == 1;
    }

    private Task<Dictionary<long, bool>> ChangeManyAsync(bool add, long labelId, long[] contactIds, ServerCallContext context) =>
        leases.HoldingAsync(db.AccountId, [labelId], async cancel =>
        {
            await using var transaction = await db.BeginBulkAsync(cancel);
            await store.ShareAsync(labelId, cancel);
            var now = time.UtcNow();
            var changed = await store.ChangeAsync(add, labelId, contactIds, now, cancel);
            await timeline.AddManyAsync(TimelineAct.Of(Caller.Of(context), now), [(TimelineEvents.Label(labelId, add), changed.Where(c => c.Value).Select(c => c.Key))], cancel);
            await transaction.CommitAsync(cancel);
            return changed;
        }, context.CancellationToken);
}
