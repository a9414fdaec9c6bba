using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Filters;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using static ContactPlatform.Sequences.V1.AutomationAction.ActionOneofCase;
using Enum = System.Enum;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Reads and writes automation.proto.</summary>
public static class AutomationProto
{
    /// <summary>Fields that an update can name.</summary>
    public static readonly string[] Changeable = ["display_name", "disabled", "condition", "actions"];

    private const string Field = "automation_rule";

    /// <summary>Reads the fields of a rule that a mask names; what they name is looked for elsewhere.</summary>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED.</exception>
    public static void Read(this Violations violations, AutomationRule sent, IReadOnlyCollection<string> mask)
    {
        if (mask.Contains("display_name"))
        {
            sent.DisplayName = violations.Text(sent.DisplayName, $"{Field}.display_name", AutomationLimits.Name, 1);
        }
        if (mask.Contains("condition"))
        {
            violations.Condition(sent.Condition ?? new());
        }
        if (mask.Contains("actions"))
        {
            Violations.Limit(sent.Actions.Count, AutomationLimits.Actions, $"{Field}.actions");
            violations.Check(sent.Actions.Count > 0, $"{Field}.actions", $"is empty; expected 1 to {AutomationLimits.Actions}");
            foreach (var (i, action) in sent.Actions.Index())
            {
                violations.Action(action, $"{Field}.actions[{i}]");
            }
        }
    }

    /// <summary>Checks that fields which are output only are not set.</summary>
    public static void OutputOnly(this Violations violations, AutomationRule sent)
    {
        const string expected = "is output only; leave it empty";
        violations.Check(sent.AutomationRuleId == 0, $"{Field}.automation_rule_id", expected);
        violations.Check(sent.RuleVersion == 0, $"{Field}.rule_version", expected);
        violations.Check(sent.CreateTime is null, $"{Field}.create_time", expected);
        violations.Check(sent.UpdateTime is null, $"{Field}.update_time", expected);
        violations.Check(sent.Etag.Length == 0, $"{Field}.etag", expected);
    }

    /// <summary>Name of the field of an action.</summary>
    public static string Name(AutomationAction action, string field) => $"{field}.{AutomationAction.Descriptor.FindFieldByNumber((int)action.ActionCase).Name}";

    /// <summary>Shows a rule.</summary>
    public static AutomationRule ToProto(this AutomationRuleRow row, AutomationRule content) => new()
    {
        AutomationRuleId = row.AutomationRuleId,
        DisplayName = row.DisplayName,
        Disabled = row.Disabled,
        Condition = content.Condition,
        Actions = { content.Actions },
        RuleVersion = row.RuleVersion,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        UpdateTime = Timestamp.FromDateTime(row.UpdateTime),
        Etag = Etag.Of(row.Version),
    };

    /// <summary>What is kept of a version.</summary>
    public static byte[] Content(string name, AutomationCondition condition, IEnumerable<AutomationAction> actions) =>
        new AutomationRule { DisplayName = name, Condition = condition, Actions = { actions } }.ToByteArray();

    /// <summary>Shows what was set off.</summary>
    public static AutomationFiring ToProto(this AutomationFiringRow row, AutomationRule rule, IEnumerable<AutomationActionRow> outcomes)
    {
        var known = outcomes.ToDictionary(o => o.Place);
        return new()
        {
            AutomationFiringId = row.AutomationFiringId,
            ContactId = row.ContactId,
            AutomationRuleId = row.AutomationRuleId,
            RuleDisplayName = rule.DisplayName,
            RuleVersion = row.RuleVersion,
            FromEngagementStatus = row.FromEngagement,
            EngagementStatus = row.Engagement,
            StatusVersion = row.StatusVersion,
            FireTime = Timestamp.FromDateTime(row.FireTime),
            CauseRuleIds = { AutomationChain.Read(row.Chain) },
            State = row.State,
            StopReason = row.StopReason,
            AttemptCount = row.AttemptCount,
            Actions =
            {
                rule.Actions.Select((action, place) => known.TryGetValue(place, out var o)
                    ? new AutomationActionOutcome { Action = action, Outcome = o.Outcome, Reason = o.Reason, OutcomeTime = Timestamp.FromDateTime(o.OutcomeTime) }
                    : new AutomationActionOutcome { Action = action }),
            },
        };
    }

    private static void Condition(this Violations violations, AutomationCondition condition)
    {
        const string field = $"{Field}.condition";
        var named = condition.Equals_ ?? condition.NotEquals;
        violations.Check(named is not null, field, "names no status; exactly one of equals and not_equals is required");
        if (named is not null)
        {
            var path = $"{field}.{(condition.Equals_ is null ? "not_equals" : "equals")}.engagement_statuses";
            var statuses = named.EngagementStatuses_;
            violations.Check(statuses.Count is >= 1 and <= 6 && statuses.Distinct().Count() == statuses.Count, path, $"names {statuses.Count}; expected 1 to 6, each once");
            violations.Check(statuses.All(s => s != EngagementStatus.Unspecified && Enum.IsDefined(s)), path, "names one that is no status");
        }
        violations.Check(condition.Filter.Length <= FilterLength.Maximum, $"{field}.filter", $"has {condition.Filter.Length} characters; at most {FilterLength.Maximum} are allowed");
    }

    private static void Action(this Violations violations, AutomationAction action, string field)
    {
        switch (action.ActionCase)
        {
            case AutomationAction.ActionOneofCase.None:
                violations.Add(field, "is empty; exactly one action is required");
                break;
            case AddLeadScore:
                violations.Check(action.AddLeadScore != 0 && Math.Abs((long)action.AddLeadScore) <= LeadScores.LeadScoreLimits.Points, Name(action, field),
                    $"is {action.AddLeadScore}; expected -{LeadScores.LeadScoreLimits.Points} to {LeadScores.LeadScoreLimits.Points}, and not 0");
                break;
            case UnenrollAll:
                violations.Check(action.UnenrollAll, Name(action, field), "is false; true is expected, or another action");
                break;
            case SetRecordInactive:
                break;
            default:
                violations.Id((long)AutomationAction.Descriptor.FindFieldByNumber((int)action.ActionCase).Accessor.GetValue(action), Name(action, field));
                break;
        }
    }
}
