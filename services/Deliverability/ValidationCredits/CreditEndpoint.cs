using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.ValidationCredits;

/// <summary>Serves ValidationCreditService.</summary>
public sealed class CreditEndpoint(DeliverabilityDbContext db, CreditStore credits, RequestIds requests) : ValidationCreditService.ValidationCreditServiceBase
{
    /// <summary>Characters of a reason.</summary>
    public const int MaximumReason = 500;

    private const long MaximumGrant = 1_000_000_000;

    /// <inheritdoc/>
    public override async Task<GrantValidationCreditsResponse> GrantValidationCredits(GrantValidationCreditsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(request.CreditCount is >= 1 and <= MaximumGrant, "credit_count", $"is {request.CreditCount}; expected 1 to {MaximumGrant}");
        var reason = violations.Text(request.Reason, "reason", MaximumReason, minimum: 1);
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var (caller, cancel) = (Caller.Of(context), context.CancellationToken);
        await using (var transaction = await db.BeginBulkAsync(cancel))
        {
            var (_, created) = await requests.OnceAsync(caller, nameof(GrantValidationCredits), requestId, new GrantValidationCreditsRequest(request) { RequestId = "" },
                () => credits.GrantAsync(request.CreditCount, reason, caller.Actor, cancel), cancel);
            if (created)
            {
                await transaction.CommitAsync(cancel);
            }
        }
        return new() { ValidationCredits = (await credits.GetAsync(cancel)).ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<GetValidationCreditsResponse> GetValidationCredits(GetValidationCreditsRequest request, ServerCallContext context) =>
        new() { ValidationCredits = (await credits.GetAsync(context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task<ListValidationCreditEntriesResponse> ListValidationCreditEntries(ListValidationCreditEntriesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListValidationCreditEntries));
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var found = await db.ValidationCreditEntries.AsNoTracking().Where(e => e.EntryId < before).OrderByDescending(e => e.EntryId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, e => e.EntryId);
        return new() { Entries = { rows.Select(e => e.ToProto()) }, NextPageToken = next };
    }
}
