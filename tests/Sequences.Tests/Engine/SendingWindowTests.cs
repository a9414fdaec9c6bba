using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Tests.Engine;

/// <summary>When steps may be done, and how they are spread; no process.</summary>
public sealed class SendingWindowTests
{
    // Berlin 2026: 29 March 02:00 becomes 03:00, 25 October 03:00 becomes 02:00.
    private static readonly DateTime _gapDay = Utc(2026, 3, 29), _doubledDay = Utc(2026, 10, 25);

    [Theory]
    [InlineData(120, 180, "2026-04-05T00:00:00Z")] // 02:00–03:00 is not there: the Sunday after
    [InlineData(150, 240, "2026-03-29T01:00:00Z")] // 02:30 is taken as 03:00
    [InlineData(60, 150, "2026-03-29T00:00:00Z")]
    [InlineData(0, 1440, "2026-03-28T23:00:00Z")]
    public void A_window_that_begins_in_the_gap_opens_after_it(int start, int end, string open) =>
        SendingWindows.Next(Window("Europe/Berlin", start, end, 7), _gapDay.AddDays(-1)).Open.ShouldBe(DateTime.Parse(open, null, System.Globalization.DateTimeStyles.RoundtripKind));

    [Theory]
    [InlineData(120, 180, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z")] // 02:00 for the first time, 03:00 there is once
    [InlineData(135, 165, "2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z")] // only the first of both quarters
    [InlineData(180, 240, "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z")]
    public void A_window_in_the_doubled_hour_is_the_first_of_both(int start, int end, string open, string close)
    {
        var next = SendingWindows.Next(Window("Europe/Berlin", start, end, 7), _doubledDay.AddDays(-1));
        (next.Open.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null), next.Close.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null)).ShouldBe((open, close));
    }

    [Fact]
    public void Days_follow_each_other_without_a_gap_whatever_the_clocks_do()
    {
        foreach (var zone in new[] { "Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC" })
        {
            var window = Window(zone, 0, 1440, 1);
            var (begin, end) = SendingWindows.Day(window, Utc(2010, 1, 1));
            for (var i = 0; i < 4_000; i++)
            {
                var next = SendingWindows.Day(window, end);
                (next.Begin, next.End > next.Begin).ShouldBe((end, true), $"{zone} {end}");
                (begin, end) = next;
            }
        }
        SendingWindows.Day(null, Utc(2026, 5, 1).AddHours(7)).ShouldBe((Utc(2026, 5, 1), Utc(2026, 5, 2)));
    }

    /// <summary>But for the hours that the clocks double, a window is open exactly when a clock on the wall says so.</summary>
    [Fact]
    public void A_window_is_open_when_the_clock_on_the_wall_says_so() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var zones = new[] { "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC" };
        var start = random.Next(1440);
        var window = Window(zones[random.Next(zones.Length)], start, start + 1 + random.Next(1440 - start), [.. Enumerable.Range(1, 7).Where(_ => random.Next(2) == 0).DefaultIfEmpty(3)]);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
        for (var i = 0; i < 20; i++)
        {
            var now = Utc(2010, 1, 1).AddMinutes(random.Next(60 * 24 * 365 * 20));
            var wall = TimeZoneInfo.ConvertTimeFromUtc(now, zone);
            var (open, close) = SendingWindows.Next(window, now);
            (open < close && now < close).ShouldBeTrue();
            if (!zone.IsAmbiguousTime(wall) && !zone.IsAmbiguousTime(wall.AddHours(-1)))
            {
                var minute = (wall.Hour * 60) + wall.Minute;
                var expected = window.Weekdays.Contains(wall.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)wall.DayOfWeek) && minute >= window.StartMinute && minute < window.EndMinute;
                (open <= now).ShouldBe(expected, $"{window} at {now:O}, {wall:O} there");
            }
            // What is put off is done within an opening, and not before now.
            var settings = new SequenceSettings { SendingWindow = window, Jitter = Duration.FromTimeSpan(TimeSpan.FromSeconds(random.Next(86_400))) };
            if (StepTimes.PutOff(settings, random.Next(), random.Next(), now) is { } later)
            {
                (later > now && SendingWindows.Next(window, later).Open <= later).ShouldBeTrue();
            }
            var tomorrow = StepTimes.NextDay(settings, random.Next(), random.Next(), now);
            (tomorrow >= SendingWindows.Day(window, now).End && SendingWindows.Next(window, tomorrow).Open <= tomorrow).ShouldBeTrue();
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Jitter_is_always_the_same_within_its_bound_and_spread()
    {
        var settings = new SequenceSettings { Jitter = Duration.FromTimeSpan(TimeSpan.FromSeconds(9)) };
        var seconds = Enumerable.Range(1, 10_000).Select(e => StepTimes.Jitter(settings, e * 1_000_000L, 7).TotalSeconds).ToList();
        seconds.ShouldAllBe(s => s >= 0 && s <= 9);
        seconds.GroupBy(s => s).ShouldAllBe(g => g.Count() > 800 && g.Count() < 1_200);
        StepTimes.Jitter(settings, 5, 7).ShouldBe(StepTimes.Jitter(settings, 5, 7));
        Enumerable.Range(1, 100).Select(step => StepTimes.Jitter(settings, 5, step)).Distinct().Count().ShouldBe(10);
        StepTimes.Jitter(new(), 5, 7).ShouldBe(TimeSpan.Zero);
    }

    private static SendingWindow Window(string zone, int start, int end, params int[] weekdays) => new() { TimeZone = zone, StartMinute = start, EndMinute = end, Weekdays = { weekdays } };

    private static DateTime Utc(int year, int month, int day) => new(year, month, day, 0, 0, 0, DateTimeKind.Utc);
}
