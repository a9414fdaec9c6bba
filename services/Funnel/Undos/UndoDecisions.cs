using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Funnel.Undos;

/// <summary>What can be undone, and how what became of a contact is called.</summary>
public static class UndoDecisions
{
    private static readonly (Outcome Outcome, UndoOutcome Shown, string Reason)[] Table =
    [
        (Outcome.Changed, UndoOutcome.Reversed, ""),
        (Outcome.ChangedSince, UndoOutcome.Kept, UndoExecutor.ChangedSince),
        (Outcome.RecordInactive, UndoOutcome.Failed, FunnelReasons.RecordInactive.Name),
        (Outcome.Deleted, UndoOutcome.Failed, FunnelReasons.ContactNotFound.Name),
    ];

    /// <summary>Only a run that has ended can be undone: what it did is complete then. Null: go ahead.</summary>
    public static Refusal? Undo(RunRow run) => run.Ended ? null
        : new Refusal(FunnelReasons.RunNotEnded, $"run {run.RunId} has not ended; cancel it or wait, then undo it")
            .From(EnumWord.Of(run.State), "undo", "SUCCEEDED,FAILED,CANCELLED");

    /// <summary>The stored outcomes that are shown as the one wanted, or as any.</summary>
    public static Outcome[] Outcomes(UndoOutcome wanted) =>
        [.. Table.Where(t => wanted == UndoOutcome.Unspecified || t.Shown == wanted).Select(t => t.Outcome)];

    /// <summary>Shows what became of a contact.</summary>
    public static UndoResult Result(long contactId, Outcome outcome)
    {
        var (_, shown, reason) = Table.Single(t => t.Outcome == outcome);
        return new() { ContactId = contactId, Outcome = shown, Reason = reason };
    }
}
