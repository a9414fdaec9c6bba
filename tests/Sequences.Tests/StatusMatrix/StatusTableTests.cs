using ContactPlatform.LocalTools;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.StatusMatrix;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Tests.StatusMatrix;

/// <summary>Every cell of the table, against a grid of its own; no process.</summary>
public sealed class StatusTableTests
{
    private static readonly Dictionary<SequenceStatus, EnrollmentStatus> _mains = new()
    {
        [SequenceStatus.Active] = EnrollmentStatus.Active,
        [SequenceStatus.Paused] = EnrollmentStatus.Paused,
        [SequenceStatus.MissingData] = EnrollmentStatus.MissingData,
        [SequenceStatus.OutOfOffice] = EnrollmentStatus.OutOfOffice,
        [SequenceStatus.Finished] = EnrollmentStatus.Finished,
    };

    private static readonly bool[] _both = [false, true];

    private static readonly SequenceStatus[] _all = [.. Enum.GetValues<SequenceStatus>().Where(s => s != SequenceStatus.Unspecified)];

    [Fact]
    public void Every_cell_says_what_the_grid_says()
    {
        var cells = 0;
        foreach (var row in Grid.Rows)
        {
            // A main status by itself; anything else on top of each of them, but auto-replied, which comes with finished.
            foreach (var main in _mains.Keys.Where(m => _mains.ContainsKey(row) ? m == row : row != SequenceStatus.AutoReplied || m == SequenceStatus.Finished))
            {
                foreach (var (target, delivered, stepsLeft, missing, owner) in
                    from t in _all from d in _both from s in _both from v in _both from o in _both select (t, d, s, v, o))
                {
                    var facts = Facts(row, main, delivered, stepsLeft, missing, owner);
                    // What is contacted was delivered to, and what was opened or clicked is contacted.
                    var reached = facts.Standing!.Value.Has(EnrollmentFlags.Contacted);
                    var expected = Expected(Grid.Cell(row, target, main), target, reached, stepsLeft, missing, owner);
                    var verdict = StatusDecisions.Set(facts, target, clearsBounce: false);
                    Told(verdict).ShouldBe(expected, $"{row} over {main}, set {target}: delivered {reached}, steps left {stepsLeft}, missing {missing}, owner {owner}");
                    cells++;
                }
            }
        }
        // 5 main statuses; bounced, replied, contacted, opened, clicked, to call, called and opted out over each; auto-replied over one.
        cells.ShouldBe((5 + (8 * 5) + 1) * 14 * 16);
    }

    [Fact]
    public void A_bounce_is_cleared_by_the_command_and_by_nothing_less()
    {
        var bounced = Facts(SequenceStatus.Bounced, SequenceStatus.Active, delivered: true, stepsLeft: true, missing: false, owner: true);
        Told(StatusDecisions.Set(bounced, SequenceStatus.Active, clearsBounce: false)).ShouldBe("BOUNCE_NOT_CLEARED");
        Told(StatusDecisions.Set(bounced, SequenceStatus.Active, clearsBounce: true)).ShouldBe("done");
    }

    [Fact]
    public void The_guards_come_in_their_order()
    {
        var outside = new StatusFacts(null, false, CallStatus.Unspecified, Closed: true, StepsLeft: false, [], RecordInactive: true);
        foreach (var target in _all)
        {
            // In no sequence only opting out passes, whoever asks.
            Told(StatusDecisions.Set(outside, target, clearsBounce: true)).ShouldBe(target == SequenceStatus.OptedOut ? "done" : "NOT_IN_SEQUENCE");
            // Not the owner: before the table is asked, which would refuse as well.
            var closed = outside with { Standing = new(EnrollmentStatus.Finished) };
            Told(StatusDecisions.Set(closed, target, clearsBounce: true)).ShouldBe(target == SequenceStatus.OptedOut ? "done" : "NOT_SEQUENCE_OWNER");
            Told(StatusDecisions.Remove(closed, target)).ShouldBe("NOT_SEQUENCE_OWNER");
        }
        // The record comes last.
        var finished = outside with { Closed = false, Standing = new(EnrollmentStatus.Finished) };
        Told(StatusDecisions.Set(finished, SequenceStatus.Active, false)).ShouldBe("NO_STEPS_LEFT");
        Told(StatusDecisions.Set(finished with { StepsLeft = true }, SequenceStatus.Active, false)).ShouldBe("RECORD_INACTIVE");
        Told(StatusDecisions.Set(outside with { OptedOut = true }, SequenceStatus.OptedOut, false)).ShouldBe("nothing");
    }

