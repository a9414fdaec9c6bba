using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>Between label rules as stored and as the contract shows them.</summary>
public static class LabelRuleProto
{
    /// <summary>Reads a new rule.</summary>
    public static LabelRuleRow Read(CreateLabelRuleRequest request, long accountId, long id, DateTime now)
    {
        var violations = new Violations();
        var rule = request.LabelRule ?? new LabelRule();
        violations.Check(request.LabelRule is not null, "label_rule", "is missing; a rule is required");
        var row = new LabelRuleRow
        {
            AccountId = accountId,
            LabelRuleId = id,
            LabelId = violations.Id(rule.LabelId, "label_rule.label_id"),
            Stage = violations.Stage(rule.Stage, "label_rule.stage"),
            DisplayName = violations.Text(rule.DisplayName, "label_rule.display_name", 200),
            CreateTime = now,
        };
        violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        return row;
    }

    /// <summary>Reads an id that is the only thing to read.</summary>
    public static long ReadId(long value, string field)
    {
        var violations = new Violations();
        violations.Id(value, field);
        violations.ThrowIfAny();
        return value;
    }

    /// <summary>Shows a rule.</summary>
    /// <param name="row">The rule.</param>
    /// <param name="lastRunId">Its latest run; 0 when it never ran.</param>
    public static LabelRule ToProto(this LabelRuleRow row, long lastRunId) => new()
    {
        LabelRuleId = row.LabelRuleId,
        LabelId = row.LabelId,
        Stage = row.Stage,
        DisplayName = row.DisplayName,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        LastRunId = lastRunId,
        Etag = Etag.Of(LabelRuleRow.Version),
    };

    /// <summary>Shows a run.</summary>
    public static LabelRuleRun ToProto(this LabelRuleRunRow row, RunRow run) => new()
    {
        Run = run.ToProto(),
        LabelRuleId = row.LabelRuleId,
        LabelId = row.LabelId,
        Stage = row.Stage,
        UndoneRunId = row.UndoneRunId,
        MembersDifference = row.MembersDifference is { } difference ? MembersDifference.Parser.ParseFrom(difference) : null,
    };
}
