using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>What can be taken back.</summary>
public static class ReplayDecisions
{
    /// <summary>A replay that has ended, and that did something. Null: go ahead.</summary>
    public static Refusal? Undo(RunRow run, ReplayRow replay) =>
        !run.Ended ? new Refusal(DeliverabilityReasons.ReplayNotUndoable, $"replay {run.RunId} has not ended; cancel it or wait, then undo it")
            .From(EnumWord.Of(run.State), "undo", "SUCCEEDED,FAILED,CANCELLED")
        : replay.DryRun ? new Refusal(DeliverabilityReasons.ReplayNotUndoable, $"replay {run.RunId} only counted, so there is nothing to undo").From("DRY_RUN", "undo", "a replay that changed events")
        : null;
}
