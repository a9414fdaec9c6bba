using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>Who a contact is, one, many or all of them.</summary>
public sealed partial class ContactEndpoint
{
    /// <inheritdoc/>
    public override async Task<V1.GetContactResponse> GetContact(V1.GetContactRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var (field, found) = Find();
        violations.ThrowIfAny();
        var contact = await found.AsNoTracking().SingleOrDefaultAsync(context.CancellationToken)
            ?? throw new RefusalException(request.KeyCase == V1.GetContactRequest.KeyOneofCase.ContactId
                ? await store.MissingAsync(request.ContactId, context.CancellationToken)
                : new Refusal(ContactsReasons.ContactNotFound, $"there is no contact with this {field}{(field == "phone" ? " and without an email" : "")}").With("field", field));
        return new() { Contact = await store.WithLabelsAsync(contact, context.CancellationToken) };

        (string Field, IQueryable<Contact> Found) Find()
        {
            switch (request.KeyCase)
            {
                case V1.GetContactRequest.KeyOneofCase.ContactId:
                    violations.Id(request.ContactId, "contact_id");
                    return ("contact_id", db.Contacts.Where(c => c.ContactId == request.ContactId));
                case V1.GetContactRequest.KeyOneofCase.Email:
                    Note(EmailAddress.TryNormalise(request.Email, out var email), "email");
                    return ("email", db.Contacts.Where(c => c.Email == email));
                case V1.GetContactRequest.KeyOneofCase.Phone:
                    Note(PhoneNumber.TryNormalise(request.Phone, out var phone), "phone");
                    return ("phone", db.Contacts.Where(c => c.Email == null && c.Phone == phone));
                default:
                    violations.Add("key", "is missing; expected contact_id, email or phone");
                    return ("key", db.Contacts);
            }
        }

        void Note(string? problem, string name)
        {
            if (problem is not null)
            {
                violations.Add(name, problem);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.BatchGetContactsResponse> BatchGetContacts(V1.BatchGetContactsRequest request, ServerCallContext context)
    {
        Violations.Limit(request.ContactIds.Count, ContactLimits.BatchGet, "contact_ids");
        var violations = new Violations();
        for (var i = 0; i < request.ContactIds.Count; i++)
        {
            violations.Id(request.ContactIds[i], $"contact_ids[{i}]");
        }
        violations.ThrowIfAny();
        long[] asked = [.. request.ContactIds.Distinct()];
        var found = await db.Contacts.AsNoTracking().Where(c => asked.Contains(c.ContactId)).OrderBy(c => c.ContactId).ToListAsync(context.CancellationToken);
        var shown = await pages.FitAsync(found, context.CancellationToken);
        return new()
        {
            Contacts = { shown },
            MissingContactIds = { asked.Except(found.Select(c => c.ContactId)) },
            RemainingContactIds = { found.Skip(shown.Count).Select(c => c.ContactId) },
        };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListContactsResponse> ListContacts(V1.ListContactsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListContacts", request.LabelId, (int)request.RecordState);
        violations.Check(request.LabelId >= 0, "label_id", $"is {request.LabelId}; expected a positive id, or 0 for all");
        violations.Check(Enum.IsDefined(request.RecordState), "record_state", $"is {(int)request.RecordState}; expected RECORD_STATE_ACTIVE, RECORD_STATE_INACTIVE, or nothing for all");
        violations.ThrowIfAny();
        var (after, state) = (page.After ?? 0, (RecordState)request.RecordState);
        var contacts = db.Contacts.AsNoTracking().Where(c => c.ContactId > after);
        if (request.LabelId > 0)
        {
            contacts = db.LabelMembers.Where(m => m.LabelId == request.LabelId && m.ContactId > after).Join(contacts, m => m.ContactId, c => c.ContactId, (m, c) => c);
        }
        if (request.RecordState != V1.RecordState.Unspecified)
        {
            contacts = contacts.Where(c => c.RecordState == state);
        }
        var found = await contacts.OrderBy(c => c.ContactId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (shown, next) = await pages.FillAsync(page, found, context.CancellationToken);
        return new() { Contacts = { shown }, NextPageToken = next };
    }
}
