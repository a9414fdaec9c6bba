using ContactPlatform.Sequences.EnrollmentRuns;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Times;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Serves AutomationService: the rules themselves. What they do is told in AutomationReadsEndpoint.cs.</summary>
public sealed partial class AutomationEndpoint(
    SequencesDbContext db, AutomationReferences references, AutomationDryRuns dryRuns, ContactSets sets, RequestIds requests, IdSequence ids, TimeProvider time) : AutomationService.AutomationServiceBase
{
    /// <inheritdoc/>
    public override async Task<CreateAutomationRuleResponse> CreateAutomationRule(CreateAutomationRuleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var body = new CreateAutomationRuleRequest(request) { RequestId = "" };
        var requestId = violations.RequestId(request.RequestId);
        var sent = request.AutomationRule ?? new();
        violations.Read(sent, AutomationProto.Changeable);
        violations.OutputOnly(sent);
        violations.ThrowIfAny();
        var (id, _) = await requests.OnceAsync(Caller.Of(context), nameof(CreateAutomationRule), requestId, body, async () =>
        {
            await CheckAsync(sent, AutomationProto.Changeable, context);
            Violations.Limit(await db.AutomationRules.CountAsync(cancel) + 1, AutomationLimits.Rules, "automation_rules");
            var now = time.Now();
            var row = new AutomationRuleRow
            {
                AccountId = db.AccountId,
                AutomationRuleId = await ids.NextAsync(cancel),
                DisplayName = sent.DisplayName,
                Disabled = sent.Disabled,
                EntryMask = AutomationDecisions.Mask(sent.Condition),
                CreateTime = now,
                UpdateTime = now,
            };
            db.AutomationRules.Add(row);
            AddVersion(row, sent, now);
            return row.AutomationRuleId;
        }, cancel);
        return new() { AutomationRule = await ShowAsync(await FindAsync(id, cancel), cancel) };
    }

    /// <inheritdoc/>
    public override async Task<GetAutomationRuleResponse> GetAutomationRule(GetAutomationRuleRequest request, ServerCallContext context) =>
        new() { AutomationRule = await ShowAsync(await FindAsync(ReadId(request.AutomationRuleId), context.CancellationToken), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListAutomationRulesResponse> ListAutomationRules(ListAutomationRulesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListAutomationRules));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var found = await db.AutomationRules.AsNoTracking().Where(r => r.AutomationRuleId > after).OrderBy(r => r.AutomationRuleId).Take(page.Size + 1)
            .Join(db.AutomationRuleVersions, r => new { r.AutomationRuleId, r.RuleVersion }, v => new { v.AutomationRuleId, v.RuleVersion }, (row, version) => new { row, version })
            .ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut([.. found.OrderBy(f => f.row.AutomationRuleId)], f => f.row.AutomationRuleId);
        return new() { AutomationRules = { rows.Select(f => f.row.ToProto(f.version.Read())) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<UpdateAutomationRuleResponse> UpdateAutomationRule(UpdateAutomationRuleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var sent = request.AutomationRule ?? new();
        var id = violations.Id(sent.AutomationRuleId, "automation_rule.automation_rule_id");
        var mask = violations.UpdateMask(request.UpdateMask, AutomationProto.Changeable);
        violations.Read(sent, mask);
        violations.ThrowIfAny();
        var row = await FindAsync(id, cancel);
        RefusalException.ThrowIf(Etag.Check(sent.Etag, row.Version));
        await CheckAsync(sent, mask, context);
        var content = await ContentAsync(row, cancel);
        var after = new AutomationRule(content);
        row.DisplayName = after.DisplayName = mask.Contains("display_name") ? sent.DisplayName : row.DisplayName;
        row.Disabled = mask.Contains("disabled") ? sent.Disabled : row.Disabled;
        after.Condition = mask.Contains("condition") ? sent.Condition : content.Condition;
        if (mask.Contains("actions"))
        {
            after.Actions.Clear();
            after.Actions.Add(sent.Actions);
        }
        if (!after.Equals(content))
        {
            (row.EntryMask, row.RuleVersion) = (AutomationDecisions.Mask(after.Condition), row.RuleVersion + 1);
            AddVersion(row, after, time.Now());
        }
        if (db.ChangeTracker.HasChanges())
        {
            (row.UpdateTime, row.Version) = (time.Now(), row.Version + 1);
            // Somebody else's change in between is an ETAG_MISMATCH.
            await db.SaveChangesAsync(cancel);
        }
        return new() { AutomationRule = row.ToProto(after) };
    }

    /// <inheritdoc/>
    public override async Task<DeleteAutomationRuleResponse> DeleteAutomationRule(DeleteAutomationRuleRequest request, ServerCallContext context)
    {
        var row = await FindAsync(ReadId(request.AutomationRuleId), context.CancellationToken);
        RefusalException.ThrowIf(Etag.Check(request.Etag, row.Version));
        db.Remove(row);
        await db.SaveChangesAsync(context.CancellationToken);
        return new();
    }

    private async Task CheckAsync(AutomationRule sent, IReadOnlyCollection<string> mask, ServerCallContext context)
    {
        var (caller, violations) = (Caller.Of(context), new Violations());
        if (mask.Contains("condition") && sent.Condition.Filter.Length > 0)
        {
            await sets.CheckFilterAsync(caller.AccountId, sent.Condition.Filter, "automation_rule.condition.filter", violations, context.CancellationToken);
        }
        if (mask.Contains("actions"))
        {
            await references.CheckAsync(sent.Actions, caller, context.GetHttpContext().User, violations, context.CancellationToken);
        }
        violations.ThrowIfAny();
    }

    private void AddVersion(AutomationRuleRow row, AutomationRule content, DateTime now) => db.AutomationRuleVersions.Add(new()
    {
        AccountId = row.AccountId,
        AutomationRuleId = row.AutomationRuleId,
        RuleVersion = row.RuleVersion,
        Content = AutomationProto.Content(row.DisplayName, content.Condition, content.Actions),
        CreateTime = now,
    });

    private async Task<AutomationRule> ContentAsync(AutomationRuleRow row, CancellationToken cancellationToken) =>
        (await db.AutomationRuleVersions.AsNoTracking().SingleAsync(v => v.AutomationRuleId == row.AutomationRuleId && v.RuleVersion == row.RuleVersion, cancellationToken)).Read();

    private async Task<AutomationRule> ShowAsync(AutomationRuleRow row, CancellationToken cancellationToken) => row.ToProto(await ContentAsync(row, cancellationToken));

    private async Task<AutomationRuleRow> FindAsync(long id, CancellationToken cancellationToken) =>
        await db.AutomationRules.SingleOrDefaultAsync(r => r.AutomationRuleId == id, cancellationToken) ?? throw new RefusalException(AutomationDecisions.NotFound(id));

    private static long ReadId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "automation_rule_id");
        violations.ThrowIfAny();
        return id;
    }
}
