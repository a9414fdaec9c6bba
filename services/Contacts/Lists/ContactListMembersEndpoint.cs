using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Lists;

/// <summary>Who is on the lists.</summary>
public sealed partial class ContactListEndpoint
{
    /// <inheritdoc/>
    public override async Task<V1.AddContactListMembersResponse> AddContactListMembers(V1.AddContactListMembersRequest request, ServerCallContext context)
    {
        var (contactIds, requestId) = ContactListProto.ReadChange(request.ContactListId, request.ContactIds, request.RequestId);
        var body = new V1.AddContactListMembersRequest { ContactListId = request.ContactListId, ContactIds = { contactIds } };
        return new() { Outcomes = { await ChangeAsync(add: true, request.ContactListId, contactIds, requestId, body, context) } };
    }

    /// <inheritdoc/>
    public override async Task<V1.RemoveContactListMembersResponse> RemoveContactListMembers(V1.RemoveContactListMembersRequest request, ServerCallContext context)
    {
        var (contactIds, requestId) = ContactListProto.ReadChange(request.ContactListId, request.ContactIds, request.RequestId);
        var body = new V1.RemoveContactListMembersRequest { ContactListId = request.ContactListId, ContactIds = { contactIds } };
        return new() { Outcomes = { await ChangeAsync(add: false, request.ContactListId, contactIds, requestId, body, context) } };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListContactListMembersResponse> ListContactListMembers(V1.ListContactListMembersRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactListId, "contact_list_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListContactListMembers", id);
        violations.ThrowIfAny();
        await store.FindAsync(id, context.CancellationToken);
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.ContactListMembers.AsNoTracking().Where(m => m.ContactListId == id && m.ContactId > after).OrderBy(m => m.ContactId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), m => m.ContactId);
        return new() { Members = { rows.Select(m => m.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task StreamContactListMembers(V1.StreamContactListMembersRequest request, IServerStreamWriter<V1.StreamContactListMembersResponse> responseStream, ServerCallContext context)
    {
        var id = ContactListProto.ReadId(request.ContactListId);
        await foreach (var (contactIds, complete) in members.ReadAsync(ContactListStore.Members, id, () => store.FindAsync(id, context.CancellationToken), context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { ContactIds = { contactIds }, Complete = complete }, context.CancellationToken);
        }
    }

    private async Task<IEnumerable<V1.ContactListOutcome>> ChangeAsync(bool add, long listId, long[] contactIds, string requestId, IMessage body, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var caller = Caller.Of(context);
        Dictionary<long, bool> changed = [];
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (_, first) = await requests.OnceAsync(caller, add ? "AddContactListMembers" : "RemoveContactListMembers", requestId, body, async () =>
        {
            await store.ShareAsync(listId, cancel);
            var now = time.UtcNow();
            changed = await store.ChangeAsync(add, listId, contactIds, now, cancel);
            await timeline.AddManyAsync(TimelineAct.Of(caller, now), [(TimelineEvents.List(listId, add), changed.Where(c => c.Value).Select(c => c.Key))], cancel);
            return listId;
        }, cancel);
        if (first)
        {
            await transaction.CommitAsync(cancel);
            return Outcomes(id => ContactListDecisions.Changed(changed.TryGetValue(id, out var did) ? did : null));
        }
        // What a twin of this call did stands; what this one did before it saw that is undone.
        await transaction.RollbackAsync(cancel);
        await store.FindAsync(listId, cancel);
        var now = await store.ReadAsync(listId, contactIds, cancel);
        return Outcomes(id => ContactListDecisions.Repeated(now.TryGetValue(id, out var on) ? on == add : null));

        IEnumerable<V1.ContactListOutcome> Outcomes(Func<long, V1.ContactListChange> change) =>
            contactIds.Select(id => new V1.ContactListOutcome { ContactId = id, Change = change(id) });
    }
}
