using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests;

public sealed class TextKeyTests
{
    [Theory]
    [InlineData("  Ana LI ", "ana li")]
    [InlineData("É", "é")]
    [InlineData("E\u0301", "é")]
    [InlineData("ΟΔΥΣΣΕΥΣ", "οδυσσευσ")]
    [InlineData("Οδυσσευς", "οδυσσευσ")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    public void Case_and_form_do_not_count(string text, string key) => TextKey.Of(text).ShouldBe(key);

    [Fact]
    public void What_cannot_be_normalised_is_replaced() => (TextKey.Of("A\uD800b"), TextKey.Of("É\uFFFEb")).ShouldBe(("a\uFFFDb", "é\uFFFDb"));

    [Theory]
    [InlineData("e", "é")]
    [InlineData("strasse", "straße")]
    [InlineData("I", "ı")]
    public void Accents_and_other_letters_do(string one, string other) => TextKey.Of(one).ShouldNotBe(TextKey.Of(other));

    [Fact]
    public void A_key_is_its_own_key_and_case_leads_to_it() =>
        Prop.ForAll<NonNull<string>>(text =>
        {
            var key = TextKey.Of(text.Get);
            return TextKey.Of(key) == key && TextKey.Of(text.Get.ToUpperInvariant()) == key && key.IsNormalized(NormalizationForm.FormC);
        }).QuickCheckThrowOnFailure();

    /// <summary>So a value of 400 characters has a key of at most 400, and any text one of at most three times its length.</summary>
    [Fact]
    public void No_character_grows_beyond_what_columns_hold()
    {
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (Rune.IsValid(value) && value != 0xFFFE)
            {
                var text = new Rune(value).ToString();
                var normal = text.Normalize(NormalizationForm.FormC);
                TextKey.Of(normal).Length.ShouldBeLessThanOrEqualTo(normal.Length, $"U+{value:X}");
                TextKey.Of(text).Length.ShouldBeLessThanOrEqualTo(TextKey.Growth * text.Length, $"U+{value:X}");
            }
        }
    }
}
