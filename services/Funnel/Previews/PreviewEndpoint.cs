using ContactPlatform.Funnel.Conflicts;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.Previews;

/// <summary>Serves LabelRulePreviewService.</summary>
public sealed class PreviewEndpoint(FunnelDbContext db, PreviewStore previews, ConflictFinder conflicts) : LabelRulePreviewService.LabelRulePreviewServiceBase
{
    /// <inheritdoc/>
    public override async Task<PreviewLabelRuleResponse> PreviewLabelRule(PreviewLabelRuleRequest request, ServerCallContext context)
    {
        var rule = await db.FindRuleAsync(LabelRuleProto.ReadId(request.LabelRuleId, "label_rule_id"), context.CancellationToken);
        var tally = new PreviewTally(rule);
        var (token, time, expireTime) = await previews.TakeAsync(rule, async ids =>
            tally.Add(ids, await db.ContactStages.AsNoTracking().Where(s => ids.Contains(s.ContactId)).ToDictionaryAsync(s => s.ContactId, context.CancellationToken)), context.CancellationToken);
        var preview = tally.ToProto();
        (preview.PreviewToken, preview.PreviewTime, preview.ExpireTime) = (token, Timestamp.FromDateTime(time), Timestamp.FromDateTime(expireTime));
        return new() { Preview = preview };
    }

    /// <inheritdoc/>
    public override async Task<GetLabelRuleConflictsResponse> GetLabelRuleConflicts(GetLabelRuleConflictsRequest request, ServerCallContext context)
    {
        Violations.Limit(request.LabelRuleIds.Count, ConflictFinder.MaximumRules, "label_rule_ids");
        var violations = new Violations();
        for (var i = 0; i < request.LabelRuleIds.Count; i++)
        {
            violations.Id(request.LabelRuleIds[i], $"label_rule_ids[{i}]");
        }
        violations.ThrowIfAny();
        long[] wanted = [.. request.LabelRuleIds.Distinct()];
        var rules = await db.LabelRules.AsNoTracking().Where(r => wanted.Length == 0 || wanted.Contains(r.LabelRuleId))
            .OrderBy(r => r.LabelRuleId).Take(ConflictFinder.MaximumRules + 1).ToListAsync(context.CancellationToken);
        Violations.Limit(rules.Count, ConflictFinder.MaximumRules, "label_rule_ids");
        if (wanted.Except(rules.Select(r => r.LabelRuleId)).Order().Cast<long?>().FirstOrDefault() is { } missing)
        {
            throw LabelRuleRows.Missing(missing);
        }
        return new() { Conflicts = { await conflicts.FindAsync(db.AccountId, rules, context.CancellationToken) } };
    }
}
