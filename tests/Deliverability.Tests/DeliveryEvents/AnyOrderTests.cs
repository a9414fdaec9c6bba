using ContactPlatform.Deliverability.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.Tests.DeliveryEvents;

/// <summary>Random events in two random orders, with repetitions, in random pieces, by two sources at the same time: the same is known in the end.</summary>
[Collection("platform")]
public sealed class AnyOrderTests(PlatformFixture platform)
{
    private sealed record Told(DeliveryEventKind Kind, string Code, int Age, bool Machine);

    /// <summary>Ages in minutes; some of them are years.</summary>
    private static readonly Gen<Told> Events =
        from kind in Gen.Choose(1, 12)
        from code in Gen.Elements("", "5.1.1", "5.2.2", "4.2.2", "4.4.1", "5.7.1")
        from age in Gen.OneOf(Gen.Choose(1, 8), Gen.Elements(60 * 80, 60 * 24 * 365, 60 * 24 * 365 * 9))
        from machine in Gen.Elements(true, false)
        select new Told((DeliveryEventKind)kind, (DeliveryEventKind)kind is DeliveryEventKind.Failed or DeliveryEventKind.Delayed ? code : "", age, machine);

    private static readonly Gen<(Told[] Events, int[] Order, int Cut)> Stories =
        from events in Events.NonEmptyListOf()
        from repeated in Gen.Choose(0, events.Count - 1).ListOf()
        from order in Gen.Shuffle(Enumerable.Range(0, events.Count).Concat(repeated))
        from cut in Gen.Choose(0, order.Length)
        select (events.ToArray(), order, cut);

    private int number;

    [Fact]
    public void The_order_repetitions_and_pieces_make_no_difference() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(14), Prop.ForAll(Stories.ToArbitrary(), story => TellAsync(story.Events, story.Order, story.Cut).GetAwaiter().GetResult()));

    private async Task TellAsync(Told[] events, int[] order, int cut)
    {
        var (now, one, other) = (PlatformFixture.Now, platform.NewAddress(), platform.NewAddress());
        var run = Interlocked.Increment(ref number);
        DeliveryEventInput Input(int i, string address) => new()
        {
            EventKey = $"{run}-{i}-{address}", Kind = events[i].Kind, Address = address, EnhancedCode = events[i].Code, Machine = events[i].Machine,
            EventTime = Timestamp.FromDateTime(now.AddMinutes(-events[i].Age)),
        };

        await platform.IngestAsync("order", [[.. Enumerable.Range(0, events.Length).Select(i => Input(i, one))]]);
        await Task.WhenAll(((int[][])[order[..cut], order[cut..]]).Where(part => part.Length > 0)
            .Select(part => platform.IngestAsync("order", part.Chunk(3).Select(chunk => (IReadOnlyCollection<DeliveryEventInput>)[.. chunk.Select(i => Input(i, other))]))));

        var (first, second) = (await platform.AddressAsync(one), await platform.AddressAsync(other));
        second.Facts.ShouldBe(first.Facts);
        second.Status.ShouldBe(first.Status);
    }
}
