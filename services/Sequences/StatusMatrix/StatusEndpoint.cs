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
public sealed class StatusEndpoint(StatusBatches batches, IServiceProvider services, ContactService.ContactServiceClient contacts) : StatusMatrixService.StatusMatrixServiceBase
{
    // Made where they are needed: what sets one status has no use for a database context of its own, which costs as much as the rest of the call.
    private SequenceStore Sequences => services.GetRequiredService<SequenceStore>();

    private StatusWork Work => services.GetRequiredService<StatusWork>();

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
        var facts = await Work.FactsAsync(contactId, sequence, Caller.Of(context), context.CancellationToken);
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
        if (email is not null)
        {
            await ReplaceEmailAsync(command, contactId, request.SequenceId, email, context);
        }
        var outcome = await batches.DoAsync(new(command, request.SequenceId, contactId, Caller.Of(context)), context.CancellationToken);
        return new() { Enrollment = outcome.Enrollment?.ToProto(), ContactStatus = outcome.Contact.ToProto(), ChangeToken = outcome.ChangeToken };
    }

    /// <inheritdoc/>
    public override async Task<RemoveStatusResponse> RemoveStatus(RemoveStatusRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var contactId = violations.Id(request.ContactId, "contact_id");
        violations.Check(request.SequenceId > 0 || (request.SequenceId == 0 && request.Status == SequenceStatus.OptedOut), "sequence_id", $"is {request.SequenceId}; expected an id, or 0 with OPTED_OUT");
        violations.Status(request.Status);
        violations.ThrowIfAny();
        var outcome = await batches.DoAsync(new(new(request.Status, Remove: true), request.SequenceId, contactId, Caller.Of(context)), context.CancellationToken);
        return new() { Enrollment = outcome.Enrollment?.ToProto(), ContactStatus = outcome.Contact.ToProto(), ChangeToken = outcome.ChangeToken };
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
        var outcomes = await Work.DoAsync(command, sequence, contactIds, Caller.Of(context), context.CancellationToken);
        return new()
        {
            Results = { contactIds.Select(id => new StatusResult { ContactId = id, Changed = outcomes[id].Changed, Reason = outcomes[id].Refusal?.Reason.Name ?? "" }) },
            ChangeToken = outcomes.Values.FirstOrDefault(o => o.Changed)?.ChangeToken ?? "",
        };
    }

    // On behalf of the caller, and before anything changes here: where it fails nothing is done, and doing it again does no harm.
    private async Task ReplaceEmailAsync(StatusCommand command, long contactId, long sequenceId, string email, ServerCallContext context)
    {
        var (cancel, caller) = (context.CancellationToken, Caller.Of(context));
        if (command.Judge(await Work.FactsAsync(contactId, await SequenceAsync(sequenceId, cancel), caller, cancel)) is not { Refusal: null, NoChange: false })
        {
            return;
        }
        try
        {
            await contacts.UpdateContactAsync(new() { Contact = new() { ContactId = contactId, Email = email }, UpdateMask = new() { Paths = { "email" } } }, Caller.Forward(context), cancellationToken: cancel);
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

    private async Task<SequenceContent?> SequenceAsync(long sequenceId, CancellationToken cancellationToken) =>
        sequenceId == 0 ? null : await Sequences.LoadAsync(sequenceId, cancellationToken);
}
