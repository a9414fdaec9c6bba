using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Funnel.Stages;

/// <summary>Between stages as stored and stages as the contract shows them.</summary>
public static class StageProto
{
    /// <summary>Most contacts in a batch.</summary>
    public const int MaximumBatch = 1000;

    /// <summary>Shows where a contact stands.</summary>
    /// <param name="row">The contact.</param>
    /// <param name="defaultStage">The account's default, shown where it has no stage of its own.</param>
    public static ContactStage ToProto(this ContactStageRow row, FunnelStage defaultStage) => new()
    {
        ContactId = row.ContactId,
        Stage = row.Stage ?? defaultStage,
        IsDefault = row.Stage is null,
        Lost = row.Lost,
        LostCause = row.LostCause,
        RecordInactive = row.RecordInactive,
        ChangeTime = row.ChangeTime is { } time ? Timestamp.FromDateTime(time) : null,
        Version = row.Version,
        Etag = Etag.Of(row.Version),
    };

    /// <summary>Shows an entry of a history.</summary>
    public static StageChange ToProto(this StageChangeRow row) => new()
    {
        ContactId = row.ContactId,
        Version = row.Version,
        ChangeTime = Timestamp.FromDateTime(row.ChangeTime),
        Actor = new Actor { Kind = row.ActorKind, Subject = row.ActorSubject, DisplayName = row.ActorName },
        From = Status(row.FromStage, row.FromLost),
        To = Status(row.ToStage, row.ToLost),
        Cause = row.Cause,
        RunId = row.RunId,
    };

    /// <summary>Shows stage and lost at one moment.</summary>
    public static StageStatus Status(FunnelStage? stage, bool lost) => new() { Stage = stage ?? FunnelStage.Unspecified, Lost = lost };

    /// <summary>Reads a stage that is required.</summary>
    public static FunnelStage Stage(this Violations violations, FunnelStage value, string field = "stage")
    {
        violations.Check(value != FunnelStage.Unspecified && System.Enum.IsDefined(value), field, $"is {(int)value}; expected one of the five stages");
        return value;
    }

    /// <summary>Reads the ids of a batch, in ascending order and each once.</summary>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED: more than 1,000.</exception>
    public static long[] ContactIds(this Violations violations, RepeatedField<long> values)
    {
        Violations.Limit(values.Count, MaximumBatch, "contact_ids");
        violations.Check(values.Count > 0, "contact_ids", $"is empty; 1 to {MaximumBatch} ids are expected");
        for (var i = 0; i < values.Count; i++)
        {
            violations.Id(values[i], $"contact_ids[{i}]");
        }
        return [.. values.Distinct().Order()];
    }

    /// <summary>Name of a stage as in the contract, without its prefix.</summary>
    public static string Name(FunnelStage stage) =>
        FunnelStageReflection.Descriptor.EnumTypes[0].FindValueByNumber((int)stage).Name["FUNNEL_STAGE_".Length..];
}
