using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Tests.Replies;

/// <summary>What replies do in enrolments, by category and by how they came.</summary>
public sealed class ReplyEffectsTests
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private static readonly EnrollmentRow Contacted = new() { AccountId = 1, EnrollmentId = 2, SequenceId = 3, ContactId = 4, Status = EnrollmentStatus.Active, Flags = EnrollmentFlags.Contacted, DueTime = Now, EnrollTime = Now.AddDays(-1), ChangeTime = Now.AddDays(-1), Version = 1 };

    private static ReplyRow Reply(ReplyCategory category, ReplyChannel channel = ReplyChannel.Email, DateOnly? back = null) => new()
    {
        AccountId = 1, ReplyId = 9, ContactId = 4, Channel = channel, Source = "mx", MessageReference = "", Match = ReplyMatch.Address, Category = category, RuleCategory = category,
        RuleId = "", Subject = "", Text = "", ReceiveTime = Now, ReturnDate = back,
    };

    [Theory]
    [InlineData(ReplyCategory.Interested, ReplyHandling.Finish, EnrollmentStatus.Finished, FinishReason.Replied, EnrollmentFlags.RepliedByEmail)]
    [InlineData(ReplyCategory.Uncategorised, ReplyHandling.Finish, EnrollmentStatus.Finished, FinishReason.Replied, EnrollmentFlags.RepliedByEmail)]
    [InlineData(ReplyCategory.NotNow, ReplyHandling.Continue, EnrollmentStatus.Active, FinishReason.Unspecified, EnrollmentFlags.RepliedByEmail)]
    [InlineData(ReplyCategory.AutoReply, ReplyHandling.Continue, EnrollmentStatus.Finished, FinishReason.AutoReplied, EnrollmentFlags.AutoReplied)]
    [InlineData(ReplyCategory.OutOfOffice, ReplyHandling.Finish, EnrollmentStatus.OutOfOffice, FinishReason.Unspecified, EnrollmentFlags.None)]
    [InlineData(ReplyCategory.DoNotContact, ReplyHandling.Finish, EnrollmentStatus.Finished, FinishReason.OptedOut, EnrollmentFlags.RepliedByEmail)]
    public void A_reply_does_what_its_category_and_the_sequence_say(ReplyCategory category, ReplyHandling handling, EnrollmentStatus status, FinishReason reason, EnrollmentFlags flag)
    {
        var optsOut = ReplyEffects.OptsOut(category, ReplyMatch.Address, said: false);
        var move = ReplyEffects.On(Reply(category), optsOut, Contacted, new() { ReplyHandling = handling }, Now);
        move.ShouldNotBeNull().To.Standing.ShouldBe(new(status, reason, flag | EnrollmentFlags.Contacted));
        move.Cause.ShouldBe(optsOut ? EnrollmentChangeCause.OptOut : EnrollmentChangeCause.Reply);
    }

    [Fact]
    public void What_was_not_there_when_the_reply_came_or_had_no_mail_yet_stays_but_text_messages_count_and_opting_out_ends_everything()
    {
        var (later, waiting) = (Contacted with { EnrollTime = Now.AddDays(1) }, Contacted with { Flags = EnrollmentFlags.None });
        ReplyEffects.On(Reply(ReplyCategory.Interested), false, later, new(), Now).ShouldBeNull();
        ReplyEffects.On(Reply(ReplyCategory.Interested), false, waiting, new(), Now).ShouldBeNull();
        ReplyEffects.On(Reply(ReplyCategory.Interested, ReplyChannel.Sms), false, waiting, new(), Now)!.To.Flags.ShouldBe(EnrollmentFlags.RepliedBySms);
        foreach (var row in (EnrollmentRow[])[later, waiting, Contacted with { Status = EnrollmentStatus.Paused }])
        {
            ReplyEffects.On(Reply(ReplyCategory.DoNotContact), true, row, new(), Now)!.To.FinishReason.ShouldBe(FinishReason.OptedOut);
        }
        ReplyEffects.OptsOut(ReplyCategory.DoNotContact, ReplyMatch.Forwarded, said: false).ShouldBeFalse();
        ReplyEffects.OptsOut(ReplyCategory.DoNotContact, ReplyMatch.Forwarded, said: true).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-04", "2026-03-03T23:00:00Z")]
    [InlineData(null, "2026-03-04", "2026-03-04T00:00:00Z")]
    [InlineData("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z")]
    [InlineData("Europe/Berlin", null, "2026-03-11T12:00:00Z")]
    [InlineData("Europe/Berlin", "2026-09-01", "2026-03-11T12:00:00Z")]
    public void An_absence_ends_when_the_day_of_the_return_begins_where_the_sequence_is_but_after_ten_days_at_the_latest(string? zone, string? back, string expected)
    {
        var settings = new SequenceSettings { OutOfOffice = new() { OnDateAtMostDays = 10 }, SendingWindow = zone is null ? null : new() { TimeZone = zone } };
        var day = back is null ? (DateOnly?)null : DateOnly.Parse(back, System.Globalization.CultureInfo.InvariantCulture);
        ReplyEffects.On(Reply(ReplyCategory.OutOfOffice, back: day), false, Contacted, settings, Now)!.To.ResumeTime.ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime);
    }
}
