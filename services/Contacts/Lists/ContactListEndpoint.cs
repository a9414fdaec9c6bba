using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Lists;

/// <summary>Serves ContactListService: the lists themselves. Who is on them is in ContactListMembersEndpoint.cs.</summary>
public sealed partial class ContactListEndpoint(ContactsDbContext db, ContactListStore store, MemberStream members, TimelineStore timeline, RequestIds requests, IdSequence ids, TimeProvider time)
    : V1.ContactListService.ContactListServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateContactListResponse> CreateContactList(V1.CreateContactListRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var name = violations.Name(request.DisplayName);
        var requestId = violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var body = new V1.CreateContactListRequest { DisplayName = request.DisplayName };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (id, _) = await requests.OnceAsync(caller, "CreateContactList", requestId, body, AddAsync, cancel);
                return new() { ContactList = await store.WithCountAsync(await store.FindAsync(id, cancel), cancel) };
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
            RefusalException.ThrowIf(ContactListDecisions.Full(await db.ContactLists.CountAsync(cancel)));
            var now = time.UtcNow();
            var list = new ContactList { AccountId = caller.AccountId, ContactListId = await ids.NextAsync(cancel), DisplayName = name, NameKey = key, CreateTime = now, UpdateTime = now };
            db.Add(list);
            return list.ContactListId;
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.GetContactListResponse> GetContactList(V1.GetContactListRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        ContactList list;
        switch (request.KeyCase)
        {
            case V1.GetContactListRequest.KeyOneofCase.ContactListId:
                list = await store.FindAsync(ContactListProto.ReadId(request.ContactListId), cancel);
                break;
            case V1.GetContactListRequest.KeyOneofCase.DisplayName:
                var key = LabelName.Key(violations.Name(request.DisplayName));
                violations.ThrowIfAny();
                list = await db.ContactLists.AsNoTracking().SingleOrDefaultAsync(l => l.NameKey == key, cancel)
                    ?? throw new RefusalException(new Refusal(ContactsReasons.ContactListNotFound, "there is no static list with this name").With("field", "display_name"));
                break;
            default:
                violations.Add("key", "is missing; expected contact_list_id or display_name");
                throw new RefusalException(violations.Refusal());
        }
        return new() { ContactList = await store.WithCountAsync(list, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListContactListsResponse> ListContactLists(V1.ListContactListsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListContactLists");
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.ContactLists.AsNoTracking().Where(l => l.ContactListId > after).OrderBy(l => l.ContactListId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), l => l.ContactListId);
        return new() { ContactLists = { await store.WithCountsAsync(rows, context.CancellationToken) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.RenameContactListResponse> RenameContactList(V1.RenameContactListRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.ContactListId, "contact_list_id");
        var name = violations.Name(request.DisplayName);
        violations.ThrowIfAny();
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var list = await store.HoldAsync(id, cancel);
            RefusalException.ThrowIf(Etag.Check(request.Etag, list.Version));
            if (list.DisplayName == name)
            {
                return new() { ContactList = await store.WithCountAsync(list, cancel) };
            }
            RefusalException.ThrowIf(await store.ConflictAsync(LabelName.Key(name), id, cancel));
            (list.DisplayName, list.NameKey, list.UpdateTime) = (name, LabelName.Key(name), time.UtcNow());
            list.Version++;
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
            return new() { ContactList = await store.WithCountAsync(list, cancel) };
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteContactListResponse> DeleteContactList(V1.DeleteContactListRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var id = ContactListProto.ReadId(request.ContactListId);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var list = await store.HoldAsync(id, cancel);
        RefusalException.ThrowIf(Etag.Check(request.Etag, list.Version));
        var removed = await store.ClearAsync(id, cancel);
        db.Remove(list);
        await db.SaveChangesAsync(cancel);
        await timeline.AddManyAsync(TimelineAct.Of(Caller.Of(context), time.UtcNow(), V1.TimelineCause.ContactListDelete), [(TimelineEvents.List(id, added: false), removed)], cancel);
        await transaction.CommitAsync(cancel);
        return new() { RemovedCount = removed.Count };
    }
}
