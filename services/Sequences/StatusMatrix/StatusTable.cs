using ContactPlatform.Sequences.V1;
using static ContactPlatform.Sequences.V1.SequenceStatus;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>
/// THE table of what may be set by hand while what holds. Everything that says whether a status can be set reads it: the
/// server, GetTransitionMatrix and CheckTransition, and a test compares the README's grid with it. What is not in it is refused.
/// </summary>
public static class StatusTable
{
    // Short, so that the table can be read as one.
    private const TransitionRule Yes = TransitionRule.Allowed;
    private const TransitionRule Eq = TransitionRule.NoChange;
    private const TransitionRule D = TransitionRule.IfDelivered;
    private const TransitionRule S = TransitionRule.IfStepsLeft;
    private const TransitionRule V = TransitionRule.IfComplete;
    private const TransitionRule U = TransitionRule.IfBounceCleared;
    private const TransitionRule Main = TransitionRule.AsMain;
    private const TransitionRule No = TransitionRule.Refused;

    /// <summary>What can be set at all, in the order of the table's columns. Called is set by calls alone, so every row but its own refuses it.</summary>
    public static readonly IReadOnlyList<SequenceStatus> Targets = [Active, Paused, Finished, OutOfOffice, Bounced, Replied, OptedOut, ToCall, Called];

    private static readonly (SequenceStatus Now, TransitionRule[] Cells)[] Grid =
    [
        //               Active Paused Finished OutOfOffice Bounced Replied OptedOut ToCall Called
        (Active,        [Eq,    Yes,   Yes,     Yes,        D,      D,      Yes,     Yes,   No]),
        (Paused,        [Yes,   Eq,    No,      No,         D,      No,     Yes,     Yes,   No]),
        (MissingData,   [V,     No,    No,      No,         D,      No,     Yes,     Yes,   No]),
        (OutOfOffice,   [Yes,   No,    No,      Eq,         D,      No,     Yes,     Yes,   No]),
        (Finished,      [S,     No,    Eq,      No,         D,      No,     Yes,     Yes,   No]),
        (Bounced,       [U,     No,    No,      No,         Eq,     No,     Yes,     Yes,   No]),
        (Replied,       [Main,  Main,  Main,    Main,       D,      Eq,     Yes,     Yes,   No]),
        (AutoReplied,   [S,     No,    Eq,      No,         D,      No,     Yes,     Yes,   No]),
        (Contacted,     [Main,  Main,  Main,    Main,       D,      Main,   Yes,     Yes,   No]),
        (Opened,        [Main,  Main,  Main,    Main,       D,      Main,   Yes,     Yes,   No]),
        (Clicked,       [Main,  Main,  Main,    Main,       D,      Main,   Yes,     Yes,   No]),
        (ToCall,        [Main,  Main,  Main,    Main,       Main,   Main,   Yes,     Eq,    No]),
        (Called,        [Main,  Main,  Main,    Main,       Main,   Main,   Yes,     No,    Eq]),
        (OptedOut,      [No,    No,    No,      No,         No,     No,     Eq,      No,    No]),
    ];

    /// <summary>What can be removed by hand. The first four make active, so each says what the table says of setting Active from it.</summary>
    public static readonly IReadOnlyList<(SequenceStatus Status, TransitionRule Rule)> Removals =
    [
        (Paused, Yes), (OutOfOffice, Yes), (MissingData, V), (Finished, S), (Bounced, Yes), (OptedOut, Yes), (Called, Yes), (ToCall, Yes),
    ];

    /// <summary>The rows, in the order of the table.</summary>
    public static IEnumerable<SequenceStatus> Rows => Grid.Select(r => r.Now);

    /// <summary>What the table says; Missing data, Contacted, Opened, Clicked and Auto-replied can never be set.</summary>
    public static TransitionRule Rule(SequenceStatus now, SequenceStatus target)
    {
        var column = Targets.Index().Where(t => t.Item == target).Select(t => t.Index).DefaultIfEmpty(-1).Single();
        return column < 0 ? No : Grid.Single(r => r.Now == now).Cells[column];
    }
}
