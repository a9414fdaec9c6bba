using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Merges;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Erasures;

/// <summary>Serves ContactErasureService. An erasure is one transaction: it has happened everywhere in Contacts, or nowhere.</summary>
public sealed class ErasureEndpoint(ContactsDbContext db, ContactStore contacts, TombstoneStore tombstones, MergeStore merges, ErasureKeys keys, TimeProvider time) : V1.ContactErasureService.ContactErasureServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.EraseContactResponse> EraseContact(V1.EraseContactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        violations.ThrowIfAny();
        if (!await db.Contacts.AnyAsync(c => c.ContactId == id, cancel))
        {
            throw new RefusalException(await contacts.MissingAsync(id, cancel));
        }
        if (!keys.Configured)
        {
            throw new RefusalException(ErasureDecisions.NotConfigured());
        }
        var caller = Caller.Of(context);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Imports before contacts, as everybody takes them.
        var pending = await ImportTraces.HoldOpenAsync(db, cancel);
        // Nobody stores an address, having found it not erased, while it is being erased.
        await AddressGate.HoldAsync(db, cancel);
        var contact = await contacts.HoldAsync(id, cancel);
        if (Etag.Check(request.Etag, contact.Version) is { } stale)
        {
            throw new RefusalException(stale);
        }
        var now = time.UtcNow();
        List<string> addresses = [.. new[] { contact.Email, contact.Phone }.OfType<string>().Union(await merges.RememberedAsync(id, cancel))];
        foreach (var address in addresses)
        {
            await tombstones.AddAsync(address, id, caller, now, cancel);
        }
        var blanked = await ImportTraces.RemoveAsync(db, addresses, cancel);
        // The hash of the request that made the contact, or one that was merged into it, is one of its data, and has no key.
        await db.Requests.Where(r => r.ResultId == id || db.ContactMerges.Any(m => m.SurvivorContactId == id && m.MergedContactId == r.ResultId)).ExecuteDeleteAsync(cancel);
        // Labels, lists, fields and merged addresses go with it, by their foreign keys.
        await contacts.ForgetAsync(id, cancel);
        db.Remove(contact);
        db.Add(ContactChanges.Erased(caller, now, id));
        await db.SaveChangesAsync(cancel);
        var change = ContactChanges.Deleted(caller, now, id);
        db.Add(change);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new() { ChangeToken = change.Position, BlankedRowCount = blanked, PendingImportIds = { pending } };
    }

    /// <inheritdoc/>
    public override async Task<V1.ReadmitAddressResponse> ReadmitAddress(V1.ReadmitAddressRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var address = "";
        var problem = request.AddressCase switch
        {
            V1.ReadmitAddressRequest.AddressOneofCase.Email => EmailAddress.TryNormalise(request.Email, out address),
            V1.ReadmitAddressRequest.AddressOneofCase.Phone => PhoneNumber.TryNormalise(request.Phone, out address),
            _ => "is missing; expected email or phone",
        };
        var field = request.AddressCase == V1.ReadmitAddressRequest.AddressOneofCase.None ? "address" : request.AddressCase.ToString().ToLowerInvariant();
        violations.Check(problem is null, field, problem ?? "");
        violations.ThrowIfAny();
        return await tombstones.ReadmitAsync(address, Caller.Of(context), time.UtcNow(), context.CancellationToken)
            ? new() : throw new RefusalException(ErasureDecisions.NotFound(field));
    }
}
