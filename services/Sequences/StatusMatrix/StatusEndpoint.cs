using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>Serves StatusMatrixService.</summary>
public sealed class StatusEndpoint(SequenceStore sequences, StatusWork work, ContactService.ContactServiceClient contacts) : StatusMatrixService.StatusMatrixServiceBase
{
    /// <inheritdoc/>
    public override Task<GetTransitionMatrixResponse> GetTransitionMatrix(GetTransitionMatrixRequest request, ServerCallContext context) => Task.FromResult(new GetTransitionMatrixResponse
    {
        Rows = { StatusTable.Rows.Select(r => new TransitionRow { Status = r, Transitions = { StatusTable.Targets.Select(t => new Transition { Status = t, Rule = StatusTable.Rule(r, t) }) } }) },
        Removals = { StatusTable.Removals.Select(r => new Transition { Status = r.Status, Rule = r.Rule }) },
    });

    /// <inheritdoc/>
    public override async Task<CheckTransitionResponse> CheckTransition(CheckTransitionRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var contactId = violations.Id(request.ContactId, "contact_id");
        violations.Check(request.SequenceId >= 0, "sequence_id", $"is {request.SequenceId}; expected an id, or 0 for none");
        violations.ThrowIfAny();
        var sequence = await SequenceAsync(request.SequenceId, context.CancellationToken);
        var facts = await work.FactsAsync(contactId, sequence, Caller.Of(context), context.CancellationToken);
        var holding = StatusDecisions.Holding(facts).ToList();
        return new()
        {
            Statuses = { holding },
            Set = { StatusTable.Targets.Select(t => StatusProto.ToCheck(t, StatusDecisions.Set(facts, t, clearsBounce: false))) },
            Remove = { holding.Select(h => StatusProto.ToCheck(h, StatusDecisions.Remove(facts, h))) },
        };
    }

    /// <inheritdoc/>
    public override async Task<SetStatusResponse> SetStatus(SetStatusRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var contactId = violations.Id(request.ContactId, "contact_id");
        violations.Check(request.SequenceId > 0 || (request.SequenceId == 0 && request.Status == SequenceStatus.OptedOut), "sequence_id", $"is {request.SequenceId}; expected an id, or 0 with OPTED_OUT");
        var command = violations.Command(request.Status, request.BounceClearance, request.OutOfOfficeDays, request.ReplyChannel);
        var email = violations.NewEmail(request.BounceClearance);
        violations.ThrowIfAny();
        var (outcome, token) = await OneAsync(command, contactId, request.SequenceId, email, context);
        return new() { Enrollment = outcome.Enrollment?.ToProto(), ContactStatus = outcome.Contact.ToProto(), ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<RemoveStatusResponse> RemoveStatus(RemoveStatusRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var contactId = violations.Id(request.ContactId, "contact_id");
        violations.Check(request.SequenceId > 0 || (request.SequenceId == 0 && request.Status == SequenceStatus.OptedOut), "sequence_id", $"is {request.SequenceId}; expected an id, or 0 with OPTED_OUT");
        violations.Status(request.Status);
        violations.ThrowIfAny();
        var (outcome, token) = await OneAsync(new(request.Status, Remove: true), contactId, request.SequenceId, null, context);
        return new() { Enrollment = outcome.Enrollment?.ToProto(), ContactStatus = outcome.Contact.ToProto(), ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<BatchSetStatusResponse> BatchSetStatus(BatchSetStatusRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var contactIds = violations.ContactIds(request.ContactIds);
        var sequenceId = violations.Id(request.SequenceId, "sequence_id");
        var command = violations.Command(request.Status, request.BounceClearance, request.OutOfOfficeDays, request.ReplyChannel);
        violations.Check(request.BounceClearance is null || request.BounceClearance.NewEmail.Length == 0, "bounce_clearance.new_email", "is an address of one contact; set it by SetStatus");
        violations.ThrowIfAny();
        var sequence = await SequenceAsync(sequenceId, context.CancellationToken);
        var (outcomes, token) = await work.DoAsync(command, sequence, contactIds, Caller.Of(context), null, context.CancellationToken);
        return new()
        {
            Results = { contactIds.Select(id => new StatusResult { ContactId = id, Changed = outcomes[id].Changed, Reason = outcomes[id].Refusal?.Reason.Name ?? "" }) },
            ChangeToken = token,
        };
    }

    private async Task<(StatusOutcome Outcome, string ChangeToken)> OneAsync(StatusCommand command, long contactId, long sequenceId, string? newEmail, ServerCallContext context)
    {
        var (cancel, caller) = (context.CancellationToken, Caller.Of(context));
        var sequence = await SequenceAsync(sequenceId, cancel);
        var (outcomes, token) = await work.DoAsync(command, sequence, [contactId], caller, newEmail is null ? null : ReplaceAsync, cancel);
        var outcome = outcomes[contactId];
        return outcome.Refusal is { } refusal ? throw new RefusalException(refusal) : (outcome, token);

        // On behalf of the caller, and before anything changes here: where it fails nothing is done, and doing it again does no harm.
        async Task ReplaceAsync()
        {
            if (command.Judge(await work.FactsAsync(contactId, sequence, caller, cancel)) is { Refusal: null, NoChange: false })
            {
                try
                {
                    await contacts.UpdateContactAsync(new() { Contact = new() { ContactId = contactId, Email = newEmail }, UpdateMask = new() { Paths = { "email" } } }, Caller.Forward(context), cancellationToken: cancel);
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.PermissionDenied)
                {
                    throw new RefusalException(new Refusal(CommonReasons.ScopeMissing, $"a new address needs the scope {Scopes.ContactsWrite} as well").With("required", Scopes.ContactsWrite), e);
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.AlreadyExists or StatusCode.FailedPrecondition)
                {
                    var violations = new Violations();
                    violations.Add("bounce_clearance.new_email", $"cannot be the contact's: {e.Reason()}");
                    violations.ThrowIfAny();
                }
            }
        }
    }

    private async Task<SequenceContent?> SequenceAsync(long sequenceId, CancellationToken cancellationToken) =>
        sequenceId == 0 ? null : await sequences.LoadAsync(sequenceId, cancellationToken);
}
