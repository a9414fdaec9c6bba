using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>All that decides what may be set.</summary>
/// <param name="Standing">How the contact stands in the sequence; null when it is not in it.</param>
/// <param name="OptedOut">Whether it has opted out.</param>
/// <param name="Call">Whether it is to be called, or was.</param>
/// <param name="Closed">Whether only somebody else may set statuses in the sequence.</param>
/// <param name="StepsLeft">Whether steps remain.</param>
/// <param name="Missing">Variables of those that the contact has no value for.</param>
/// <param name="RecordInactive">Whether its record is inactive.</param>
public sealed record StatusFacts(Standing? Standing, bool OptedOut, CallStatus Call, bool Closed, bool StepsLeft, IReadOnlyList<string> Missing, bool RecordInactive);

/// <summary>What becomes of a command.</summary>
/// <param name="NoChange">It changes nothing.</param>
/// <param name="Refusal">Why it is refused; null when it is not.</param>
public readonly record struct Verdict(bool NoChange, Refusal? Refusal)
{
    /// <summary>It is done.</summary>
    public static readonly Verdict Allowed = new(false, null);

    /// <summary>It changes nothing.</summary>
    public static readonly Verdict Nothing = new(true, null);

    /// <summary>It is refused.</summary>
    public static implicit operator Verdict(Refusal refusal) => new(false, refusal);
}

/// <summary>The guards around the table, in their order: in no sequence, not the owner, no such combination, what the cell asks for. Pure.</summary>
public static class StatusDecisions
{
    private const EnrollmentFlags AnyReply = EnrollmentFlags.RepliedByEmail | EnrollmentFlags.RepliedBySms;

    private static readonly SequenceStatus[] MakeActive = [SequenceStatus.Paused, SequenceStatus.OutOfOffice, SequenceStatus.MissingData, SequenceStatus.Finished];

    /// <summary>All statuses that hold.</summary>
    public static IEnumerable<SequenceStatus> Holding(StatusFacts facts)
    {
        if (facts.Standing is { } standing)
        {
            yield return MainRow(standing);
            foreach (var (flag, status) in FlagStatuses.Where(f => standing.Has(f.Flags)))
            {
                yield return status;
            }
        }
        if (facts.Call != CallStatus.Unspecified)
        {
            yield return CallRow(facts.Call);
        }
        if (facts.OptedOut)
        {
            yield return SequenceStatus.OptedOut;
        }
    }

    /// <summary>What becomes of setting a status.</summary>
    /// <param name="facts">All that decides.</param>
    /// <param name="target">The status.</param>
    /// <param name="clearsBounce">Whether the command says what becomes of a bounce.</param>
    public static Verdict Set(StatusFacts facts, SequenceStatus target, bool clearsBounce)
    {
        var action = $"set {StatusProto.Name(target)}";
        return Guard(facts, target == SequenceStatus.OptedOut, action) is { } refusal ? refusal : Judge(facts, Rule(facts, target), target, action, clearsBounce);
    }

    /// <summary>What becomes of removing a status. Removing opted out needs no sequence: it survives leaving every one.</summary>
    public static Verdict Remove(StatusFacts facts, SequenceStatus target)
    {
        var action = $"remove {StatusProto.Name(target)}";
        var withoutSequence = target == SequenceStatus.OptedOut && facts.Standing is null;
        if (!withoutSequence && Guard(facts, passes: false, action) is { } refusal)
        {
            return refusal;
        }
        if (!StatusTable.Removals.Any(r => r.Status == target))
        {
            return NoSuch(facts, action, StatusTable.Removals.Select(r => r.Status));
        }
        return !Holding(facts).Contains(target) ? Verdict.Nothing
            : MakeActive.Contains(target) ? Judge(facts, Rule(facts, SequenceStatus.Active), SequenceStatus.Active, action, clearsBounce: false)
            : Verdict.Allowed;
    }

