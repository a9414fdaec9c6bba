using ContactPlatform.Cli;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;

namespace ContactPlatform.Eng.Tests.Cli;

public sealed class WordsTests
{
    [Theory]
    [InlineData("customer", FunnelStage.Customer)]
    [InlineData("LOYAL_CUSTOMER", FunnelStage.LoyalCustomer)]
    [InlineData("loyal-customer", FunnelStage.LoyalCustomer)]
    [InlineData("Loyal customer", FunnelStage.LoyalCustomer)]
    public void A_stage_is_read_as_people_type_it(string text, FunnelStage stage) => Words.ReadStage(text).ShouldBe(stage);

    [Theory]
    [InlineData("")]
    [InlineData("unspecified")]
    [InlineData("visitor")]
    public void What_is_no_stage_is_refused_with_those_there_are(string text) =>
        Should.Throw<CliException>(() => Words.ReadStage(text)).Message.ShouldContain("aware, engaged, customer, loyal-customer or promoter");

    [Fact]
    public void Every_stage_that_is_shown_can_be_typed()
    {
        foreach (var stage in Enum.GetValues<FunnelStage>().Where(s => s != FunnelStage.Unspecified))
        {
            Words.ReadStage(Words.Stage(stage)).ShouldBe(stage);
        }
    }

    [Theory]
    [InlineData(0, 100, "")]
    [InlineData(1, 1_000_000, "▏")]
    [InlineData(50, 100, "█████")]
    [InlineData(55, 100, "█████▌")]
    [InlineData(100, 100, "██████████")]
    [InlineData(0, 0, "")]
    public void A_bar_is_as_long_as_its_share_and_never_hides_the_last_one(long value, long max, string bar) => Words.Bar(value, max, 10).ShouldBe(bar);

    [Fact]
    public void A_status_says_where_somebody_was_lost()
    {
        Words.Status(new StageStatus { Stage = FunnelStage.LoyalCustomer, Lost = true }).ShouldBe("lost from Loyal customer");
        Words.Status(new StageStatus()).ShouldBe("no stage");
        Words.Cause(StageChangeCause.LabelRule).ShouldBe("label rule");
    }
}
