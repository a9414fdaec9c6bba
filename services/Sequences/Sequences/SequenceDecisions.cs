using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using static ContactPlatform.Sequences.V1.SequenceState;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>What may be done with a sequence, by whom, and when. Pure.</summary>
public static class SequenceDecisions
{
    /// <summary>From where each state can be reached; reaching it from itself changes nothing.</summary>
    private static readonly (SequenceState To, string Action, SequenceState[] From)[] Moves =
    [
        (Active, "activate", [Draft, Active, Paused]),
        (Paused, "pause", [Active, Paused]),
        (Archived, "archive", [Draft, Active, Paused, Archived]),
    ];

    /// <summary>States in which contacts can be enrolled.</summary>
    private static readonly SequenceState[] Open = [Active, Paused];

    /// <summary>Decides whether a sequence may go to a state; null: it may.</summary>
    public static Refusal? Move(SequenceState from, SequenceState to, IReadOnlyCollection<Step> steps, SequenceSettings settings)
    {
        var move = Moves.Single(m => m.To == to);
        return !move.From.Contains(from) ? Forbidden(from, move.Action, move.From)
            : to == Active ? Runnable(steps, settings)
            : null;
    }

    /// <summary>Decides whether a sequence may be changed; null: it may.</summary>
    public static Refusal? Update(SequenceState state, IReadOnlyCollection<Step> steps, SequenceSettings settings) => state switch
    {
        Archived => Forbidden(state, "update", [Draft, Active, Paused]),
        Draft => null,
        _ => Runnable(steps, settings),
    };

    /// <summary>Decides whether contacts may be enrolled; null: they may.</summary>
    public static Refusal? Enroll(SequenceState state) => Open.Contains(state) ? null : Forbidden(state, "enroll", Open);

    /// <summary>Team edition in public mode: only the owner changes the sequence and sets statuses in it.</summary>
    public static bool IsClosedTo(SequenceRow row, string subject) => row.Visibility == SequenceVisibility.TeamPublic && row.OwnerSubject != subject;

    /// <summary>The refusal for whoever is not the owner.</summary>
    public static Refusal NotOwner(long sequenceId) =>
        new Refusal(SequencesReasons.NotSequenceOwner, $"sequence {sequenceId} is a team's in public mode, and belongs to somebody else; only its owner can do this")
            .With("sequence_id", sequenceId);

    /// <summary>The refusal when there is no such sequence.</summary>
    public static Refusal NotFound(long sequenceId) =>
        new Refusal(SequencesReasons.SequenceNotFound, $"there is no sequence {sequenceId}").With("sequence_id", sequenceId);

    private static Refusal? Runnable(IReadOnlyCollection<Step> steps, SequenceSettings settings)
    {
        var problem = steps.Count == 0 ? "has no step; add one before it runs"
            : settings.FromEmail.Length == 0 && steps.Any(s => s.KindCase == Step.KindOneofCase.AutomaticEmail) ? "sends mail and has no settings.from_email; set it before it runs"
            : null;
        return problem is null ? null
            : new Refusal(SequencesReasons.SequenceEmpty, $"the sequence {problem}").With("field", steps.Count == 0 ? "steps" : "settings.from_email");
    }

    private static Refusal Forbidden(SequenceState from, string action, IEnumerable<SequenceState> allowed) =>
        new Refusal(SequencesReasons.SequenceStateForbids, $"the sequence is {SequenceProto.Name(from)}, so it cannot be done: {action}")
            .From(SequenceProto.Name(from), action, string.Join(',', allowed.Select(SequenceProto.Name)));
}
