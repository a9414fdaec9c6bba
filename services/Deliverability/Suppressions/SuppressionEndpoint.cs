using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Suppressions;

/// <summary>Serves SuppressionService.</summary>
public sealed class SuppressionEndpoint(DeliverabilityDbContext db, SuppressionStore store, SuppressionUpload upload, AddressStore addresses, ContactAnnouncer announcer) : SuppressionService.SuppressionServiceBase
{
    /// <inheritdoc/>
    public override async Task<AddSuppressionResponse> AddSuppression(AddSuppressionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var address = violations.Address(request.Address, "address");
        var reason = violations.Text(request.Reason, "reason", AddressProto.MaximumReason);
        violations.ThrowIfAny();
        await using var transaction = await db.BeginBulkAsync(cancel);
        var added = await store.AddAsync([address], reason, Caller.Of(context).Actor, cancel);
        var id = (await addresses.FindAsync([address], cancel))[address];
        var row = await db.Suppressions.AsNoTracking().SingleAsync(s => s.AddressId == id, cancel);
        await transaction.CommitAsync(cancel);
        return new() { Suppression = Show(row, address), Changed = added > 0, ChangeToken = announcer.Position };
    }

    /// <inheritdoc/>
    public override Task<UploadSuppressionsResponse> UploadSuppressions(IAsyncStreamReader<UploadSuppressionsRequest> requestStream, ServerCallContext context) =>
        upload.ReadAsync(requestStream, Caller.Of(context).Actor, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<RemoveSuppressionResponse> RemoveSuppression(RemoveSuppressionRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var address = violations.Address(request.Address, "address");
        var reason = violations.Text(request.Reason, "reason", AddressProto.MaximumReason, 1);
        violations.ThrowIfAny();
        await using var transaction = await db.BeginBulkAsync(context.CancellationToken);
        if (!await store.RemoveAsync(address, reason, Caller.Of(context).Actor, context.CancellationToken))
        {
            throw new RefusalException(new Refusal(DeliverabilityReasons.SuppressionNotFound, "the address is not on the suppression list").With("field", "address"));
        }
        await transaction.CommitAsync(context.CancellationToken);
        return new() { ChangeToken = announcer.Position };
    }

    /// <inheritdoc/>
    public override async Task<ListSuppressionsResponse> ListSuppressions(ListSuppressionsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListSuppressions));
        violations.ThrowIfAny();
        var (rows, next) = page.Cut(await store.ListAsync(page.After, page.Size + 1, context.CancellationToken), r => r.Row.AddressId);
        return new() { Suppressions = { rows.Select(r => Show(r.Row, r.Address)) }, NextPageToken = next };
    }

    private static Suppression Show(SuppressionRow row, string? address) => new()
    {
        Address = address ?? "",
        Reason = row.Reason,
        SuppressTime = Timestamp.FromDateTime(row.SuppressTime),
        Actor = AddressProto.Actor(row.ActorKind, row.ActorSubject, row.ActorName),
    };
}
