using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>Calls that rules of automation ask for.</summary>
public sealed partial class WebhookEndpoint
{
    /// <summary>Bytes of what is told: 500 custom fields of 400 characters fit.</summary>
    private const int MaximumCall = 256 << 10;

    /// <inheritdoc/>
    public override async Task<CallWebhookResponse> CallWebhook(CallWebhookRequest request, ServerCallContext context)
    {
        var (caller, cancel) = (Caller.Of(context), context.CancellationToken);
        var requestId = Check(request);
        if (request.ValidateOnly)
        {
            await EnabledAsync(request.WebhookId, "call", cancel);
            return new();
        }
        var contactId = request.AutomationCall.Contact.ContactId;
        var body = request.Clone();
        (body.RequestId, body.AutomationCall.Contact) = ("", new() { ContactId = contactId });
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (id, first) = await requests.OnceAsync(caller, nameof(CallWebhook), requestId, body, async () =>
        {
            await EnabledAsync(request.WebhookId, "call", cancel);
            // Who is gone is told of nobody any more.
            if (await db.ContactAddresses.AnyAsync(c => c.ContactId == contactId && c.DeleteTime != null, cancel))
            {
                throw new RefusalException(NewContacts.Missing(contactId));
            }
            var note = WebhookNote.Of(WebhookEventType.AutomationFired, contactId, request.AutomationCall.FireTime?.ToDateTime() ?? time.Now(), caller.Actor, 0, data => data.AutomationCall = request.AutomationCall);
            return await outbox.AddToAsync(request.WebhookId, note, cancel);
        }, cancel);
        if (first)
        {
            await transaction.CommitAsync(cancel);
        }
        else
        {
            // What a twin of this call did stands; what this one did before it saw that is undone.
            await transaction.RollbackAsync(cancel);
        }
        return new() { WebhookDeliveryId = id };
    }

    private static string Check(CallWebhookRequest request)
    {
        var violations = new Violations();
        violations.Id(request.WebhookId, "webhook_id");
        var requestId = violations.RequestId(request.RequestId, required: !request.ValidateOnly);
        if (!request.ValidateOnly)
        {
            var contact = request.AutomationCall?.Contact;
            violations.Check(request.AutomationCall is not null, "automation_call", "is missing");
            violations.Id(contact?.ContactId ?? 0, "automation_call.contact.contact_id");
            violations.Check(request.AutomationCall is null || request.AutomationCall.CalculateSize() <= MaximumCall, "automation_call", $"has {request.AutomationCall?.CalculateSize()} bytes; at most {MaximumCall} are allowed");
        }
        violations.ThrowIfAny();
        return requestId;
    }
}
