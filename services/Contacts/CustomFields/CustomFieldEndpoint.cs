using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Serves CustomFieldService.</summary>
public sealed class CustomFieldEndpoint(ContactsDbContext db, CustomFieldStore store, RequestIds requests, IdSequence ids, TimeProvider time) : V1.CustomFieldService.CustomFieldServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateCustomFieldResponse> CreateCustomField(V1.CreateCustomFieldRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (asked, requestId) = CustomFieldProto.Read(request);
        var caller = Caller.Of(context);
        var body = request.Clone();
        body.RequestId = "";
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            try
            {
                var (id, _) = await requests.OnceAsync(caller, nameof(CreateCustomField), requestId, body, AddAsync, cancel);
                var field = await FindAsync(id, cancel);
                await transaction.CommitAsync(cancel);
                return new() { CustomField = field.ToProto() };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Somebody took the key meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }

        async Task<long> AddAsync()
        {
            RefusalException.ThrowIf(await store.ConflictAsync(asked.FieldKey, cancel));
            var now = time.UtcNow();
            var field = new CustomField
            {
                AccountId = caller.AccountId,
                CustomFieldId = await ids.NextAsync(cancel),
                FieldKey = asked.FieldKey,
                DisplayName = asked.DisplayName,
                Type = asked.Type,
                Choices = asked.Choices,
                CreateTime = now,
                UpdateTime = now,
            };
            db.Add(field);
            return field.CustomFieldId;
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.GetCustomFieldResponse> GetCustomField(V1.GetCustomFieldRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        switch (request.ByCase)
        {
            case V1.GetCustomFieldRequest.ByOneofCase.CustomFieldId:
                violations.Id(request.CustomFieldId, "custom_field_id");
                violations.ThrowIfAny();
                return new() { CustomField = (await FindAsync(request.CustomFieldId, context.CancellationToken)).ToProto() };
            case V1.GetCustomFieldRequest.ByOneofCase.Key:
                violations.Check(CustomFieldKey.IsKey(request.Key), "key", $"is {FieldText.Shown(request.Key)}, which cannot be a key");
                violations.ThrowIfAny();
                var field = await db.CustomFields.AsNoTracking().SingleOrDefaultAsync(f => f.FieldKey == request.Key, context.CancellationToken)
                    ?? throw new RefusalException(new Refusal(ContactsReasons.CustomFieldNotFound, $"there is no custom field {request.Key}").With("field", "key"));
                return new() { CustomField = field.ToProto() };
            default:
                violations.Add("by", "is missing; expected custom_field_id or key");
                throw new RefusalException(violations.Refusal());
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.ListCustomFieldsResponse> ListCustomFields(V1.ListCustomFieldsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListCustomFields));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.CustomFields.AsNoTracking().Where(f => f.CustomFieldId > after).OrderBy(f => f.CustomFieldId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), f => f.CustomFieldId);
        return new() { CustomFields = { rows.Select(f => f.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.UpdateCustomFieldResponse> UpdateCustomField(V1.UpdateCustomFieldRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, sent, mask) = CustomFieldProto.Read(request);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var field = await store.HoldAsync(id, cancel);
        RefusalException.ThrowIf(Etag.Check(sent.Etag, field.Version));
        var (name, choices) = CustomFieldProto.After(field, sent, mask);
        if (name != field.DisplayName || !choices.SequenceEqual(field.Choices))
        {
            if (await store.InUseAsync(id, CustomFieldDecisions.Removed(field.Choices, choices), cancel) is { } used)
            {
                RefusalException.ThrowIf(CustomFieldDecisions.ChoiceInUse(used));
            }
            (field.DisplayName, field.Choices, field.UpdateTime) = (name, choices, time.UtcNow());
            field.Version++;
            await db.SaveChangesAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
        return new() { CustomField = field.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteCustomFieldResponse> DeleteCustomField(V1.DeleteCustomFieldRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.CustomFieldId, "custom_field_id");
        violations.ThrowIfAny();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var field = await store.HoldAsync(id, cancel);
        RefusalException.ThrowIf(Etag.Check(request.Etag, field.Version));
        var removed = await store.DeleteAsync(id, Caller.Of(context), time.UtcNow(), cancel);
        await transaction.CommitAsync(cancel);
        return new() { RemovedCount = removed };
    }

    private async Task<CustomField> FindAsync(long customFieldId, CancellationToken cancellationToken) =>
        await db.CustomFields.AsNoTracking().SingleOrDefaultAsync(f => f.CustomFieldId == customFieldId, cancellationToken)
        ?? throw new RefusalException(CustomFieldDecisions.NotFound(customFieldId));
}
