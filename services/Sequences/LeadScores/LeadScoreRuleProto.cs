using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace ContactPlatform.Sequences.LeadScores;

/// <summary>Reads and writes lead_score_rule.proto.</summary>
public static class LeadScoreRuleProto
{
    /// <summary>Fields that an update can name.</summary>
    public static readonly string[] Changeable = ["display_name", "engagement_status", "points", "disabled"];

    /// <summary>Takes over the fields of a rule that a mask names.</summary>
    public static void Read(this Violations violations, LeadScoreRule sent, IReadOnlyCollection<string> mask, LeadScoreRuleRow row)
    {
        if (mask.Contains("display_name"))
        {
            row.DisplayName = violations.Text(sent.DisplayName, "lead_score_rule.display_name", LeadScoreLimits.Name, 1);
        }
        if (mask.Contains("engagement_status"))
        {
            violations.Check(sent.EngagementStatus != EngagementStatus.Unspecified && Enum.IsDefined(sent.EngagementStatus), "lead_score_rule.engagement_status", $"is {(int)sent.EngagementStatus}; expected a status");
            row.Engagement = sent.EngagementStatus;
        }
        if (mask.Contains("points"))
        {
            violations.Check(sent.Points != 0 && sent.Points is >= -LeadScoreLimits.Points and <= LeadScoreLimits.Points, "lead_score_rule.points", $"is {sent.Points}; expected -{LeadScoreLimits.Points} to {LeadScoreLimits.Points}, and not 0");
            row.Points = sent.Points;
        }
        row.Disabled = mask.Contains("disabled") ? sent.Disabled : row.Disabled;
    }

    /// <summary>Checks that fields which are output only are not set.</summary>
    public static void OutputOnly(this Violations violations, LeadScoreRule sent)
    {
        const string expected = "is output only; leave it empty";
        violations.Check(sent.LeadScoreRuleId == 0, "lead_score_rule.lead_score_rule_id", expected);
        violations.Check(sent.CreateTime is null, "lead_score_rule.create_time", expected);
        violations.Check(sent.UpdateTime is null, "lead_score_rule.update_time", expected);
        violations.Check(sent.Etag.Length == 0, "lead_score_rule.etag", expected);
    }

    /// <summary>Shows a rule.</summary>
    public static LeadScoreRule ToProto(this LeadScoreRuleRow row) => new()
    {
        LeadScoreRuleId = row.LeadScoreRuleId,
        DisplayName = row.DisplayName,
        EngagementStatus = row.Engagement,
        Points = row.Points,
        Disabled = row.Disabled,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        UpdateTime = Timestamp.FromDateTime(row.UpdateTime),
        Etag = Etag.Of(row.Version),
    };

    /// <summary>Shows points that were given.</summary>
    public static LeadScoreAward ToProto(this LeadScoreAwardRow row) => new()
    {
        LeadScoreAwardId = row.LeadScoreAwardId,
        ContactId = row.ContactId,
        LeadScoreRuleId = row.LeadScoreRuleId,
        EngagementStatus = row.Engagement,
        StatusVersion = row.StatusVersion,
        Points = row.Points,
        AwardTime = Timestamp.FromDateTime(row.AwardTime),
        State = (LeadScoreAwardState)row.State,
    };
}