    [Fact]
    public void What_can_be_removed_is_removed_and_what_cannot_is_not()
    {
        foreach (var row in Grid.Rows)
        {
            foreach (var (stepsLeft, missing) in from s in _both from v in _both select (s, v))
            {
                var main = _mains.ContainsKey(row) ? row : SequenceStatus.Active;
                var facts = Facts(row, main, delivered: true, stepsLeft, missing, owner: true);
                var expected = row switch
                {
                    SequenceStatus.Paused or SequenceStatus.OutOfOffice or SequenceStatus.Bounced or SequenceStatus.OptedOut or SequenceStatus.Called or SequenceStatus.ToCall => "done",
                    SequenceStatus.MissingData => missing ? "VARIABLE_MISSING" : "done",
                    SequenceStatus.Finished => stepsLeft ? "done" : "NO_STEPS_LEFT",
                    _ => "NO_SUCH_TRANSITION",
                };
                Told(StatusDecisions.Remove(facts, row)).ShouldBe(expected, row.ToString());
                // Who has opted out is made active by no removal.
                if (_mains.ContainsKey(row) && row != SequenceStatus.Active)
                {
                    Told(StatusDecisions.Remove(facts with { OptedOut = true }, row)).ShouldBe("NO_SUCH_TRANSITION");
                }
            }
        }
        var active = Facts(SequenceStatus.Active, SequenceStatus.Active, true, true, false, true);
        Told(StatusDecisions.Remove(active, SequenceStatus.Bounced)).ShouldBe("nothing");
        // It survives leaving every sequence, so it can be removed outside of them.
        Told(StatusDecisions.Remove(active with { Standing = null, OptedOut = true }, SequenceStatus.OptedOut)).ShouldBe("done");
        Told(StatusDecisions.Remove(active with { Standing = null, Call = CallStatus.Called }, SequenceStatus.Called)).ShouldBe("NOT_IN_SEQUENCE");
    }

    [Fact]
    public void Of_several_rows_opted_out_decides_then_calls_about_calls_then_bounced_then_the_main_status()
    {
        var all = new StatusFacts(new(EnrollmentStatus.Active, Flags: EnrollmentFlags.Bounced | EnrollmentFlags.RepliedByEmail | EnrollmentFlags.AutoReplied | EnrollmentFlags.Contacted),
            true, CallStatus.Called, Closed: false, StepsLeft: true, [], RecordInactive: false);
        foreach (var target in Grid.Columns)
        {
            string For(SequenceStatus row) => Expected(Grid.Cell(row, target, SequenceStatus.Active), target, true, true, false, true);
            Told(StatusDecisions.Set(all, target, false)).ShouldBe(For(SequenceStatus.OptedOut));
            var calls = target is SequenceStatus.ToCall or SequenceStatus.Called;
            Told(StatusDecisions.Set(all with { OptedOut = false }, target, false)).ShouldBe(For(calls ? SequenceStatus.Called : SequenceStatus.Bounced));
            var reopened = all with { OptedOut = false, Call = CallStatus.Unspecified, Standing = new(EnrollmentStatus.Active, Flags: EnrollmentFlags.AutoReplied | EnrollmentFlags.Contacted) };
            Told(StatusDecisions.Set(reopened, target, false)).ShouldBe(For(SequenceStatus.Active));
        }
    }

