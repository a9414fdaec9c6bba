using System.Globalization;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Sequences.Tests.Replies;

/// <summary>When somebody is back: what is clear is read, what is not is refused.</summary>
public sealed class ReturnDayTests
{
    private static readonly DateOnly Friday = new(2026, 2, 20);

    [Theory]
    [InlineData("I am back on 3 March.", "2026-03-03")]
    [InlineData("Back March 3rd, 2026", "2026-03-03")]
    [InlineData("I return on Tuesday the 3rd of March", "2026-03-03")]
    [InlineData("I will be back on the 3rd.", "2026-03-03")]
    [InlineData("back Monday", "2026-02-23")]
    [InlineData("back on Friday", "2026-02-27")]
    [InlineData("out until 3 March", "2026-03-03")]
    [InlineData("out through 3 March", "2026-03-04")]
    [InlineData("away from 1 March to 3 March", "2026-03-04")]
    [InlineData("away 1-3 March", "2026-03-04")]
    [InlineData("away March 1 to 3", "2026-03-04")]
    [InlineData("away between 1 March and 3 March", "2026-03-04")]
    [InlineData("available again from 3 March", "2026-03-03")]
    [InlineData("back on 13/03", "2026-03-13")]
    [InlineData("back on 03/13/2026", "2026-03-13")]
    [InlineData("back on 03/03", "2026-03-03")]
    [InlineData("back on Wednesday 03/04/2026", "2026-03-04")]
    [InlineData("back on Friday 03/04/2026", "2026-04-03")]
    [InlineData("back on 2026-03-04", "2026-03-04")]
    [InlineData("back on 29 February 2028", "ambiguous")]
    [InlineData("back on 3 January", "past")]
    [InlineData("back on 3 December", "2026-12-03")]
    [InlineData("back on 03/04", "ambiguous")]
    [InlineData("back on 03/04/2026", "ambiguous")]
    [InlineData("back on 03.04.2026", "ambiguous")]
    [InlineData("back on Monday 3 March 2026", "ambiguous")]
    [InlineData("back on 30 February", "ambiguous")]
    [InlineData("back next Monday", "ambiguous")]
    [InlineData("back on 3 March, no, back on 4 March", "ambiguous")]
    [InlineData("back on 3 March 2031", "ambiguous")]
    [InlineData("back tomorrow", "relative")]
    [InlineData("I will return in two weeks", "relative")]
    [InlineData("back on 9 February", "past")]
    [InlineData("away on 3 March", "none")]
    [InlineData("not available from 3 March", "none")]
    [InlineData("The fair is on 3 March. I am away.", "none")]
    [InlineData("I may return 3 books. Our hours are 9.30 to 17.30, 24/7.", "none")]
    [InlineData("We open Monday to Friday, 9 to 5", "none")]
    [InlineData("", "none")]
    public void A_day_is_read_where_everybody_would_read_the_same(string text, string expected)
    {
        var found = ReturnDays.Find(text, Friday);
        (found.Knowledge switch
        {
            ReturnKnowledge.Known => found.Day!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ReturnKnowledge.Unspecified => "none",
            var other => other.ToString().ToLowerInvariant(),
        }).ShouldBe(expected);
    }

    [Fact]
    public void However_a_day_of_the_next_months_is_written_it_is_that_day_and_in_figures_it_is_never_another() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(
        Gen.Choose(1, 300).Zip(Gen.Choose(0, 7)).Zip(Gen.Choose(0, 3000)).ToArbitrary(), t =>
        {
            var ((ahead, way), start) = t;
            var today = Friday.AddDays(start);
            var day = today.AddDays(ahead);
            string[] ways = ["d MMMM", "MMMM d", "dddd, d MMMM yyyy", "ddd d MMM", "yyyy-MM-dd", "d-MMM-yyyy", "dd/MM/yyyy", "MM/dd/yyyy"];
            var found = ReturnDays.Find($"I am away and back on {day.ToString(ways[way], CultureInfo.InvariantCulture)}.", today);
            return way < 6 ? found == new ReturnDay(ReturnKnowledge.Known, day)
                : found == new ReturnDay(ReturnKnowledge.Known, day) || (found.Knowledge == ReturnKnowledge.Ambiguous && day.Day <= 12 && day.Day != day.Month);
        }));
}
