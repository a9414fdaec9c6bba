using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Addresses;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.Contacts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("Ana.Li@Example.ORG", "ana.li@example.org")]
    [InlineData("  a+tag@b-c.example  ", "a+tag@b-c.example")]
    [InlineData("info@bücher.example", "info@xn--bcher-kva.example")]
    [InlineData("INFO@BÜCHER.example", "info@xn--bcher-kva.example")]
    [InlineData("info@xn--bcher-kva.example", "info@xn--bcher-kva.example")]
    [InlineData("JOSE\u0301@example.org", "jos\u00e9@example.org")]
    [InlineData("почта@пример.испытание", "почта@xn--e1afmkfd.xn--80akhbyknj4f")]
    [InlineData("用户@例え。テスト", "用户@xn--r8jz45g.xn--zckzah")]
    [InlineData("o'neil!#$%&*/=?^_`{|}~@example.org", "o'neil!#$%&*/=?^_`{|}~@example.org")]
    public void Addresses_have_one_form(string text, string expected)
    {
        EmailAddress.TryNormalise(text, out var email).ShouldBeNull();
        email.ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("   ", "is empty")]
    [InlineData("ana", "has no @")]
    [InlineData("@example.org", "nothing before the @")]
    [InlineData("ana@", "has no domain")]
    [InlineData("ana@example", "without a dot")]
    [InlineData("a b@example.org", "a blank")]
    [InlineData("a@b@example.org", "a second @")]
    [InlineData(".ana@example.org", "misplaced dot")]
    [InlineData("an..a@example.org", "misplaced dot")]
    [InlineData("\"an a\"@example.org", "quoted")]
    [InlineData("Ana <ana@example.org>", "a blank")]
    [InlineData("ana@[192.0.2.1]", "address literal")]
    [InlineData("ana@192.0.2.1", "malformed domain")]
    [InlineData("ana@-example.org", "malformed domain")]
    [InlineData("ana@exa_mple.org", "malformed domain")]
    [InlineData("ana@example..org", "malformed domain")]
    [InlineData("ana@example.org.", "malformed domain")]
    [InlineData("ana\u0000@example.org", "a control character")]
    [InlineData("ana\u200b@example.org", "the character")]
    public void What_is_no_address_is_refused_with_what_is_wrong(string text, string problem) =>
        EmailAddress.TryNormalise(text, out _).ShouldNotBeNull().ShouldContain(problem);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => EmailAddress.TryNormalise("ana\ud800@example.org", out _).ShouldNotBeNull().ShouldContain("broken");

    [Fact]
    public void Sizes_are_those_of_the_standard()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 61), 3)) + ".de"; // 61 * 3 + 2 + 3 = 188
        EmailAddress.TryNormalise($"{new string('a', 64)}@{domain}", out _).ShouldBeNull();
        EmailAddress.TryNormalise($"{new string('a', 65)}@{domain}", out _).ShouldNotBeNull().ShouldContain("at most 64");
        EmailAddress.TryNormalise($"{new string('a', 64)}@d.{domain}", out var longest).ShouldNotBeNull(longest).ShouldContain("254");
        EmailAddress.TryNormalise($"{new string('a', 64)}@{domain[1..]}", out _).ShouldBeNull();
        EmailAddress.TryNormalise($"a@{new string('d', 64)}.org", out _).ShouldNotBeNull().ShouldContain("malformed domain");
        EmailAddress.TryNormalise(new string('a', 1_000_000), out _).ShouldNotBeNull();
    }

    [Fact]
    public void Whatever_is_accepted_is_in_normal_form_already()
    {
        var parts = Gen.Elements("a", "Z", "é", "e\u0301", "İ", "ß", "ς", ".", "+", "@", "-", " ", "例", "\ud83d", "\ude00", "xn--", "example", "ORG", "。", "\u00ad", "ﬁ");
        var texts = Gen.OneOf(
            ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""),
            parts.ArrayOf().Select(string.Concat),
            parts.ArrayOf().Zip(parts.ArrayOf()).Select(p => $"{string.Concat(p.Item1)}@{string.Concat(p.Item2)}.org"));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            if (EmailAddress.TryNormalise(text, out var email) is not null)
            {
                return email.Length == 0;
            }
            return email.Length <= EmailAddress.MaximumLength && EmailAddress.TryNormalise(email, out var again) is null && again == email;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }
}
