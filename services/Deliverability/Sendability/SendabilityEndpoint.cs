using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>Serves SendabilityService.</summary>
public sealed class SendabilityEndpoint(DeliverabilityDbContext db, SendGateStore gate, AddressStore addresses, AddressFactStore facts, EvidenceStore evidence, NewContacts contacts, TimeProvider time) : SendabilityService.SendabilityServiceBase
{
    private const int MaximumBatch = 1000;
    private const string NoAddress = "the contact gets an email";

    /// <inheritdoc/>
    public override async Task<CheckSendableResponse> CheckSendable(CheckSendableRequest request, ServerCallContext context)
    {
        Violations.Limit(request.ContactIds.Count + request.Addresses.Count, MaximumBatch, "contact_ids and addresses");
        var violations = new Violations();
        violations.Check(request.ContactIds.Count + request.Addresses.Count > 0, "contact_ids", "is empty, and so is addresses; at least one of both is required");
        long[] ids = [.. request.ContactIds.Distinct().Order()];
        if (ids.Length > 0 && ids[0] <= 0)
        {
            foreach (var (i, id) in request.ContactIds.Index())
            {
                violations.Id(id, $"contact_ids[{i}]");
            }
        }
        string[] texts = [.. request.Addresses.Select((text, i) => violations.Address(text, $"addresses[{i}]")).Distinct()];
        violations.ThrowIfAny();

        var reply = new CheckSendableResponse();
        if (ids.Length > 0)
        {
            var decided = await gate.CheckContactsAsync(ids, context.CancellationToken);
            foreach (var id in ids)
            {
                if (!decided.TryGetValue(id, out var decision))
                {
                    reply.MissingContactIds.Add(id);
                }
                else
                {
                    reply.Checks.Add(decision is null ? new() { ContactId = id, Block = SendBlock.NoAddress } : Show(new() { ContactId = id }, decision));
                }
            }
        }
        if (texts.Length > 0)
        {
            var decided = await gate.CheckAsync(texts, context.CancellationToken);
            reply.Checks.AddRange(texts.Select(text => Show(new() { Address = text }, decided[text])));
        }
        return reply;
    }

    /// <inheritdoc/>
    public override async Task<ExplainSendabilityResponse> ExplainSendability(ExplainSendabilityRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var text = "";
        switch (request.RecipientCase)
        {
            case ExplainSendabilityRequest.RecipientOneofCase.ContactId:
                violations.Id(request.ContactId, "contact_id");
                break;
            case ExplainSendabilityRequest.RecipientOneofCase.Address:
                text = violations.Address(request.Address, "address");
                break;
            default:
                violations.Add("recipient", "is missing; exactly one of contact_id and address is required");
                break;
        }
        violations.ThrowIfAny();

        var reply = new ExplainSendabilityResponse { ContactId = request.ContactId, Address = text };
        long? id;
        if (request.ContactId > 0)
        {
            id = await contacts.GetAsync(request.ContactId, cancel);
            if (id is null)
            {
                reply.Blocks.Add(new BlockExplanation { Block = SendBlock.NoAddress, Remedy = NoAddress });
                return reply;
            }
            reply.Address = await db.Addresses.Where(a => a.AddressId == id && a.KeyId == null).Select(a => a.Address).SingleOrDefaultAsync(cancel) ?? "";
        }
        else
        {
            id = (await addresses.FindAsync([text], cancel)).TryGetValue(text, out var known) ? known : null;
        }
        var all = id is { } found ? (await facts.GetAsync([found], cancel))[found].Facts : AddressFacts.None;
        var decision = SendGate.Decide(all, time.Now());
        (reply.Sendable, reply.Status) = (decision.Sendable, decision.Status);
        foreach (var rule in decision.Blocks)
        {
            reply.Blocks.Add(new BlockExplanation
            {
                Block = rule.Block,
                Fact = rule.Fact,
                FactTime = Timestamp.FromDateTime(all[rule.Fact]!.Value),
                UntilTime = (rule.ExpireTime(all) ?? rule.RetryTime(all)) is { } until ? Timestamp.FromDateTime(until) : null,
                Remedy = rule.Remedy,
                Evidence = { await evidence.FindAsync(id!.Value, rule.Fact, cancel) },
            });
        }
        return reply;
    }

    private static SendCheck Show(SendCheck check, SendDecision decision)
    {
        (check.Sendable, check.Block, check.Status) = (decision.Sendable, decision.Block, decision.Status);
        check.FactTime = decision.FactTime is { } time ? Timestamp.FromDateTime(time) : null;
        return check;
    }
}
