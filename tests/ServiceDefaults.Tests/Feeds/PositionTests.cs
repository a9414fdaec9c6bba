using ContactPlatform.ServiceDefaults.Feeds;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.ServiceDefaults.Tests.Feeds;

public class PositionTests
{
    [Fact]
    public void A_position_is_read_as_it_was_written() =>
        Prop.ForAll(Pairs(), p => OutboxRow.TryParse(OutboxRow.Format(p.Order, p.Id), out var order, out var id) && (order, id) == p)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Positions_compare_as_text_as_their_numbers_do() =>
        Prop.ForAll(Pairs(), Pairs(), (a, b) =>
                Math.Sign(string.CompareOrdinal(OutboxRow.Format(a.Order, a.Id), OutboxRow.Format(b.Order, b.Id))) == Math.Sign(a.CompareTo(b)))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_empty_position_is_the_beginning()
    {
        OutboxRow.TryParse("", out var order, out var id).ShouldBeTrue();
        (order, id).ShouldBe((0ul, 0L));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0000000000000001-000000000000000")]
    [InlineData("0000000000000001+0000000000000001")]
    [InlineData("000000000000000g-0000000000000001")]
    [InlineData("0000000000000001-ffffffffffffffff")]
    [InlineData("0000000000000001-00000000000000010")]
    public void Anything_else_is_no_position(string text) => OutboxRow.TryParse(text, out _, out _).ShouldBeFalse();

    private static Arbitrary<(ulong Order, long Id)> Pairs() =>
        // Small numbers too, so that equal ones meet.
        (from order in Gen.OneOf(ArbMap.Default.ArbFor<ulong>().Generator, Gen.Choose(0, 20).Select(n => (ulong)n))
         from id in Gen.OneOf(ArbMap.Default.ArbFor<long>().Generator, Gen.Choose(0, 20).Select(n => (long)n))
         select (order, id & long.MaxValue)).ToArbitrary();
}
