using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;
using static ContactPlatform.Sequences.V1.EngagementStatus;

namespace ContactPlatform.Sequences.Tests.Engagement;

/// <summary>Where contacts are in their outreach; no process.</summary>
public sealed class EngagementDecisionsTests
{
    private static readonly DateTime _now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    public static TheoryData<EnrollmentStatus, FinishReason, EnrollmentFlags, long, bool, EngagementStatus> Cases => new()
    {
        { EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, 0, false, Enrolled },
        { EnrollmentStatus.MissingData, FinishReason.Unspecified, EnrollmentFlags.None, 0, false, Enrolled },
        { EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, 1, false, Working },
        { EnrollmentStatus.Paused, FinishReason.Unspecified, EnrollmentFlags.Contacted, 1, false, Working },
        { EnrollmentStatus.OutOfOffice, FinishReason.Unspecified, EnrollmentFlags.Contacted, 1, false, Working },
        { EnrollmentStatus.Finished, FinishReason.StepsDone, EnrollmentFlags.Contacted, 2, false, Unresponsive },
        { EnrollmentStatus.Finished, FinishReason.StepsDone, EnrollmentFlags.Contacted | EnrollmentFlags.RepliedBySms, 2, false, Responded },
        { EnrollmentStatus.Finished, FinishReason.Replied, EnrollmentFlags.Contacted | EnrollmentFlags.RepliedByEmail, 1, false, Responded },
        { EnrollmentStatus.Finished, FinishReason.StepsDone, EnrollmentFlags.Contacted | EnrollmentFlags.RepliedLate, 2, false, Responded },
        // A bounce that somebody set is the enrolment's alone.
        { EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.Contacted | EnrollmentFlags.Bounced, 1, false, Working },
        { EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.Contacted | EnrollmentFlags.Bounced | EnrollmentFlags.HardBounced, 1, false, BadEmail },
        { EnrollmentStatus.Finished, FinishReason.Replied, EnrollmentFlags.RepliedByEmail | EnrollmentFlags.HardBounced, 1, true, Open },
    };

    [Theory, MemberData(nameof(Cases))]
    public void One_enrolment_says(EnrollmentStatus status, FinishReason reason, EnrollmentFlags flags, long lastStep, bool ended, EngagementStatus expected) =>
        EngagementDecisions.Roll([Row(status, reason, flags, lastStep, ended)], optedOut: false).ShouldBe(expected);

    [Fact]
    public void Several_roll_up_in_the_order_of_the_text()
    {
        EngagementStatus[] order = [BadEmail, Responded, Working, Enrolled, Unresponsive, Open];
        var rows = order.ToDictionary(s => s, s => Cases.Select(c => Row((EnrollmentStatus)c[0], (FinishReason)c[1], (EnrollmentFlags)c[2], (long)c[3], (bool)c[4])).First(r => EngagementDecisions.Of(r) == s));
        foreach (var (one, other) in from a in order from b in order select (a, b))
        {
            EngagementDecisions.Roll([rows[one], rows[other]], false).ShouldBe(order[Math.Min(Array.IndexOf(order, one), Array.IndexOf(order, other))]);
            EngagementDecisions.Roll([rows[one], rows[other]], optedOut: true).ShouldBe(DoNotContact);
        }
        EngagementDecisions.Roll([], false).ShouldBe(Open);
    }

    /// <summary>Opened, clicked, contacted, bounced and replied, in any order and any number of times: the same flags, and so the same status.</summary>
    [Fact]
    public void Any_order_and_number_of_events_gives_the_same() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        EnrollmentFlags[] all = [.. Enum.GetValues<EnrollmentFlags>().Where(f => f != EnrollmentFlags.None && random.Next(2) == 0)];
        EnrollmentRow Fold(IEnumerable<EnrollmentFlags> events) => events.Aggregate(Row(EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, 1, false),
            (row, flag) => row.After(row.Standing with { Flags = row.Flags | flag }, _now, null));
        var shuffled = all.Concat(all.Where(_ => random.Next(2) == 0)).OrderBy(_ => random.Next()).ToList();
        EngagementDecisions.Roll([Fold(all)], false).ShouldBe(EngagementDecisions.Roll([Fold(shuffled)], false));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_first_working_time_is_written_once_and_never_cleared()
    {
        var contact = new ContactStatusRow { ContactId = 5 };
        var row = Row(EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, 0, false) with { EnrollmentId = 1, ContactId = 5 };
        contact = Step(contact, row, row with { LastStepId = 7, Version = 2 }, _now);
        (contact.Engagement, contact.FirstWorkingTime, contact.EngagementTime, contact.Version).ShouldBe((Working, _now, _now, 1));
        contact = Step(contact, row with { LastStepId = 7 }, row with { LastStepId = 8 }, _now.AddDays(1), changes: false);
        contact = Step(contact, row with { LastStepId = 8 }, (row with { LastStepId = 8 }).After(EnrollmentDecisions.End(row.Standing), _now.AddDays(2), null), _now.AddDays(2));
        (contact.Engagement, contact.FirstWorkingTime, contact.EngagementTime, contact.Version).ShouldBe((Open, _now, _now.AddDays(2), 2));

        static ContactStatusRow Step(ContactStatusRow contact, EnrollmentRow from, EnrollmentRow to, DateTime now, bool changes = true)
        {
            var changed = EngagementWork.Follow(new(new Dictionary<long, ContactStatusRow> { [5] = contact }, [from]), [new(from, to, EnrollmentChangeCause.Api)], [], now);
            changed.Count.ShouldBe(changes ? 1 : 0);
            return changes ? changed[0].To : contact;
        }
    }

    private static EnrollmentRow Row(EnrollmentStatus status, FinishReason reason, EnrollmentFlags flags, long lastStep, bool ended) =>
        new() { Status = status, FinishReason = reason, Flags = flags, LastStepId = lastStep, EndTime = ended ? _now : null, ChangeTime = _now };
}
