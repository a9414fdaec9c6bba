using ContactPlatform.Sequences.V1;
using static ContactPlatform.Sequences.V1.SequenceStatus;

namespace ContactPlatform.Sequences.Tests.StatusMatrix;

/// <summary>The grid of what may be set by hand, written down once more from the domain's text: y allowed, = no change, d delivered, s steps, v variables, u bounce, m main, x refused.</summary>
public static class Grid
{
    public static readonly SequenceStatus[] Columns = [Active, Paused, Finished, OutOfOffice, Bounced, Replied, OptedOut, ToCall, Called];

    private static readonly Dictionary<SequenceStatus, string> _rows = new()
    {
        [Active] = "= y y y d d y y x",
        [Paused] = "y = x x d x y y x",
        [MissingData] = "v x x x d x y y x",
        [OutOfOffice] = "y x x = d x y y x",
        [Finished] = "s x = x d x y y x",
        [Bounced] = "u x x x = x y y x",
        [Replied] = "m m m m d = y y x",
        [AutoReplied] = "s x = x d x y y x",
        [Contacted] = "m m m m d m y y x",
        [Opened] = "m m m m d m y y x",
        [Clicked] = "m m m m d m y y x",
        [ToCall] = "m m m m m m y = x",
        [Called] = "m m m m m m y x =",
        [OptedOut] = "x x x x x x = x x",
    };

    public static IEnumerable<SequenceStatus> Rows => _rows.Keys;

    /// <summary>What the grid has for a row; m is looked up in the main status' row. What is no column is never set.</summary>
    public static char Cell(SequenceStatus row, SequenceStatus target, SequenceStatus main)
    {
        var column = Array.IndexOf(Columns, target);
        var cell = column < 0 ? 'x' : _rows[row].Split(' ')[column][0];
        return cell == 'm' ? Cell(main, target, main) : cell;
    }

    /// <summary>The same, as it stands there.</summary>
    public static char Raw(SequenceStatus row, SequenceStatus target) => _rows[row].Split(' ')[Array.IndexOf(Columns, target)][0];
}
