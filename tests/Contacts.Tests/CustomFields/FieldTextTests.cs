using ContactPlatform.Contacts.CustomFields;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.CustomFields;

public sealed class FieldTextTests
{
    [Theory]
    [InlineData(" 0012.500 ", "12.5")]
    [InlineData("-0.0", "0")]
    [InlineData("+7", "7")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("123456789012345678.0123456789", "123456789012345678.0123456789")]
    [InlineData("-999999999999999999.9999999999", "-999999999999999999.9999999999")]
    [InlineData("0000000000000000000000000000001.00000000000000000", "1")]
    public void Numbers_are_exact(string text, string written)
    {
        FieldText.ReadNumber(text, out var value).ShouldBeNull();
        FieldValue.Write(value.Number!.Value).ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1,5")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData("1e3")]
    [InlineData("٣")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("1234567890123456789")]
    [InlineData("0.12345678901")]
    public void What_is_no_number_is_refused_with_what_it_is(string text) =>
        FieldText.ReadNumber(text, out _).ShouldNotBeNull().ShouldStartWith($"is \"{text}\"; ");

    [Fact]
    public void Every_number_of_28_digits_comes_back() =>
        Prop.ForAll<long, uint>((whole, part) =>
        {
            var number = (whole % 1_000_000_000_000_000_000) + (part % 10_000_000_000m / 10_000_000_000m);
            return FieldText.ReadNumber(FieldValue.Write(number), out var value) is null && value.Number == number;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2026-04-01", true)]
    [InlineData("0001-01-01", true)]
    [InlineData("2024-02-29", true)]
    [InlineData("2025-02-29", false)]
    [InlineData("01.04.2026", false)]
    [InlineData("2026-4-1", false)]
    [InlineData("2026-04-01T00:00:00Z", false)]
    public void Dates_are_days_of_the_calendar(string text, bool good)
    {
        FieldText.ReadDate(text, out var value).ShouldBe(good ? null : $"is \"{text}\"; expected a day such as 2026-04-01");
        if (good)
        {
            FieldValue.Write(value.Date!.Value).ShouldBe(text);
        }
    }

    [Fact]
    public void Texts_have_one_line_and_a_length()
    {
        FieldText.ReadText(" Cafe\u0301 ", out var value).ShouldBeNull();
        value.Text.ShouldBe("Café");
        FieldText.ReadText("  ", out _).ShouldNotBeNull();
        FieldText.ReadText("a\nb", out _).ShouldNotBeNull();
        FieldText.ReadText("a\uD800", out _).ShouldNotBeNull();
        FieldText.ReadText("a\uFFFE", out _).ShouldNotBeNull();
        FieldText.ReadText(new string('x', 401), out _).ShouldBe("has 401 characters; at most 400 are allowed");
        FieldText.ReadText(new string('x', 1_000_000), out _).ShouldBe("has 1000000 characters; at most 400 are allowed");
    }

    [Theory]
    [InlineData(CustomFieldType.Boolean, "YES", true)]
    [InlineData(CustomFieldType.Boolean, "n", true)]
    [InlineData(CustomFieldType.Boolean, "maybe", false)]
    [InlineData(CustomFieldType.Choice, "gOLD", true)]
    [InlineData(CustomFieldType.Choice, "golden", false)]
    [InlineData(CustomFieldType.Choice, "", false)]
    [InlineData(CustomFieldType.Text, "two\r\nlines", true)]
    public void Cells_are_read_by_the_fields_type(CustomFieldType type, string text, bool good)
    {
        var field = new CustomField { FieldKey = "tier", DisplayName = "Tier", Type = type, Choices = ["Gold", "Silver"] };
        (FieldText.Read(field, text, out var value) is null).ShouldBe(good);
        if (good)
        {
            value.ShouldBe(type switch { CustomFieldType.Boolean => new FieldValue(Boolean: text == "YES"), CustomFieldType.Choice => new(Text: "Gold"), _ => new(Text: "two lines") });
        }
    }
}
