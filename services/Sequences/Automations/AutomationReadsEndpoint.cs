using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Enum = System.Enum;

namespace ContactPlatform.Sequences.Automations;

/// <summary>What rules did, and what they would do.</summary>
public sealed partial class AutomationEndpoint
{
    /// <summary>Contacts in a part of a dry run.</summary>
    private const int Part = 1_000;

    /// <inheritdoc/>
    public override async Task<ListAutomationFiringsResponse> ListAutomationFirings(ListAutomationFiringsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (contactId, ruleId, violations) = (request.ContactId, request.AutomationRuleId, new Violations());
        violations.Check(contactId >= 0, "contact_id", $"is {contactId}; expected an id, or 0 for all");
        violations.Check(ruleId >= 0, "automation_rule_id", $"is {ruleId}; expected an id, or 0 for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListAutomationFirings), contactId, ruleId);
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var firings = db.AutomationFirings.AsNoTracking().Where(f => f.AutomationFiringId < before);
        firings = contactId == 0 ? firings : firings.Where(f => f.ContactId == contactId);
        firings = ruleId == 0 ? firings : firings.Where(f => f.AutomationRuleId == ruleId);
        var (rows, next) = page.Cut(await firings.OrderByDescending(f => f.AutomationFiringId).Take(page.Size + 1).ToListAsync(cancel), f => f.AutomationFiringId);
        long[] firingIds = [.. rows.Select(r => r.AutomationFiringId)];
        long[] ruleIds = [.. rows.Select(r => r.AutomationRuleId).Distinct()];
        long[] versions = [.. rows.Select(r => r.RuleVersion).Distinct()];
        var outcomes = (await db.AutomationActions.AsNoTracking().Where(a => firingIds.Contains(a.AutomationFiringId)).ToListAsync(cancel)).ToLookup(a => a.AutomationFiringId);
        var rules = (await db.AutomationRuleVersions.AsNoTracking().Where(v => ruleIds.Contains(v.AutomationRuleId) && versions.Contains(v.RuleVersion)).ToListAsync(cancel)).ToDictionary(v => (v.AutomationRuleId, v.RuleVersion), v => v.Read());
        return new() { AutomationFirings = { rows.Select(r => r.ToProto(rules[(r.AutomationRuleId, r.RuleVersion)], outcomes[r.AutomationFiringId])) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task DryRunAutomationRules(DryRunAutomationRulesRequest request, IServerStreamWriter<DryRunAutomationRulesResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var set = ReadSet(request);
        var run = await dryRuns.BeginAsync([.. request.AutomationRuleIds], request.EngagementStatus, request.ShowContacts, cancel);
        var total = await sets.CountAsync(db.AccountId, set, cancel);
        await foreach (var part in sets.PartsAsync(db.AccountId, set, cancel))
        {
            foreach (var chunk in part.ContactIds.Chunk(Part))
            {
                var contacts = await dryRuns.LookAsync(run, chunk, cancel);
                await responseStream.WriteAsync(new() { ContactCount = total, CheckedCount = run.Checked, Rules = { run.Counts }, Contacts = { contacts } }, cancel);
            }
        }
        await responseStream.WriteAsync(new() { ContactCount = total, CheckedCount = run.Checked, Rules = { run.Counts }, Complete = true }, cancel);
    }

    private static ContactSet ReadSet(DryRunAutomationRulesRequest request)
    {
        Violations.Limit(request.AutomationRuleIds.Count, AutomationLimits.Rules, "automation_rule_ids");
        var violations = new Violations();
        violations.Check(Enum.IsDefined(request.EngagementStatus), "engagement_status", $"is {(int)request.EngagementStatus}; expected a status, or none for the one that each contact has");
        foreach (var (i, id) in request.AutomationRuleIds.Index())
        {
            violations.Id(id, $"automation_rule_ids[{i}]");
        }
        violations.Check(request.AutomationRuleIds.Distinct().Count() == request.AutomationRuleIds.Count, "automation_rule_ids", "names one more than once");
        var set = new ContactSet();
        switch (request.ContactsCase)
        {
            case DryRunAutomationRulesRequest.ContactsOneofCase.SegmentId:
                set.SegmentId = violations.Id(request.SegmentId, "segment_id");
                break;
            case DryRunAutomationRulesRequest.ContactsOneofCase.ContactListId:
                set.ContactListId = violations.Id(request.ContactListId, "contact_list_id");
                break;
            case DryRunAutomationRulesRequest.ContactsOneofCase.Filter:
                set.Filter = request.Filter;
                break;
            default:
                violations.Add("contacts", "is missing; exactly one of segment_id, filter and contact_list_id is required");
                break;
        }
        violations.ThrowIfAny();
        return set;
    }
}
