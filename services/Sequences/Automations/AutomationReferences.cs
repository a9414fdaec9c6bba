using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using static ContactPlatform.Sequences.V1.AutomationAction.ActionOneofCase;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Looks for everything that a rule names, so that what is not there is said when the rule is stored, and not when it does its work.</summary>
public sealed class AutomationReferences(
    LabelService.LabelServiceClient labels, ContactListService.ContactListServiceClient lists, SequenceStore sequences, ContactsCalls contacts, WebhookCalls webhooks)
{
    /// <summary>Looks for what actions name.</summary>
    /// <exception cref="RefusalException">SCOPE_MISSING, NOT_SEQUENCE_OWNER; SERVICE_UNAVAILABLE: another service does not answer.</exception>
    public async Task CheckAsync(IReadOnlyList<AutomationAction> actions, Caller caller, System.Security.Claims.ClaimsPrincipal user, Violations violations, CancellationToken cancellationToken)
    {
        foreach (var (i, action) in actions.Index())
        {
            // What a rule does is done with the service's own rights, so whoever makes it needs the rights to do it.
            if (action.ActionCase == CallWebhookId)
            {
                ScopeTable.Require(user, Scopes.DeliverabilitySend);
            }
            else if (!EnrollmentActions.Does(action))
            {
                ScopeTable.Require(user, Scopes.ContactsWrite);
            }
            try
            {
                await LookAsync(action, caller, cancellationToken);
            }
            catch (Exception e) when (e is RpcException { StatusCode: StatusCode.NotFound or StatusCode.FailedPrecondition } or RefusalException { Refusal.Reason.Code: StatusCode.NotFound or StatusCode.FailedPrecondition })
            {
                violations.Add(AutomationProto.Name(action, $"automation_rule.actions[{i}]"), $"cannot be used: {(e is RpcException r ? r.Status.Detail : e.Message)}");
            }
        }
    }

    private async Task LookAsync(AutomationAction action, Caller caller, CancellationToken cancellationToken)
    {
        switch (action.ActionCase)
        {
            case AddLabelId or RemoveLabelId:
                var labelId = action.ActionCase == AddLabelId ? action.AddLabelId : action.RemoveLabelId;
                await contacts.AskAsync(caller.AccountId, options => labels.GetLabelAsync(new() { LabelId = labelId }, options), cancellationToken);
                break;
            case AddToContactListId:
                await contacts.AskAsync(caller.AccountId, options => lists.GetContactListAsync(new() { ContactListId = action.AddToContactListId }, options), cancellationToken);
                break;
            case EnrollSequenceId or UnenrollSequenceId:
                var sequence = await sequences.LoadAsync(action.ActionCase == EnrollSequenceId ? action.EnrollSequenceId : action.UnenrollSequenceId, cancellationToken);
                if ((sequence.IsClosedTo(caller) ? SequenceDecisions.NotOwner(sequence.Row.SequenceId) : action.ActionCase == EnrollSequenceId ? SequenceDecisions.Enroll(sequence.Row.State) : null) is { } refusal)
                {
                    throw new RefusalException(refusal);
                }
                break;
            case CallWebhookId:
                await webhooks.CheckAsync(action.CallWebhookId, cancellationToken);
                break;
        }
    }
}
