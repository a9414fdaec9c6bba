using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>The contracts' values as a person reads and types them.</summary>
internal static class Words
{
    private const string Blocks = " ▏▎▍▌▋▊▉█";

    /// <summary>`Loyal customer` for FUNNEL_STAGE_LOYAL_CUSTOMER.</summary>
    public static string Stage(FunnelStage stage) => stage == FunnelStage.Unspecified ? "no stage" : Spaced(stage.ToString());

    /// <summary>Reads `customer`, `loyal-customer`, `LOYAL_CUSTOMER` or `Loyal customer`.</summary>
    /// <exception cref="CliException">There is no such stage.</exception>
    public static FunnelStage ReadStage(string text)
    {
        var letters = string.Concat(text.Where(char.IsLetter));
        return System.Enum.GetValues<FunnelStage>().FirstOrDefault(s => s != FunnelStage.Unspecified && s.ToString().Equals(letters, StringComparison.OrdinalIgnoreCase)) is var stage and not FunnelStage.Unspecified
            ? stage
            : throw new CliException($"There is no stage \"{text}\": aware, engaged, customer, loyal-customer or promoter.");
    }

    /// <summary>`Customer`, `lost from Customer`, `no stage`.</summary>
    public static string Status(StageStatus? status) => status switch
    {
        null => Stage(FunnelStage.Unspecified),
        { Lost: true } => $"lost from {Stage(status.Stage)}",
        _ => Stage(status.Stage),
    };

    /// <summary>The same for one side of a flow, where a contact may not have been there yet, or any more.</summary>
    public static string Status(StageStatus? status, string absent) => status is null ? absent : Status(status);

    /// <summary>`label rule` for STAGE_CHANGE_CAUSE_LABEL_RULE.</summary>
    public static string Cause(StageChangeCause cause) => cause == StageChangeCause.Api ? "API" : Spaced(cause.ToString()).ToLowerInvariant();

    /// <summary>`label rule` for TIMELINE_CAUSE_LABEL_RULE.</summary>
    public static string Cause(Contacts.V1.TimelineCause cause) => cause == Contacts.V1.TimelineCause.Api ? "API" : Spaced(cause.ToString()).ToLowerInvariant();

    /// <summary>The name, or the subject of one without a name.</summary>
    public static string Who(Actor? actor) => actor is null ? "" : actor.DisplayName.Length > 0 ? actor.DisplayName : actor.Subject;

    /// <summary>This machine's local time to the second, as the reader's clock shows it.</summary>
    public static string Time(Timestamp? time) => time is null
        ? ""
        : TimeZoneInfo.ConvertTime(time.ToDateTimeOffset(), TimeZoneInfo.Local).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>`1 contact`, `2,000 contacts`.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A bar of at most <paramref name="width"/> characters, in steps of an eighth; something for anything above 0.</summary>
    public static string Bar(long value, long max, int width)
    {
        var eighths = max == 0 ? 0 : (int)Math.Max(value > 0 ? 1 : 0, Math.Round(8.0 * width * value / max));
        return new string(Blocks[8], eighths / 8) + (eighths % 8 == 0 ? "" : Blocks[eighths % 8]);
    }

    /// <summary>Text that comes from data: square brackets in it are no markup.</summary>
    public static string Plain(string text) => Markup.Escape(text);

    /// <summary>`Loyal customer` for LoyalCustomer.</summary>
    public static string Spaced(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary>Where a contact stands, with what makes it stand there.</summary>
    public static string Describe(ContactStage stage)
    {
        var status = Status(new StageStatus { Stage = stage.Stage, Lost = stage.Lost });
        return status + (stage.IsDefault ? ", by default" : "") + (stage.RecordInactive ? ", record inactive" : "");
    }
}
