using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Funnel.Stages;

/// <summary>
/// The rules of the journey for one contact. Pure; a result equal to what was is a no-op and leaves no history. The
/// statements of <see cref="StageStore"/> say the same for many contacts at once.
/// </summary>
public static class StageDecisions
{
    /// <summary>Any stage may follow any other, and a lost contact comes back with it.</summary>
    public static Decision<Standing> SetStage(Standing now, bool recordInactive, FunnelStage stage) =>
        recordInactive ? RecordInactive(now, "set stage") : new Standing(stage, false, LostCause.Unspecified);

    /// <summary>Lost lies on top of the stage. Who is lost already keeps the first cause.</summary>
    public static Decision<Standing> MarkLost(Standing now) =>
        now.Lost ? now : now with { Lost = true, LostCause = LostCause.Marked };

    /// <summary>Back to the kept stage, or to a named one.</summary>
    public static Decision<Standing> Reactivate(Standing now, bool recordInactive, FunnelStage? stage)
    {
        if (recordInactive)
        {
            return RecordInactive(now, "reactivate");
        }
        return now.Lost
            ? new Standing(stage ?? now.Stage, false, LostCause.Unspecified)
            : new Refusal(FunnelReasons.NotLost, "the contact is not lost; only a lost contact can be reactivated").From(Name(now), "reactivate", "SetStage");
    }

    /// <summary>The one automatic move: an inactive record is lost from its stage.</summary>
    public static Standing RecordInactive(Standing now) =>
        now.Lost ? now : now with { Lost = true, LostCause = LostCause.RecordInactive };

    /// <summary>A survivor's standing stays; where it never had a stage it takes the merged contact's, unless either is lost.</summary>
    public static Standing Merge(Standing survivor, Standing merged) =>
        survivor is { Stage: null, Lost: false } && !merged.Lost ? survivor with { Stage = merged.Stage } : survivor;

    /// <summary>What a change is put down to when a caller makes it.</summary>
    public static StageChangeCause CauseOf(ActorKind actor) =>
        actor == ActorKind.Operator ? StageChangeCause.Manual : StageChangeCause.Api;

    /// <summary>
    /// Time of a change: now, but never before the entry or the creation that it follows, whatever the clocks of two
    /// machines say. Reports of the past count on it.
    /// </summary>
    public static DateTime ChangeTime(ContactStageRow row, DateTime now)
    {
        var floor = row.ChangeTime > row.CreateTime ? row.ChangeTime.Value : row.CreateTime;
        return now > floor ? now : floor;
    }

    private static Refusal RecordInactive(Standing now, string action) =>
        new Refusal(FunnelReasons.RecordInactive, "the contact's record is inactive, so its stage and its lost state stay as they are")
            .From(now.Lost ? "lost, record inactive" : $"{Name(now)}, record inactive", action, "make the record active first");

    private static string Name(Standing standing) => standing.Stage is { } stage ? StageProto.Name(stage) : "no stage";
}
