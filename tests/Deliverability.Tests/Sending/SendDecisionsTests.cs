using ContactPlatform.Deliverability.Sending;
using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.Sending;

public sealed class SendDecisionsTests
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan[] Delays = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];

    [Theory]
    [InlineData(1, SmtpResult.Accepted, MessageState.Sent, 0, 1)]
    [InlineData(1, SmtpResult.Refused, MessageState.Failed, 0, 1)]
    [InlineData(1, SmtpResult.Deferred, MessageState.Queued, 1, 1)]
    [InlineData(2, SmtpResult.Deferred, MessageState.Queued, 5, 2)]
    [InlineData(3, SmtpResult.Deferred, MessageState.Failed, 0, 3)]
    [InlineData(1, SmtpResult.Unknown, MessageState.OutcomeUnknown, 0, 1)]
    [InlineData(3, SmtpResult.Stale, MessageState.Queued, 0, 2)]
    [InlineData(3, null, MessageState.Queued, 0, 2)]
    public void Only_what_is_known_not_to_be_sent_is_tried_again(int attempt, SmtpResult? result, MessageState state, int minutes, int count) =>
        SendDecisions.After(attempt, result is { } known ? SmtpOutcome.Silent(known, "") : null, Now, Delays).ShouldBe(new(state, Now.AddMinutes(minutes), count));

    [Fact]
    public void A_sender_keeps_to_its_rate_whenever_it_is_asked() =>
        Prop.ForAll(Gen.Choose(1, 500).Select(r => r / 10.0).SelectMany(rate => Gen.Choose(0, 3000).ListOf(40).Select(waits => (Rate: rate, Waits: waits))).ToArbitrary(), c =>
        {
            var (now, rateTime, sent) = (Now, DateTime.MinValue.AddYears(2000), new List<(DateTime Time, int Count)>());
            foreach (var wait in c.Waits)
            {
                now = now.AddMilliseconds(wait);
                var room = SendDecisions.Room(rateTime, c.Rate, now);
                if (room > 0)
                {
                    rateTime = SendDecisions.Sent(rateTime, c.Rate, room, now);
                    sent.Add((now, room));
                }
                else
                {
                    // It is told when to come again, and has room then.
                    SendDecisions.Room(rateTime, c.Rate, SendDecisions.RoomTime(rateTime, c.Rate)).ShouldBe(1);
                }
            }
            // In any stretch of time no more than the rate allows, and what was let go at once.
            for (var i = 0; i < sent.Count; i++)
            {
                for (var j = i; j < sent.Count; j++)
                {
                    sent.Skip(i).Take(j - i + 1).Sum(s => s.Count).ShouldBeLessThanOrEqualTo((int)Math.Ceiling((sent[j].Time - sent[i].Time).TotalSeconds * c.Rate + Math.Max(c.Rate, 1) + 0.01));
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_time_that_a_wrong_clock_wrote_holds_nobody_up()
    {
        // What another process' clock writes counts, though it is a little ahead.
        SendDecisions.RateTime(Now.AddSeconds(30), 10, Now).ShouldBe(Now.AddSeconds(30));
        SendDecisions.RateTime(Now.AddSeconds(150), 0.01, Now).ShouldBe(Now.AddSeconds(150));
        // The clock was an hour ahead and was put right.
        var rateTime = SendDecisions.RateTime(Now.AddHours(1), 10, Now);
        SendDecisions.RoomTime(rateTime, 10).ShouldBeLessThanOrEqualTo(Now.AddSeconds(0.1));
    }

    [Fact]
    public void Domains_are_busy_while_as_many_connections_as_are_allowed_send_to_them()
    {
        var slots = new DomainSlots(new() { PerDomain = 2 });
        slots.Enter(["a.example", "a.example", "b.example"]);
        slots.Busy.ShouldBeEmpty();
        slots.Enter(["a.example"]);
        slots.Busy.ShouldBe(["a.example"]);
        slots.Leave(["a.example", "a.example", "b.example"]);
        slots.Busy.ShouldBeEmpty();
    }
}
