using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Sequences.Tests.Enrollments;

/// <summary>What becomes of enrolments by rules; no process.</summary>
public sealed class EnrollmentDecisionsTests
{
    private static readonly DateTime _now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(EnrollmentStatus.Active, true, true)]
    [InlineData(EnrollmentStatus.Active, false, false)]
    [InlineData(EnrollmentStatus.OutOfOffice, false, true)]
    [InlineData(EnrollmentStatus.Paused, true, false)]
    [InlineData(EnrollmentStatus.Finished, true, false)]
    [InlineData(EnrollmentStatus.MissingData, true, false)]
    public void Replies_are_tracked_of_whoever_got_a_mail_and_goes_on(EnrollmentStatus status, bool contacted, bool tracked)
    {
        var standing = new Standing(status, Flags: contacted ? EnrollmentFlags.Contacted : EnrollmentFlags.None);
        EnrollmentDecisions.IsTracked(standing).ShouldBe(tracked);
        foreach (var inbound in Enum.GetValues<Inbound>())
        {
            (EnrollmentDecisions.Reply(standing, inbound, ReplyHandling.Finish) is var after && (after with { Flags = after.Flags & ~EnrollmentFlags.RepliedLate }) != standing).ShouldBe(tracked && !(status == EnrollmentStatus.OutOfOffice && inbound == Inbound.OutOfOffice), $"{inbound}");
        }
        // Never again of whoever has replied, nor of whoever has left.
        EnrollmentDecisions.IsTracked(standing with { Flags = standing.Flags | EnrollmentFlags.RepliedBySms }).ShouldBeFalse();
        EnrollmentDecisions.IsTracked(standing with { Ended = true }).ShouldBeFalse();
    }

    [Fact]
    public void A_reply_finishes_or_goes_on_as_the_sequence_says()
    {
        var active = new Standing(EnrollmentStatus.Active, Flags: EnrollmentFlags.Contacted);
        EnrollmentDecisions.Reply(active, Inbound.EmailReply, ReplyHandling.Finish).ShouldBe(new(EnrollmentStatus.Finished, FinishReason.Replied, EnrollmentFlags.Contacted | EnrollmentFlags.RepliedByEmail));
        EnrollmentDecisions.Reply(active, Inbound.SmsReply, ReplyHandling.Continue).ShouldBe(active with { Flags = EnrollmentFlags.Contacted | EnrollmentFlags.RepliedBySms });
        EnrollmentDecisions.Reply(active, Inbound.AutoReply, ReplyHandling.Continue).ShouldBe(new(EnrollmentStatus.Finished, FinishReason.AutoReplied, EnrollmentFlags.Contacted | EnrollmentFlags.AutoReplied));
        var away = EnrollmentDecisions.Reply(active, Inbound.OutOfOffice, ReplyHandling.Finish);
        away.ShouldBe(active with { Status = EnrollmentStatus.OutOfOffice });
        // A person's reply ends the absence.
        EnrollmentDecisions.Reply(away, Inbound.EmailReply, ReplyHandling.Continue).Status.ShouldBe(EnrollmentStatus.Active);
        // A text message that was sent counts as having been reached.
        var texted = new Standing(EnrollmentStatus.Active);
        EnrollmentDecisions.Reply(texted, Inbound.SmsReply, ReplyHandling.Finish).ShouldBe(texted);
        EnrollmentDecisions.Reply(texted, Inbound.SmsReply, ReplyHandling.Finish, textSent: true).FinishReason.ShouldBe(FinishReason.Replied);
    }

    [Fact]
    public void A_reply_after_the_last_step_moves_the_engagement_alone()
    {
        var done = new Standing(EnrollmentStatus.Finished, FinishReason.StepsDone);
        foreach (var inbound in Enum.GetValues<Inbound>())
        {
            var person = inbound is Inbound.EmailReply or Inbound.SmsReply;
            var after = EnrollmentDecisions.Reply(done, inbound, ReplyHandling.Continue);
            after.ShouldBe(person ? done with { Flags = EnrollmentFlags.RepliedLate } : done);
            EngagementDecisions.Roll([new() { Status = after.Status, FinishReason = after.FinishReason, Flags = after.Flags, LastStepId = 2 }], false)
                .ShouldBe(person ? EngagementStatus.Responded : EngagementStatus.Unresponsive);
            // The same again, one who opted out, one who has left, and one who was finished by hand before anything was sent.
            EnrollmentDecisions.Reply(after, inbound, ReplyHandling.Continue).ShouldBe(after);
            foreach (var other in (Standing[])[done with { FinishReason = FinishReason.OptedOut }, done with { Ended = true }, done with { FinishReason = FinishReason.ByHand }])
            {
                EnrollmentDecisions.Reply(other, inbound, ReplyHandling.Continue).ShouldBe(other);
            }
        }
        // Nothing of it shows, and if the enrolment goes on its replies count as before.
        var late = done with { Flags = EnrollmentFlags.RepliedLate };
        late.ToProto().ShouldBe(done.ToProto());
        EnrollmentDecisions.IsTracked(late.To(EnrollmentStatus.Active) with { Flags = EnrollmentFlags.RepliedLate | EnrollmentFlags.Contacted }).ShouldBeTrue();
    }

    [Fact]
    public void Out_of_office_ends_by_the_setting()
    {
        var latest = _now.AddDays(10);
        EnrollmentDecisions.ResumeTime(new() { Hold = true }, _now.AddDays(3), _now).ShouldBeNull();
        EnrollmentDecisions.ResumeTime(new() { AfterDays = 10 }, _now.AddDays(3), _now).ShouldBe(latest);
        EnrollmentDecisions.ResumeTime(new() { OnDateAtMostDays = 10 }, _now.AddDays(3), _now).ShouldBe(_now.AddDays(3));
        EnrollmentDecisions.ResumeTime(new() { OnDateAtMostDays = 10 }, _now.AddDays(30), _now).ShouldBe(latest);
        EnrollmentDecisions.ResumeTime(new() { OnDateAtMostDays = 10 }, _now.AddDays(-1), _now).ShouldBe(latest);
        EnrollmentDecisions.ResumeTime(new() { OnDateAtMostDays = 10 }, null, _now).ShouldBe(latest);
    }

    /// <summary>However often it stops and goes on: it is due exactly while it runs, and after as much waiting as its step has.</summary>
    [Fact]
    public void What_stops_keeps_what_was_left_of_its_wait() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var delay = TimeSpan.FromHours(48);
        var row = new EnrollmentRow { ChangeTime = _now }.After(new(EnrollmentStatus.Active), _now, delay);
        var (now, waited) = (_now, TimeSpan.Zero);
        for (var i = 0; i < 20 && waited < delay; i++)
        {
            var pause = TimeSpan.FromSeconds(random.Next(20_000));
            waited += row.Standing.Runs ? pause : TimeSpan.Zero;
            now += pause;
            var to = random.Next(3) switch
            {
                0 => row.Standing.To(EnrollmentStatus.Active),
                1 => row.Standing.To(EnrollmentStatus.Paused),
                _ => row.Standing with { Flags = row.Standing.Flags ^ EnrollmentFlags.Bounced },
            };
            var version = row.Version;
            row = row.After(to, now, delay);
            row.Version.ShouldBe(version + 1);
            (row.DueTime is not null).ShouldBe(row.Standing.Runs);
            var due = row.DueTime ?? now + TimeSpan.FromSeconds(row.WaitSeconds!.Value);
            (waited < delay ? due == now + delay - waited : due <= now).ShouldBeTrue($"{due} at {now} after {waited}");
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_change_is_never_before_the_one_that_it_follows()
    {
        var row = new EnrollmentRow { ChangeTime = _now }.After(new(EnrollmentStatus.Active), _now.AddDays(-1), null);
        row.ChangeTime.ShouldBe(_now);
    }

    [Fact]
    public void An_inactive_record_pauses_only_what_would_go_on()
    {
        foreach (var status in Enum.GetValues<EnrollmentStatus>().Where(s => s != EnrollmentStatus.Unspecified))
        {
            var expected = status is EnrollmentStatus.Active or EnrollmentStatus.OutOfOffice ? EnrollmentStatus.Paused : status;
            EnrollmentDecisions.RecordInactive(new(status)).Status.ShouldBe(expected);
            EnrollmentDecisions.OptOut(new(status, FinishReason.StepsDone)).FinishReason.ShouldBe(status == EnrollmentStatus.Finished ? FinishReason.StepsDone : FinishReason.OptedOut);
        }
    }
}
