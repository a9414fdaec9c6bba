using ContactPlatform.Contacts.Contacts;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.Contacts;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("+6281234567890", "+6281234567890")]
    [InlineData("0062 812-3456-7890", "+6281234567890")]
    [InlineData(" +49 (30) 123.45/67 ", "+49301234567")]
    [InlineData("+1\u00a0212\u2011555\u20110100", "+12125550100")]
    [InlineData("+1234567", "+1234567")]
    [InlineData("+123456789012345", "+123456789012345")]
    public void Numbers_have_one_form(string text, string expected)
    {
        PhoneNumber.TryNormalise(text, out var phone).ShouldBeNull();
        phone.ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("030 1234567", "no country code")]
    [InlineData("+0301234567", "starts with 0")]
    [InlineData("+123456", "has 6 digits")]
    [InlineData("+1234567890123456", "has 16 digits")]
    [InlineData("+49 30 CALL ME", "no digit")]
    [InlineData("+49 30 1234 ext. 5", "no digit")]
    [InlineData("49+301234567", "no digit")]
    [InlineData("++49301234567", "no digit")]
    [InlineData("+٤٩٣٠١٢٣٤٥٦٧", "no digit")]
    public void What_is_no_number_is_refused_with_what_is_wrong(string text, string problem) =>
        PhoneNumber.TryNormalise(text, out _).ShouldNotBeNull().ShouldContain(problem);

    [Fact]
    public void Whatever_is_accepted_is_in_normal_form_already() =>
        Prop.ForAll(Gen.Elements("+", "00", "0", "1", "49", "8", "7", "-", " ", "(", ")", "x", "٤").ArrayOf().Select(string.Concat).ToArbitrary(), text =>
            PhoneNumber.TryNormalise(text, out var phone) is not null
                ? phone.Length == 0
                : phone.Length <= PhoneNumber.MaximumLength && PhoneNumber.TryNormalise(phone, out var again) is null && again == phone)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
}

public sealed class TimeZoneNameTests
{
    [Theory]
    [InlineData("Asia/Jakarta", "Asia/Jakarta")]
    [InlineData(" America/Argentina/Buenos_Aires ", "America/Argentina/Buenos_Aires")]
    [InlineData("Etc/GMT+5", "Etc/GMT+5")]
    [InlineData("UTC", "UTC")]
    [InlineData("", "")]
    public void Names_of_the_database_are_known(string text, string expected)
    {
        TimeZoneName.TryNormalise(text, out var name).ShouldBeNull();
        name.ShouldBe(expected);
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("SE Asia Standard Time")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("+07:00")]
    public void Others_are_refused(string text) => TimeZoneName.TryNormalise(text, out _).ShouldNotBeNull().ShouldContain("Asia/Jakarta");
}
