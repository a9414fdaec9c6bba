using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>Serves AddressService.</summary>
public sealed class AddressEndpoint(DeliverabilityDbContext db, AddressStore addresses, AddressFactStore facts, ContactAnnouncer announcer, IdSequence ids, TimeProvider time) : AddressService.AddressServiceBase
{
    private const int ShownClearances = 20;

    /// <summary>What can be cleared by hand, and what does it.</summary>
    private static readonly IReadOnlyDictionary<FactKind, FactKind> Clearable = StatusRules.Table
        .Where(r => r.Fact is FactKind.Complaint or FactKind.Unsubscribed or FactKind.DoesNotExist).ToDictionary(r => r.Fact, r => r.ClearedBy);

    /// <inheritdoc/>
    public override async Task<GetAddressResponse> GetAddress(GetAddressRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var address = violations.Address(request.Address, "address");
        violations.ThrowIfAny();
        return new() { Address = await ShowAsync(address, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<ClearFactResponse> ClearFact(ClearFactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var address = violations.Address(request.Address, "address");
        violations.Check(Clearable.ContainsKey(request.Kind), "kind", $"is {request.Kind}; expected {string.Join(", ", Clearable.Keys)}");
        var reason = violations.Text(request.Reason, "reason", AddressProto.MaximumReason, 1);
        violations.ThrowIfAny();

        var actor = Caller.Of(context).Actor;
        await using var transaction = await db.BeginBulkAsync(cancel);
        var known = await addresses.FindAsync([address], cancel);
        // Locked before it is looked at, so that of two who clear it one is told that nothing is left to clear.
        var held = await facts.FoldAsync([], known.Values, actor, cancel);
        var state = held.Values.SingleOrDefault();
        if (state is null || !state.Facts.Holds(request.Kind, Clearable[request.Kind]))
        {
            throw new RefusalException(new Refusal(DeliverabilityReasons.FactDoesNotHold, $"{request.Kind} does not hold of the address, so there is nothing to clear")
                .With("from", state?.Status ?? DeliverabilityStatus.New).With("action", $"clear {request.Kind}").With("allowed", "what ExplainSendability lists"));
        }
        // Events may carry times of clocks that are ahead of this one's.
        var now = time.Now();
        var at = state.Facts[request.Kind] > now ? state.Facts[request.Kind]!.Value : now;
        await facts.FoldAsync([new(state.AddressId, Clearable[request.Kind], at)], [], actor, cancel);
        db.FactClearances.Add(new()
        {
            AccountId = db.AccountId, FactClearanceId = await ids.NextAsync(cancel), AddressId = state.AddressId, Kind = request.Kind, ClearTime = now,
            ActorKind = actor.Kind, ActorSubject = actor.Subject, ActorName = actor.DisplayName, Reason = reason,
        });
        await db.SaveChangesAsync(cancel);
        var reply = new ClearFactResponse { Address = await ShowAsync(address, cancel), ChangeToken = announcer.Position };
        await transaction.CommitAsync(cancel);
        return reply;
    }

    private async Task<Address> ShowAsync(string address, CancellationToken cancellationToken)
    {
        var known = await addresses.FindAsync([address], cancellationToken);
        if (known.Count == 0)
        {
            return AddressProto.Show(address, AddressFacts.None, [], time.Now());
        }
        var id = known[address];
        var state = (await facts.GetAsync([id], cancellationToken))[id];
        var clearances = await db.FactClearances.AsNoTracking().Where(c => c.AddressId == id).OrderByDescending(c => c.FactClearanceId).Take(ShownClearances).ToListAsync(cancellationToken);
        return AddressProto.Show(address, state.Facts, clearances, time.Now());
    }
}
