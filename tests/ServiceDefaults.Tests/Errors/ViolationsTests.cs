using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Tests.Errors;

/// <summary>What is wrong with a request, field by field.</summary>
public sealed class ViolationsTests
{
    [Theory]
    [InlineData("", 1, "is empty; a value is required")]
    [InlineData("  ", 1, "is empty; a value is required")]
    [InlineData("abcdef", 0, "has 6 characters; at most 5 are allowed")]
    [InlineData("a", 2, "has 1 characters; at least 2 are required")]
    [InlineData("a\tb", 0, "contains a control character; only printable text is allowed")]
    public void A_text_that_is_too_long_too_short_or_unprintable_is_a_violation(string text, int minimum, string description)
    {
        var violations = new Violations();
        violations.Text(text, "field", 5, minimum);
        violations.Found.ShouldBe([new("field", description)]);
        Should.Throw<RefusalException>(violations.ThrowIfAny).Refusal.Reason.ShouldBe(CommonReasons.InvalidField);
    }

    [Fact]
    public void What_is_well_formed_is_no_violation()
    {
        var violations = new Violations();
        violations.Text(" ab c ", "field", 5, 1).ShouldBe("ab c");
        violations.Id(1, "id").ShouldBe(1);
        violations.RequestId(new string('x', 64), required: true);
        violations.None.ShouldBeTrue();
        violations.ThrowIfAny();
        Violations.Limit(10, 10, "ids");
        Should.Throw<RefusalException>(() => Violations.Limit(11, 10, "ids")).Refusal.Metadata
            .ShouldBe(new Dictionary<string, string> { ["field"] = "ids", ["limit"] = "10", ["actual"] = "11" }, ignoreOrder: true);
    }
}
