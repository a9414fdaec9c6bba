using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.LeadScores;

/// <summary>Serves LeadScoreRuleService.</summary>
public sealed class LeadScoreRuleEndpoint(SequencesDbContext db, RequestIds requests, IdSequence ids, TimeProvider time) : LeadScoreRuleService.LeadScoreRuleServiceBase
{
    /// <inheritdoc/>
    public override async Task<CreateLeadScoreRuleResponse> CreateLeadScoreRule(CreateLeadScoreRuleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        ScopeTable.Require(context.GetHttpContext().User, Scopes.ContactsWrite);
        var violations = new Violations();
        var sent = request.LeadScoreRule ?? new();
        var requestId = violations.RequestId(request.RequestId);
        var row = new LeadScoreRuleRow { AccountId = db.AccountId, DisplayName = "" };
        violations.Read(sent, LeadScoreRuleProto.Changeable, row);
        violations.OutputOnly(sent);
        violations.ThrowIfAny();
        var (id, _) = await requests.OnceAsync(Caller.Of(context), nameof(CreateLeadScoreRule), requestId, new CreateLeadScoreRuleRequest(request) { RequestId = "" }, async () =>
        {
            Violations.Limit(await db.LeadScoreRules.CountAsync(cancel) + 1, LeadScoreLimits.Rules, "lead_score_rules");
            var now = time.Now();
            var made = new LeadScoreRuleRow
            {
                AccountId = row.AccountId,
                LeadScoreRuleId = await ids.NextAsync(cancel),
                DisplayName = row.DisplayName,
                Engagement = row.Engagement,
                Points = row.Points,
                Disabled = row.Disabled,
                CreateTime = now,
                UpdateTime = now,
            };
            db.LeadScoreRules.Add(made);
            return made.LeadScoreRuleId;
        }, cancel);
        return new() { LeadScoreRule = (await FindAsync(id, cancel)).ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<GetLeadScoreRuleResponse> GetLeadScoreRule(GetLeadScoreRuleRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.LeadScoreRuleId, "lead_score_rule_id");
        violations.ThrowIfAny();
        return new() { LeadScoreRule = (await FindAsync(id, context.CancellationToken)).ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<ListLeadScoreRulesResponse> ListLeadScoreRules(ListLeadScoreRulesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListLeadScoreRules));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.LeadScoreRules.AsNoTracking().Where(r => r.LeadScoreRuleId > after).OrderBy(r => r.LeadScoreRuleId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), r => r.LeadScoreRuleId);
        return new() { LeadScoreRules = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<UpdateLeadScoreRuleResponse> UpdateLeadScoreRule(UpdateLeadScoreRuleRequest request, ServerCallContext context)
    {
        ScopeTable.Require(context.GetHttpContext().User, Scopes.ContactsWrite);
        var violations = new Violations();
        var sent = request.LeadScoreRule ?? new();
        var id = violations.Id(sent.LeadScoreRuleId, "lead_score_rule.lead_score_rule_id");
        var mask = violations.UpdateMask(request.UpdateMask, LeadScoreRuleProto.Changeable);
        violations.ThrowIfAny();
        var row = await FindAsync(id, context.CancellationToken);
        RefusalException.ThrowIf(Etag.Check(sent.Etag, row.Version));
        violations.Read(sent, mask, row);
        violations.ThrowIfAny();
        if (db.ChangeTracker.HasChanges())
        {
            (row.UpdateTime, row.Version) = (time.Now(), row.Version + 1);
            // Somebody else's change in between is an ETAG_MISMATCH.
            await db.SaveChangesAsync(context.CancellationToken);
        }
        return new() { LeadScoreRule = row.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<DeleteLeadScoreRuleResponse> DeleteLeadScoreRule(DeleteLeadScoreRuleRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.LeadScoreRuleId, "lead_score_rule_id");
        violations.ThrowIfAny();
        var row = await FindAsync(id, context.CancellationToken);
        RefusalException.ThrowIf(Etag.Check(request.Etag, row.Version));
        db.Remove(row);
        await db.SaveChangesAsync(context.CancellationToken);
        return new();
    }

    /// <inheritdoc/>
    public override async Task<ListLeadScoreAwardsResponse> ListLeadScoreAwards(ListLeadScoreAwardsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var contactId = violations.Id(request.ContactId, "contact_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListLeadScoreAwards), contactId);
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var (rows, next) = page.Cut(await db.LeadScoreAwards.AsNoTracking().Where(a => a.ContactId == contactId && a.LeadScoreAwardId < before)
            .OrderByDescending(a => a.LeadScoreAwardId).Take(page.Size + 1).ToListAsync(context.CancellationToken), a => a.LeadScoreAwardId);
        return new() { LeadScoreAwards = { rows.Select(a => a.ToProto()) }, NextPageToken = next };
    }

    private async Task<LeadScoreRuleRow> FindAsync(long id, CancellationToken cancellationToken) =>
        await db.LeadScoreRules.SingleOrDefaultAsync(r => r.LeadScoreRuleId == id, cancellationToken) ?? throw new RefusalException(LeadScoreDecisions.NotFound(id));
}
