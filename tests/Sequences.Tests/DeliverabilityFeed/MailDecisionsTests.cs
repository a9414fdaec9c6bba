using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Tests.DeliverabilityFeed;

public sealed class MailDecisionsTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly SequenceSettings Tracking = new() { TrackOpens = true, TrackClicks = true };
    private static readonly MailFacts[] Facts = System.Enum.GetValues<MailFacts>();

    [Fact]
    public void Whatever_is_heard_in_whatever_order_and_however_often_leaves_the_same()
    {
        var told = from count in Gen.Choose(1, 6)
                   from parts in (from fields in Gen.Choose(1, 511) from day in Gen.Choose(0, 9) from revision in Gen.Choose(0, 2) select Outcome(fields, day, revision)).ArrayOf(count)
                   from again in Gen.Shuffle(parts.Concat(parts.Take(3)).ToArray())
                   from status in Gen.Elements(EnrollmentStatus.Active, EnrollmentStatus.OutOfOffice, EnrollmentStatus.MissingData, EnrollmentStatus.Paused)
                   from optOutAt in Gen.Choose(0, again.Length)
                   // Who was paused is looked after again once it is finished by opting out: there the order counts.
                   select (Parts: parts, Again: again, Status: status, First: status == EnrollmentStatus.Paused ? -1 : 0, OptOutAt: status == EnrollmentStatus.Paused ? -1 : optOutAt);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(told.ToArbitrary(), t =>
            Follow(t.Parts, new(t.Status), t.First) == Follow(t.Again, new(t.Status), t.OptOutAt)));
    }

    [Fact]
    public void Two_that_tell_each_other_of_opting_out_agree_and_fall_silent()
    {
        var acts = from count in Gen.Choose(1, 8)
                   from hours in Gen.Choose(0, 5).ArrayOf(count)
                   from optsOut in ArbMap.Default.GeneratorFor<bool>().ArrayOf(count)
                   from here in ArbMap.Default.GeneratorFor<bool>().ArrayOf(count)
                   select hours.Select((h, i) => (Time: Start.AddHours(h), Out: optsOut[i], Here: here[i])).ToList();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(acts.ToArbitrary(), all =>
        {
            // Each act is known to one of them first.
            var (one, other) = (new ContactStatusRow(), new ContactStatusRow());
            foreach (var (time, optOut, here) in all)
            {
                ContactStatusRow After(ContactStatusRow row) => row.Heard(optOut ? time : null, optOut ? null : time);
                (one, other) = here ? (After(one), other) : (one, After(other));
            }
            var told = 0;
            for (var changed = true; changed; told++)
            {
                var (next, back) = (other.Heard(one.OptOutTime, one.OptInTime), one.Heard(other.OptOutTime, other.OptInTime));
                changed = (next, back) != (other, one);
                (other, one) = (next, back);
            }
            return told <= 2 && one == other && one.OptedOut == (all.Where(a => a.Out).Select(a => (DateTime?)a.Time).Max() > (all.Where(a => !a.Out).Select(a => (DateTime?)a.Time).Max() ?? DateTime.MinValue));
        }));
    }

    [Theory]
    [InlineData(EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.None, true)]
    [InlineData(EnrollmentStatus.OutOfOffice, FinishReason.Unspecified, EnrollmentFlags.Contacted, true)]
    [InlineData(EnrollmentStatus.MissingData, FinishReason.Unspecified, EnrollmentFlags.Contacted, true)]
    [InlineData(EnrollmentStatus.Finished, FinishReason.StepsDone, EnrollmentFlags.Contacted, true)]
    [InlineData(EnrollmentStatus.Finished, FinishReason.ByHand, EnrollmentFlags.Contacted, false)]
    [InlineData(EnrollmentStatus.Finished, FinishReason.Replied, EnrollmentFlags.RepliedByEmail, false)]
    [InlineData(EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.RepliedBySms, false)]
    [InlineData(EnrollmentStatus.Paused, FinishReason.Unspecified, EnrollmentFlags.Contacted, false)]
    public void Bounces_count_for_who_gets_mails_or_got_the_last(EnrollmentStatus status, FinishReason reason, EnrollmentFlags flags, bool counts)
    {
        var now = new Standing(status, reason, flags);
        MailDecisions.After(now, MailFacts.Bounced | MailFacts.HardBounced, Tracking).ShouldBe(now with { Flags = flags | (counts ? EnrollmentFlags.Bounced : 0) | EnrollmentFlags.HardBounced });
        MailDecisions.After(now, MailFacts.Bounced, Tracking).Has(EnrollmentFlags.HardBounced).ShouldBeFalse();
    }

    [Fact]
    public void What_is_not_tracked_is_not_seen_and_who_has_left_stays_as_it_was()
    {
        var all = Facts.Aggregate((a, b) => a | b);
        var now = new Standing(EnrollmentStatus.Active);
        MailDecisions.After(now, all, new()).Flags.ShouldBe(EnrollmentFlags.Contacted | EnrollmentFlags.Bounced | EnrollmentFlags.HardBounced);
        MailDecisions.After(now, MailFacts.Opened | MailFacts.Clicked, Tracking).Flags.ShouldBe(EnrollmentFlags.Opened | EnrollmentFlags.Clicked);
        MailDecisions.After(now with { Ended = true }, all, Tracking).ShouldBe(now with { Ended = true });
    }

    [Fact]
    public void Metadata_is_read_as_it_was_written_and_anything_else_is_nobodys()
    {
        var metadata = new Dictionary<string, string>();
        SendMetadata.Read(metadata).ShouldBeNull();
        (metadata["sequence_id"], metadata["step_id"], metadata["variant"], metadata["dispatch_id"]) = ("1", "2", "3", "4");
        SendMetadata.Read(metadata).ShouldBe(new SendOrigin(1, 2, 3, 0, 4));
        foreach (var wrong in new[] { "0", "-1", "x", "", "99999999999999999999" })
        {
            SendMetadata.Read(new Dictionary<string, string>(metadata) { ["dispatch_id"] = wrong }).ShouldBeNull();
            SendMetadata.Read(new Dictionary<string, string>(metadata) { ["step_id"] = wrong }).ShouldBeNull();
        }
        metadata["dispatch_id"] = "";
        metadata["enrollment_id"] = "5";
        metadata.Remove("variant");
        SendMetadata.Read(metadata).ShouldBe(new SendOrigin(1, 2, 0, 5, 0));
    }

    private static MessageOutcome Outcome(int fields, int day, int revision)
    {
        Timestamp? At(int bit) => (fields & (1 << bit)) == 0 ? null : Timestamp.FromDateTime(Start.AddDays(day));
        return new()
        {
            SendTime = At(0), DeliverTime = At(1), OpenTime = At(2), ClickTime = At(3), MachineOpenTime = At(4), MachineClickTime = At(5), BounceTime = At(6), HardBounceTime = At(7), UnsubscribeTime = At(8), VerdictRevision = revision,
        };
    }

    private static (Standing, MailFacts, DateTime?, DateTime?) Follow(MessageOutcome[] told, Standing standing, int optOutAt)
    {
        var row = StepMessageRow.New(1, new(1, 3, 0, 2, 0), new() { MessageId = 1 });
        for (var i = 0; i <= told.Length; i++)
        {
            standing = i == optOutAt ? EnrollmentDecisions.OptOut(standing) : standing;
            if (i < told.Length)
            {
                var before = row.Facts;
                row.Fold(told[i]);
                standing = MailDecisions.After(MailDecisions.Without(standing, before & ~row.Facts), row.Facts & ~before, Tracking);
            }
        }
        return (standing, row.Facts, row.SendTime, row.OpenTime);
    }
}
