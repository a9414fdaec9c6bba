using ContactPlatform.Deliverability.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Messages;

/// <summary>Serves MessageService.</summary>
public sealed class MessageEndpoint(DeliverabilityDbContext db, TransmissionReads transmissions) : MessageService.MessageServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetMessageResponse> GetMessage(GetMessageRequest request, ServerCallContext context) =>
        new() { Message = await LoadAsync(ReadId(request.MessageId, "message_id"), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var transmissionId = violations.Id(request.TransmissionId, "transmission_id");
        violations.Check(Enum.IsDefined(request.State), "state", $"is {(int)request.State}; expected a state, or none for all");
        violations.Check(Enum.IsDefined(request.RecipientStatus), "recipient_status", $"is {(int)request.RecipientStatus}; expected a status, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListMessages), transmissionId, request.State, request.RecipientStatus);
        violations.ThrowIfAny();
        var transmission = await transmissions.GetAsync(transmissionId, context.CancellationToken);
        var after = page.After ?? 0;
        var wanted = db.Messages.AsNoTracking().Where(m => m.TransmissionId == transmissionId && m.MessageId > after).With(request.RecipientStatus);
        if (request.State != MessageState.Unspecified)
        {
            wanted = wanted.Where(m => m.State == request.State);
        }
        var found = await WithAddress(wanted).OrderBy(m => m.Row.MessageId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, m => m.Row.MessageId);
        var metadata = Transmission.Parser.ParseFrom(transmission.Header).Metadata;
        return new() { Messages = { rows.Select(m => m.Row.ToProto(m.Email, metadata)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelMessageResponse> CancelMessage(CancelMessageRequest request, ServerCallContext context)
    {
        var id = ReadId(request.MessageId, "message_id");
        await db.Messages.Where(m => m.MessageId == id && m.State == MessageState.Queued)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, MessageState.Cancelled), context.CancellationToken);
        var message = await LoadAsync(id, context.CancellationToken);
        return message.State == MessageState.Cancelled ? new() { Message = message }
            : throw new RefusalException(new Refusal(DeliverabilityReasons.MessageNotQueued, $"message {id} is no longer queued, so it cannot be cancelled")
                .From(EnumWord.Of(message.State), "cancel", "QUEUED").With("message_id", id));
    }

    private async Task<Message> LoadAsync(long id, CancellationToken cancellationToken)
    {
        var found = await WithAddress(db.Messages.AsNoTracking().Where(m => m.MessageId == id)).SingleOrDefaultAsync(cancellationToken)
            ?? throw new RefusalException(new Refusal(DeliverabilityReasons.MessageNotFound, $"there is no message {id}").With("message_id", id));
        var header = await db.Transmissions.Where(t => t.TransmissionId == found.Row.TransmissionId).Select(t => t.Header).SingleAsync(cancellationToken);
        return found.Row.ToProto(found.Email, Transmission.Parser.ParseFrom(header).Metadata);
    }

    private IQueryable<Found> WithAddress(IQueryable<MessageRow> messages) =>
        messages.Join(db.Addresses, m => m.AddressId, a => a.AddressId, (m, a) => new Found { Row = m, Email = a.KeyId == null ? a.Address : "" });

    private static long ReadId(long id, string field)
    {
        var violations = new Violations();
        violations.Id(id, field);
        violations.ThrowIfAny();
        return id;
    }

    private sealed class Found
    {
        public required MessageRow Row { get; init; }

        public required string Email { get; init; }
    }
}