    /// <summary>
    /// What the table says when all that holds is looked at: opted out decides first; a call status about calls, since it holds
    /// until it is removed; bounced; replied about itself; else the main status. The rows of what remains say what that one says.
    /// </summary>
    public static TransitionRule Rule(StatusFacts facts, SequenceStatus target) =>
        StatusTable.Rule(facts switch
        {
            { OptedOut: true } => SequenceStatus.OptedOut,
            // In no sequence only opting out passes the guards, and nothing refuses that.
            { Standing: null } => SequenceStatus.Active,
            { Call: not CallStatus.Unspecified } when target is SequenceStatus.ToCall or SequenceStatus.Called => CallRow(facts.Call),
            { Standing: { } s } when s.Has(EnrollmentFlags.Bounced) => SequenceStatus.Bounced,
            { Standing: { } s } when target == SequenceStatus.Replied && s.Has(AnyReply) => SequenceStatus.Replied,
            { Standing: { } s } => MainRow(s),
        }, target);

    private static readonly (EnrollmentFlags Flags, SequenceStatus Status)[] FlagStatuses =
    [
        (EnrollmentFlags.Bounced, SequenceStatus.Bounced),
        (AnyReply, SequenceStatus.Replied),
        (EnrollmentFlags.AutoReplied, SequenceStatus.AutoReplied),
        (EnrollmentFlags.Contacted, SequenceStatus.Contacted),
        (EnrollmentFlags.Opened, SequenceStatus.Opened),
        (EnrollmentFlags.Clicked, SequenceStatus.Clicked),
    ];

    private static Refusal? Guard(StatusFacts facts, bool passes, string action) =>
        passes ? null
        : facts.Standing is null ? new Refusal(SequencesReasons.NotInSequence, "the contact is not in the sequence; only OPTED_OUT can be set then").From("no sequence", action, "set OPTED_OUT")
        : facts.Closed ? new Refusal(SequencesReasons.NotSequenceOwner, "the sequence is a team's in public mode, and belongs to somebody else; only OPTED_OUT can be set").From(From(facts), action, "set OPTED_OUT")
        : null;

    private static Verdict Judge(StatusFacts facts, TransitionRule rule, SequenceStatus target, string action, bool clearsBounce) => rule switch
    {
        TransitionRule.NoChange => Verdict.Nothing,
        TransitionRule.Refused => NoSuch(facts, action, StatusTable.Targets.Where(t => Rule(facts, t) is not (TransitionRule.Refused or TransitionRule.NoChange))),
        TransitionRule.IfDelivered when !facts.Standing!.Value.Has(EnrollmentFlags.Contacted) =>
            new Refusal(SequencesReasons.NothingDelivered, "no mail of this sequence was delivered to the contact yet").From(From(facts), action, "after the first mail"),
        TransitionRule.IfStepsLeft when !facts.StepsLeft =>
            new Refusal(SequencesReasons.NoStepsLeft, "the contact has done every step").From(From(facts), action, "add a step first"),
        TransitionRule.IfComplete when facts.Missing.Count > 0 =>
            new Refusal(SequencesReasons.VariableMissing, $"the contact has no value for {string.Join(", ", facts.Missing)}").From(From(facts), action, "fill in the contact, or change the steps").With("variables", string.Join(',', facts.Missing)),
        TransitionRule.IfBounceCleared when !clearsBounce =>
            new Refusal(SequencesReasons.BounceNotCleared, "the contact's mail bounced; say in the same command whether it is sent again").From(From(facts), action, "bounce_clearance with resend"),
        _ when target == SequenceStatus.Active && facts.RecordInactive => EnrollmentDecisions.Inactive(action),
        _ => Verdict.Allowed,
    };

    private static Refusal NoSuch(StatusFacts facts, string action, IEnumerable<SequenceStatus> allowed) =>
        new Refusal(SequencesReasons.NoSuchTransition, $"this cannot be done while the contact is {From(facts)}: {action}").From(From(facts), action, string.Join(',', allowed.Select(StatusProto.Name)));

    private static string From(StatusFacts facts) => string.Join(',', Holding(facts).Select(StatusProto.Name).DefaultIfEmpty("no sequence"));

    private static SequenceStatus CallRow(CallStatus call) => call == CallStatus.Called ? SequenceStatus.Called : SequenceStatus.ToCall;

    private static SequenceStatus MainRow(Standing standing) => standing.Status switch
    {
        EnrollmentStatus.Active => SequenceStatus.Active,
        EnrollmentStatus.Paused => SequenceStatus.Paused,
        EnrollmentStatus.MissingData => SequenceStatus.MissingData,
        EnrollmentStatus.OutOfOffice => SequenceStatus.OutOfOffice,
        _ => SequenceStatus.Finished,
    };
}
