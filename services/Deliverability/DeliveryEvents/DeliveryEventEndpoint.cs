using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Mime;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Serves DeliveryEventService.</summary>
public sealed class DeliveryEventEndpoint(DeliverabilityDbContext db, EventStream stream, DeliveryEventStore store, AddressStore addresses, NewContacts contacts, MailNames names, TimeProvider time)
    : DeliveryEventService.DeliveryEventServiceBase
{
    /// <inheritdoc/>
    public override Task<IngestEventsResponse> IngestEvents(IAsyncStreamReader<IngestEventsRequest> requestStream, ServerCallContext context) =>
        stream.ReadAsync(requestStream, Caller.Of(context).Actor, context.ResponseTrailers, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<IngestMailReportResponse> IngestMailReport(IngestMailReportRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var source = violations.Source(request.Source);
        violations.Check(request.Content.Length is > 0 and <= MailLimits.Message, "content", $"has {request.Content.Length} bytes; 1 to {MailLimits.Message} are allowed");
        violations.Check(request.EnvelopeRecipient.Length <= EventLimits.Envelope, "envelope_recipient", $"has {request.EnvelopeRecipient.Length} characters; at most {EventLimits.Envelope} are allowed");
        violations.ThrowIfAny();
        var message = names.ReadBounceAddress(request.EnvelopeRecipient.Trim()) is { } named && named.AccountId == db.AccountId ? named.MessageId : 0;
        if (MailReports.TryRead(request.Content.Memory, source, time.Now(), message, out var events, out var ignored) is { } problem)
        {
            throw new RefusalException(new Refusal(DeliverabilityReasons.MailReportInvalid, $"content {problem}").With("field", "content").With("problem", problem));
        }
        var outcomes = await store.RecordAsync(events, Caller.Of(context).Actor, context.CancellationToken);
        return new()
        {
            StoredCount = outcomes.Count(o => o == EventOutcome.Stored),
            DuplicateCount = outcomes.Count(o => o == EventOutcome.Duplicate),
            IgnoredCount = ignored + outcomes.Count(o => o == EventOutcome.Unmatched),
        };
    }

    /// <inheritdoc/>
    public override async Task<ListDeliveryEventsResponse> ListDeliveryEvents(ListDeliveryEventsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var text = "";
        switch (request.SubjectCase)
        {
            case ListDeliveryEventsRequest.SubjectOneofCase.Address:
                text = violations.Address(request.Address, "address");
                break;
            case ListDeliveryEventsRequest.SubjectOneofCase.ContactId:
                violations.Id(request.ContactId, "contact_id");
                break;
            case ListDeliveryEventsRequest.SubjectOneofCase.MessageId:
                violations.Id(request.MessageId, "message_id");
                break;
            default:
                violations.Add("subject", "is missing; exactly one of address, contact_id and message_id is required");
                break;
        }
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListDeliveryEvents), text, request.ContactId, request.MessageId);
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var events = db.DeliveryEvents.AsNoTracking().Where(e => e.DeliveryEventId < before);
        if (request.MessageId > 0)
        {
            events = events.Where(e => e.MessageId != 0 && e.MessageId == request.MessageId);
        }
        else
        {
            var id = text.Length > 0 ? (await addresses.FindAsync([text], cancel)).GetValueOrDefault(text) : await contacts.GetAsync(request.ContactId, cancel) ?? 0;
            events = events.Where(e => e.AddressId == id);
        }
        var found = await events.Join(db.Addresses.AsNoTracking(), e => e.AddressId, a => a.AddressId, (row, address) => new { row, address = address.KeyId == null ? address.Address : "" })
            .OrderByDescending(e => e.row.DeliveryEventId).Take(page.Size + 1).ToListAsync(cancel);
        var (rows, next) = page.Cut(found, e => e.row.DeliveryEventId);
        var messages = rows.Select(e => e.row.MessageId).Where(m => m != 0).Distinct().ToList();
        var headers = messages.Count == 0 ? [] : await db.Messages.Where(m => messages.Contains(m.MessageId))
            .Join(db.Transmissions, m => m.TransmissionId, t => t.TransmissionId, (m, t) => new { m.MessageId, t.Header }).ToDictionaryAsync(m => m.MessageId, m => m.Header, cancel);
        return new() { DeliveryEvents = { rows.Select(e => DeliveryEventProto.Show(e.row, e.address, headers.GetValueOrDefault(e.row.MessageId))) }, NextPageToken = next };
    }
}
