using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.Deliverability.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.Addresses;

/// <summary>The shown status and the gate over any facts, against the rules as the domain has them, written down once more.</summary>
public sealed class ShownStatusTests
{
    private static readonly DateTime Now = new(2026, 6, 15, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void The_shown_status_is_the_highest_that_holds_and_the_gate_agrees() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(RandomFacts.Some.ToArbitrary(), told =>
        {
            var facts = told.Aggregate(AddressFacts.None, (f, t) => f.With(t.Kind, At(t.Hours)));
            int? Last(FactKind kind) => told.Where(t => t.Kind == kind).Max(t => (int?)t.Hours);
            bool Later(FactKind one, FactKind other) => Last(one) is { } hours && !(Last(other) >= hours);
            var unavailable = Later(FactKind.Unavailable, FactKind.Delivered) && Last(FactKind.Unavailable) > -72;
            var full = Later(FactKind.MailboxFull, FactKind.Delivered);
            var full24 = full && (Last(FactKind.MailboxFull) > -24 || Last(FactKind.Sent) > -24);
            var expected =
                Later(FactKind.Complaint, FactKind.NotSpam) ? DeliverabilityStatus.Complained
                : Later(FactKind.Unsubscribed, FactKind.Resubscribed) ? DeliverabilityStatus.Unsubscribed
                : Later(FactKind.Suppressed, FactKind.SuppressionRemoved) || Later(FactKind.ContactUnsubscribed, FactKind.ContactResubscribed) ? DeliverabilityStatus.UnsubscribedByUs
                : Later(FactKind.DoesNotExist, FactKind.DoesNotExistCleared) ? DeliverabilityStatus.DoesNotExist
                : full ? DeliverabilityStatus.MailboxFull
                : unavailable ? DeliverabilityStatus.Unavailable
                : (Last(FactKind.Delivered) ?? Last(FactKind.Opened) ?? Last(FactKind.Clicked)) is not null ? DeliverabilityStatus.Active
                : DeliverabilityStatus.New;
            var decision = SendGate.Decide(facts, Now);
            ShownStatus.Of(facts, Now).ShouldBe(expected);
            decision.Status.ShouldBe(expected);
            // Only New and Active may be written to, and one message to a mailbox that was full a day ago, where nothing else stands against it.
            decision.Sendable.ShouldBe(expected is DeliverabilityStatus.New or DeliverabilityStatus.Active
                || (expected == DeliverabilityStatus.MailboxFull && !full24 && !unavailable));
        }));

    [Fact]
    public void The_order_in_which_facts_are_told_and_how_often_does_not_matter() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
            (from told in RandomFacts.Some from shuffled in Gen.Shuffle(told.Concat(told.Take(5)).ToArray()) select (told, shuffled)).ToArbitrary(), t =>
            t.shuffled.Aggregate(AddressFacts.None, (f, x) => f.With(x.Kind, At(x.Hours)))
                .SameAs(t.told.Aggregate(AddressFacts.None, (f, x) => f.With(x.Kind, At(x.Hours))))));

    [Theory]
    [InlineData(-71, DeliverabilityStatus.Unavailable, false)]
    [InlineData(-72, DeliverabilityStatus.New, true)]
    public void An_unavailable_address_is_available_after_three_days(int hours, DeliverabilityStatus status, bool sendable)
    {
        var decision = SendGate.Decide(AddressFacts.None.With(FactKind.Unavailable, At(hours)), Now);
        (decision.Status, decision.Sendable).ShouldBe((status, sendable));
    }

    [Theory]
    [InlineData(-23, null, false)]
    [InlineData(-24, null, true)]
    [InlineData(-100, -23, false)]
    [InlineData(-100, -24, true)]
    public void A_full_mailbox_gets_one_message_a_day_and_stays_full_until_one_arrives(int full, int? sent, bool sendable)
    {
        var facts = AddressFacts.None.With(FactKind.MailboxFull, At(full));
        facts = sent is { } hours ? facts.With(FactKind.Sent, At(hours)) : facts;
        var decision = SendGate.Decide(facts, Now);
        (decision.Status, decision.Sendable).ShouldBe((DeliverabilityStatus.MailboxFull, sendable));
        SendGate.Decide(facts.With(FactKind.Delivered, Now), Now).Status.ShouldBe(DeliverabilityStatus.Active);
    }

    [Fact]
    public void Of_two_facts_at_the_same_moment_the_clearing_one_wins()
    {
        var facts = AddressFacts.None.With(FactKind.Complaint, Now);
        ShownStatus.Of(facts, Now).ShouldBe(DeliverabilityStatus.Complained);
        ShownStatus.Of(facts.With(FactKind.NotSpam, Now), Now).ShouldBe(DeliverabilityStatus.New);
    }

    private static DateTime At(int hours) => Now.AddHours(hours);
}

/// <summary>Facts at whole hours of the last week, some at the same.</summary>
internal static class RandomFacts
{
    private static readonly FactKind[] Kinds = [.. Enum.GetValues<FactKind>().Where(k => k is not (FactKind.Unspecified or FactKind.FirstDelivered))];

    public static Gen<(FactKind Kind, int Hours)[]> Some =>
        from count in Gen.Choose(0, 12)
        from facts in (from kind in Gen.Elements(Kinds) from hours in Gen.Choose(-100, 0) select (kind, hours)).ArrayOf(count)
        select facts;
}
