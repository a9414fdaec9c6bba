using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Sequences.Tests.Sequences;

/// <summary>Steps come and go, and contacts keep their places; no process.</summary>
public sealed class StepOrderTests
{
    [Fact]
    public void Next_is_the_first_present_step_behind_the_last_one_done()
    {
        var order = StepOrder.Read("").With([1, 2, 3]);
        Remaining(order, [1, 2, 3], 0).ShouldBe([1, 2, 3]);
        Remaining(order, [1, 2, 3], 2).ShouldBe([3]);
        Remaining(order, [1, 2, 3], 3).ShouldBeEmpty();
        // A step behind the last one: steps remain again.
        var longer = order.With([1, 2, 3, 4]);
        Remaining(longer, [1, 2, 3, 4], 3).ShouldBe([4]);
        // A step that somebody has done goes: its place stays.
        var without = longer.With([1, 3, 4]);
        Remaining(without, [1, 3, 4], 2).ShouldBe([3, 4]);
        // What takes its place is not next for who has done it, only for who has not.
        var instead = without.With([1, 5, 3, 4]);
        instead.ToString().ShouldBe("1,5,2,3,4");
        Remaining(instead, [1, 5, 3, 4], 2).ShouldBe([3, 4]);
        Remaining(instead, [1, 5, 3, 4], 1).ShouldBe([5, 3, 4]);
    }

    [Fact]
    public void Steps_that_stay_keep_their_order()
    {
        var order = StepOrder.Read("1,2,3");
        order.Keeps([1, 3]).ShouldBeTrue();
        order.Keeps([9, 1, 8, 3, 7]).ShouldBeTrue();
        order.Keeps([3, 1]).ShouldBeFalse();
    }

    /// <summary>Whatever is changed how often: nobody gets a step that it has passed, and the order of present steps is the shown one.</summary>
    [Fact]
    public void Nobody_gets_a_step_twice_however_often_a_sequence_changes() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var (order, steps, next, last, done) = (StepOrder.Read(""), new List<long>(), 1L, 0L, new List<long>());
        for (var i = 0; i < 30; i++)
        {
            switch (random.Next(3))
            {
                case 0:
                    steps.Insert(random.Next(steps.Count + 1), next++);
                    order = order.With(steps);
                    break;
                case 1 when steps.Count > 0:
                    steps.RemoveAt(random.Next(steps.Count));
                    order = order.With(steps);
                    break;
                default:
                    if (Remaining(order, steps, last).FirstOrDefault() is > 0 and var step)
                    {
                        done.Add(last = step);
                    }
                    break;
            }
            order = StepOrder.Read(order.ToString());
            Remaining(order, steps, 0).ShouldBe(steps);
            order.Ids.Where(steps.Contains).ShouldBe(steps);
        }
        done.ShouldBeUnique();
    }).QuickCheckThrowOnFailure();

    private static List<long> Remaining(StepOrder order, IEnumerable<long> steps, long last) => [.. order.Remaining(steps.Select(s => new Step { StepId = s }), last).Select(s => s.StepId)];
}
