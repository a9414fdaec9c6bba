using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Requests;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Sequences.V1.AutomationAction.ActionOneofCase;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Does the actions that other services do, each under a request_id that follows from what set it off: asked again, they have done it.</summary>
public sealed class ContactActions(
    SequencesDbContext db, LabelService.LabelServiceClient labels, ContactListService.ContactListServiceClient lists, ContactService.ContactServiceClient contacts, LeadScoreService.LeadScoreServiceClient scores,
    ContactReader reader, ContactsCalls calls, WebhookCalls webhooks)
{
    /// <summary>Does one.</summary>
    /// <exception cref="RpcException">The other service refuses.</exception>
    public async Task<ActionResult> DoAsync(AutomationFiringRow firing, AutomationRule rule, int place, CancellationToken cancellationToken)
    {
        var (action, contactId, requestId) = (rule.Actions[place], firing.ContactId, AutomationActionRow.RequestId(firing.AutomationFiringId, place));
        switch (action.ActionCase)
        {
            case AddLabelId:
                return ActionResult.Of((await AskAsync(options => labels.AddLabelAsync(new() { ContactId = contactId, LabelId = action.AddLabelId, RequestId = requestId }, options))).Changed);
            case RemoveLabelId:
                return ActionResult.Of((await AskAsync(options => labels.RemoveLabelAsync(new() { ContactId = contactId, LabelId = action.RemoveLabelId, RequestId = requestId }, options))).Changed);
            case AddToContactListId:
                var added = await AskAsync(options => lists.AddContactListMembersAsync(new() { ContactListId = action.AddToContactListId, ContactIds = { contactId }, RequestId = requestId }, options));
                return added.Outcomes.Single().Change switch
                {
                    ContactListChange.ContactNotFound => ActionResult.Of(ContactReader.Missing(contactId)),
                    var change => ActionResult.Of(change != ContactListChange.Unchanged),
                };
            case SetRecordInactive:
                var state = action.SetRecordInactive ? RecordState.Inactive : RecordState.Active;
                return ActionResult.Of((await AskAsync(options => contacts.SetRecordStateAsync(new() { ContactId = contactId, RecordState = state, RequestId = requestId }, options))).ChangeToken.Length > 0);
            case AddLeadScore:
                var entry = new LeadScoreEntry { ContactId = contactId, Points = action.AddLeadScore, Reason = rule.DisplayName, RequestId = requestId };
                var scored = await AskAsync(options => scores.AddLeadScoresAsync(new() { Entries = { entry } }, options));
                return scored.Outcomes.Single() == LeadScoreOutcome.ContactNotFound ? ActionResult.Of(ContactReader.Missing(contactId)) : new(AutomationOutcome.Done);
            default:
                await webhooks.CallAsync(action.CallWebhookId, requestId, await CallAsync(firing, rule, cancellationToken), cancellationToken);
                return new(AutomationOutcome.Done);
        }

        Task<T> AskAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call) => calls.AskAsync(firing.AccountId, call, cancellationToken);
    }

    private async Task<WebhookAutomationCall> CallAsync(AutomationFiringRow firing, AutomationRule rule, CancellationToken cancellationToken)
    {
        var contact = await reader.GetAsync(firing.ContactId, cancellationToken);
        var worked = await db.ContactStatuses.Where(s => s.ContactId == firing.ContactId).Select(s => s.FirstWorkingTime).SingleOrDefaultAsync(cancellationToken);
        return new()
        {
            AutomationRuleId = firing.AutomationRuleId,
            RuleDisplayName = rule.DisplayName,
            AutomationFiringId = firing.AutomationFiringId,
            Contact = WebhookContacts.Of(contact),
            FromStatus = EnumWord.Of(firing.FromEngagement),
            Status = EnumWord.Of(firing.Engagement),
            StatusVersion = firing.StatusVersion,
            FireTime = Timestamp.FromDateTime(firing.FireTime),
            FirstWorkingTime = worked is { } at ? Timestamp.FromDateTime(at) : null,
        };
    }
}
