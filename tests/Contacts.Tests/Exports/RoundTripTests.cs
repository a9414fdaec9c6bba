using System.Text;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Csv;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.Exports;

/// <summary>What is exported from one account and imported into another is the same there.</summary>
[Collection(ContactsCollection.Name)]
public sealed class RoundTripTests(ContactsFixture fixture)
{
    private static readonly string[] Columns = ["email", "phone", "given_name", "family_name", "time_zone", "source", "subscribed_time", "owner", "labels", "field.memo", "field.size", "field.born", "field.paying"];

    private static readonly string[] Texts =
        ["", "Ada", "=1+1", "'=1+1", "''=x", "@home", "+1 202 555 0143", "-5", "-cmd|' /C calc'!A0", "a,b", "a\"b", "\"", "'", "é", "e\u0301", "日本", "🙂", "x'", "=", "'@'"];

    [Fact]
    public async Task Nothing_is_lost_on_the_way()
    {
        var (from, to) = (await fixture.NewAccountAsync(), await fixture.NewAccountAsync());
        foreach (var account in new[] { from, to })
        {
            foreach (var (key, type) in new[] { ("memo", CustomFieldType.Text), ("size", CustomFieldType.Number), ("born", CustomFieldType.Date), ("paying", CustomFieldType.Boolean) })
            {
                await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = key, DisplayName = key, Type = type } });
            }
        }
        var cell = Gen.Elements(Texts);
        var rows = Gen.Sample(
            from given in cell
            from family in cell
            from source in cell
            from memo in cell
            from labels in Gen.Elements("", "a", "=b;'c", "d;a;@e")
            from size in Gen.Elements("", "-12.5", "0", "79228162514264.3375")
            from paying in Gen.Elements("", "true", "false")
            select (given, family, source, memo, labels, size, paying), 300).ToList();
        var file = new StringBuilder();
        CsvWriter.Append(file, ["email", "given_name", "family_name", "source", "memo", "labels", "size", "paying", "born", "subscribed_time", "time_zone"]);
        foreach (var (i, r) in rows.Index())
        {
            CsvWriter.Append(file, [$"p{i}@example.org", r.given, r.family, r.source, r.memo, r.labels, r.size, r.paying, i % 2 == 0 ? "" : "2001-02-28", "2026-03-04T05:06:07.123456Z", "Asia/Jakarta"]);
        }
        await from.ImportAsync(file.ToString());
        var contact = (await from.Contacts.GetContactAsync(new() { Email = "p0@example.org" })).Contact;
        (contact.GivenName, contact.Source).ShouldBe((rows[0].given, rows[0].source));

        var first = await from.ExportAsync(new() { Contacts = ExportCaller.Everybody, Columns = { Columns } });
        await to.ImportAsync(first);
        (await to.ExportAsync(new() { Contacts = ExportCaller.Everybody, Columns = { Columns } })).ShouldBe(first);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@x", "'@x")]
    [InlineData("-x", "'-x")]
    [InlineData("+x", "'+x")]
    [InlineData("'=x", "''=x")]
    [InlineData("-5", "-5")]
    [InlineData("+62 811-1", "+62 811-1")]
    [InlineData("'", "'")]
    [InlineData("O'Hara", "O'Hara")]
    public void Formulas_become_harmless_and_come_back(string text, string cell)
    {
        var csv = new StringBuilder();
        CsvWriter.Append(csv, [text]);
        csv.ToString().ShouldBe(cell + "\r\n");
        CsvWriter.Original(cell).ShouldBe(text);
    }
}
