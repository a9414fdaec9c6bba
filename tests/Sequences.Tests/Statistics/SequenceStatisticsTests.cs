using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Statistics;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Tests.Statistics;

public sealed class SequenceStatisticsTests
{
    [Fact]
    public void The_funnel_counts_who_came_to_a_step_and_who_waits_for_it_also_where_steps_were_removed()
    {
        // 2 was removed; somebody had done it.
        var (steps, order) = (new Step[] { new() { StepId = 1 }, new() { StepId = 3 }, new() { StepId = 4 } }, StepOrder.Read("1,2,3,4,5"));
        PlaceCount[] places =
        [
            new(0, EnrollmentStatus.Active, false, 10), new(1, EnrollmentStatus.Paused, false, 5), new(2, EnrollmentStatus.Active, false, 2), new(1, EnrollmentStatus.Finished, false, 3),
            new(3, EnrollmentStatus.Active, true, 4), new(4, EnrollmentStatus.Finished, false, 1),
        ];
        SequenceStatistics.Steps(steps, order, places, new Dictionary<long, MailCounts> { [3] = new() { SentCount = 7 } })
            .Select(s => (s.StepId, s.Removed, s.ReachedCount, s.WaitingCount, s.Mails.SentCount))
            .ShouldBe([(1L, false, 15L, 10L, 0L), (2, true, 7, 0, 0), (3, false, 5, 7, 7), (4, false, 1, 0, 0)]);
    }

    [Fact]
    public void Figures_are_added_one_by_one() =>
        SequenceStatistics.Sum([new() { SentCount = 1, OptedOutCount = 2 }, new() { SentCount = 3, BouncedCount = 4 }]).ShouldBe(new MailCounts { SentCount = 4, OptedOutCount = 2, BouncedCount = 4 });
}
