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

    /// <summary>A first step that is the last, or whose mail comes back at once: the contact was Working, and what the two make of it are two entries.</summary>
    [Theory]
    [InlineData(FinishReason.StepsDone, EnrollmentFlags.None, Unresponsive)]
    [InlineData(FinishReason.Unspecified, EnrollmentFlags.HardBounced, BadEmail)]
    [InlineData(FinishReason.Unspecified, EnrollmentFlags.None, Working)]
    public void Whoever_passes_working_has_entered_it(FinishReason reason, EnrollmentFlags flags, EngagementStatus last)
    {
        var contact = new ContactStatusRow { ContactId = 5, Engagement = Enrolled, Version = 3 };
        var row = Row(EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, 0, false) with { EnrollmentId = 1, ContactId = 5 };
        var to = row with { LastStepId = 7, Status = reason == FinishReason.Unspecified ? EnrollmentStatus.Active : EnrollmentStatus.Finished, FinishReason = reason, Flags = flags, Version = 2 };
        var changed = EngagementWork.Follow(new(new Dictionary<long, ContactStatusRow> { [5] = contact }, [row]), [new(row, to, EnrollmentChangeCause.Step)], [], _now);
        changed.Select(c => (c.From.Engagement, c.To.Engagement)).ShouldBe(last == Working ? [(Enrolled, Working)] : [(Enrolled, Working), (Working, last)]);
        changed[0].From.ShouldBe(contact);
        changed.ShouldAllBe(c => c.To.Version == c.From.Version + 1 && c.To.EngagementTime == _now && c.To.FirstWorkingTime == _now);
        changed.Skip(1).Select(c => c.From).ShouldBe(changed.SkipLast(1).Select(c => c.To));
        EngagementEntries.Entered(changed).ShouldBe(changed);
        // What was so before is passed by nobody: heard again, it changes nothing.
        EngagementWork.Follow(new(new Dictionary<long, ContactStatusRow> { [5] = changed[^1].To }, [to]), [new(to, to with { LastStepId = 7 }, EnrollmentChangeCause.Step)], [], _now).ShouldBeEmpty();
        // And what stands above it is not left for it.
        EngagementWork.Follow(new(new Dictionary<long, ContactStatusRow> { [5] = contact with { OptedOut = true, Engagement = DoNotContact } }, [row]), [new(row, to, EnrollmentChangeCause.Step)], [], _now)
            .ShouldHaveSingleItem().To.ShouldSatisfyAllConditions(c => c.Engagement.ShouldBe(DoNotContact), c => c.FirstWorkingTime.ShouldBe(_now));
    }

    [Fact]
    public void What_a_merge_carries_over_and_a_deletion_ends_enters_no_status()
    {
        var contact = new ContactStatusRow { ContactId = 5, Engagement = Enrolled, Version = 3 };
        var row = Row(EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, 0, false) with { EnrollmentId = 1, ContactId = 5 };
        var held = new Held(new Dictionary<long, ContactStatusRow> { [5] = contact }, [row]);
        var merged = EngagementWork.Follow(held, [], [new(contact, contact with { OptedOut = true }, Silent: true)], _now);
        var deleted = EngagementWork.Follow(held, [new(row, row.After(EnrollmentDecisions.End(row.Standing), _now, null), EnrollmentChangeCause.ContactDeleted)], [], _now);
        (merged.Single().To.Engagement, deleted.Single().To.Engagement).ShouldBe((DoNotContact, Open));
        EngagementEntries.Entered(merged).ShouldBeEmpty();
        EngagementEntries.Entered(deleted).ShouldBeEmpty();
        EngagementEntries.Entered(EngagementWork.Follow(held, [], [new(contact, contact with { OptedOut = true })], _now)).Count.ShouldBe(1);
    }

    private static EnrollmentRow Row(EnrollmentStatus status, FinishReason reason, EnrollmentFlags flags, long lastStep, bool ended) =>
        new() { Status = status, FinishReason = reason, Flags = flags, LastStepId = lastStep, EndTime = ended ? _now : null, ChangeTime = _now };
}
