using ContactPlatform.Contacts.Labels;

namespace ContactPlatform.Contacts.Tests.Labels;

public sealed class LabelNameTests
{
    [Theory]
    [InlineData("a", "A")]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφος")]
    [InlineData("Straße", "STRAßE")]
    [InlineData("é", "É")]
    public void Names_compare_without_case(string one, string other) => LabelName.Key(one).ShouldBe(LabelName.Key(other));

    [Fact]
    public void Names_that_differ_in_more_than_case_differ() => LabelName.Key("ä").ShouldNotBe(LabelName.Key("a"));
}