    [Fact]
    public void The_table_and_the_readme_have_the_same_grid()
    {
        var words = new Dictionary<string, TransitionRule>
        {
            ["✔"] = TransitionRule.Allowed, ["="] = TransitionRule.NoChange, ["D"] = TransitionRule.IfDelivered, ["S"] = TransitionRule.IfStepsLeft,
            ["V"] = TransitionRule.IfComplete, ["U"] = TransitionRule.IfBounceCleared, ["main"] = TransitionRule.AsMain, ["✖"] = TransitionRule.Refused,
        };
        var lines = File.ReadAllLines(Path.Combine(RepoRoot.Path, "services", "Sequences", "README.md")).SkipWhile(l => !l.StartsWith("| now ↓ set → |", StringComparison.Ordinal)).TakeWhile(l => l.StartsWith('|')).ToList();
        var columns = Cells(lines[0]).Skip(1).Select(Status).ToList();
        columns.ShouldBe(StatusTable.Targets);
        var shown = lines.Skip(2).SelectMany(l => Cells(l)[0].Split('/').Select(name => (Row: Status(name), Cells: Cells(l).Skip(1).Select(c => words[c]).ToList()))).ToList();
        shown.Select(s => s.Row).ShouldBe(StatusTable.Rows, ignoreOrder: true);
        foreach (var (row, cells) in shown)
        {
            cells.ShouldBe(StatusTable.Targets.Select(t => StatusTable.Rule(row, t)), row.ToString());
        }

        static List<string> Cells(string line) => [.. line.Split('|', StringSplitOptions.TrimEntries)[1..^1]];
        static SequenceStatus Status(string name) => Enum.Parse<SequenceStatus>(name.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
    }

    [Fact]
    public void The_table_and_the_grid_have_the_same_cells()
    {
        const string Letters = "?y=dsvumx";
        foreach (var row in Grid.Rows)
        {
            Grid.Columns.Select(t => Grid.Raw(row, t)).ShouldBe(Grid.Columns.Select(t => Letters[(int)StatusTable.Rule(row, t)]), row.ToString());
        }
    }

    private static StatusFacts Facts(SequenceStatus row, SequenceStatus main, bool delivered, bool stepsLeft, bool missing, bool owner)
    {
        var flags = (delivered ? EnrollmentFlags.Contacted : EnrollmentFlags.None) | row switch
        {
            SequenceStatus.Bounced => EnrollmentFlags.Bounced,
            SequenceStatus.Replied => EnrollmentFlags.RepliedBySms,
            SequenceStatus.AutoReplied => EnrollmentFlags.AutoReplied,
            SequenceStatus.Contacted => EnrollmentFlags.Contacted,
            SequenceStatus.Opened => EnrollmentFlags.Opened | EnrollmentFlags.Contacted,
            SequenceStatus.Clicked => EnrollmentFlags.Clicked | EnrollmentFlags.Contacted,
            _ => EnrollmentFlags.None,
        };
        return new(new(_mains[main], Flags: flags), row == SequenceStatus.OptedOut,
            row == SequenceStatus.ToCall ? CallStatus.ToCall : row == SequenceStatus.Called ? CallStatus.Called : CallStatus.Unspecified,
            !owner, stepsLeft, missing ? ["given_name"] : [], RecordInactive: false);
    }

    private static string Expected(char cell, SequenceStatus target, bool delivered, bool stepsLeft, bool missing, bool owner) =>
        !owner && target != SequenceStatus.OptedOut ? "NOT_SEQUENCE_OWNER" : cell switch
        {
            'y' => "done",
            '=' => "nothing",
            'd' => delivered ? "done" : "NOTHING_DELIVERED",
            's' => stepsLeft ? "done" : "NO_STEPS_LEFT",
            'v' => missing ? "VARIABLE_MISSING" : "done",
            'u' => "BOUNCE_NOT_CLEARED",
            _ => "NO_SUCH_TRANSITION",
        };

    private static string Told(Verdict verdict) => verdict.Refusal?.Reason.Name ?? (verdict.NoChange ? "nothing" : "done");
}
