using ContactPlatform.Contacts.ImportMappings;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Contacts.Tests.ImportMappings;

public sealed class HeaderWordsTests
{
    [Theory]
    [InlineData("E-Mail", ImportField.Email)]
    [InlineData("EMAIL_ADDRESS", ImportField.Email)]
    [InlineData(" Prénom ", ImportField.GivenName)]
    [InlineData("PRENOM", ImportField.GivenName)]
    [InlineData("given_name", ImportField.GivenName)]
    [InlineData("family_name", ImportField.FamilyName)]
    [InlineData("time_zone", ImportField.TimeZone)]
    [InlineData("subscribed_time", ImportField.SubscribedTime)]
    [InlineData("phone", ImportField.Phone)]
    [InlineData("source", ImportField.Source)]
    [InlineData("owner", ImportField.Owner)]
    [InlineData("labels", ImportField.Labels)]
    [InlineData("stage", ImportField.Stage)]
    [InlineData("Tag(s)", ImportField.Labels)]
    [InlineData("Contact", ImportField.Unspecified)]
    [InlineData("name", ImportField.Unspecified)]
    [InlineData("--", ImportField.Unspecified)]
    [InlineData("", ImportField.Unspecified)]
    public void A_header_names_one_field_however_it_is_written(string header, ImportField field) => HeaderWords.Find(header).ShouldBe(field);
}
