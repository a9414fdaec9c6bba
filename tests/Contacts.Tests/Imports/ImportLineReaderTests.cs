using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Csv;

namespace ContactPlatform.Contacts.Tests.Imports;

public sealed class ImportLineReaderTests
{
    private const string Header = "email,phone,given_name,family_name,time_zone,source,subscribed_time,owner,labels,stage";

    [Fact]
    public void Reads_every_field_in_its_normal_form()
    {
        var line = Read(" Zoë@EXAMPLE.org ,+49 (30) 1234-567,\"Zo\nE\",Núñez,Europe/Berlin,\"trade fair\r\nhall 3\",2025-03-01T10:00:00.1234567+02:00,user:7,vip; VIP ;客户,loyal customer");
        line.Problems.ShouldBeEmpty();
        (line.Email, line.Phone, line.GivenName, line.Source, line.TimeZone, line.Owner).ShouldBe(("zoë@example.org", "+49301234567", "Zo E", "trade fair hall 3", "Europe/Berlin", "user:7"));
        line.SubscribedTime.ShouldBe(new DateTime(2025, 3, 1, 8, 0, 0, DateTimeKind.Utc).AddTicks(1_234_560));
        line.Labels.Values.ShouldBe(["vip", "客户"]);
        line.Stage.ShouldBe(FunnelStage.LoyalCustomer);
    }

    [Fact]
    public void Collects_all_problems_of_a_row()
    {
        var line = Read($"nobody@,12,{new string('x', 201)},\"a\0b\",Mars/Olympus,,yesterday,,{new string('l', 101)},VISITOR");
        line.Problems.Select(p => p.Field).ShouldBe(["email", "phone", "given_name", "family_name", "time_zone", "subscribed_time", "labels", "stage"]);
        line.Problems.ShouldAllBe(p => p.Reason == LineReasons.InvalidField && p.Text.Length > 10);
        // Who used another character between labels sees which one was meant.
        line.Problems.Single(p => p.Field == "labels").Text.ShouldContain("between labels this import expects ;");
    }

    [Theory]
    [InlineData(",,Ada,,,,,,,", LineReasons.InvalidField, "neither an email nor a phone")]
    [InlineData("a@example.org,,Ada", LineReasons.Malformed, "has 3 fields; the header has 10")]
    [InlineData("a@example.org,,\"Ada,,,,,,,", LineReasons.Malformed, "nothing closes")]
    [InlineData("a@example.org,,A\"da,,,,,,,", LineReasons.Malformed, "quote where none may stand")]
    public void Refuses_a_row_as_a_whole(string row, string reason, string problem)
    {
        var line = Read(row);
        line.Problems.ShouldHaveSingleItem().Reason.ShouldBe(reason);
        line.Problems[0].Text.ShouldContain(problem);
        (line.Line, line.Raw).ShouldBe((2L, row));
    }

    [Theory]
    [InlineData("2026-04-01", "2026-04-01T00:00:00Z")]
    [InlineData("2026-04-01T09:30:00Z", "2026-04-01T09:30:00Z")]
    [InlineData("2026-04-01t09:30:00.5z", "2026-04-01T09:30:00.5Z")]
    [InlineData("2026-04-01T00:30:00-05:00", "2026-04-01T05:30:00Z")]
    [InlineData("2026-02-30", null)]
    [InlineData("2026-04-01T09:30:00", null)]
    [InlineData("01/04/2026", null)]
    public void Reads_times(string text, string? expected) =>
        ImportValues.ReadTime(text).ShouldBe(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime);

    [Theory]
    [InlineData("AWARE", FunnelStage.Aware)]
    [InlineData("Loyal Customer", FunnelStage.LoyalCustomer)]
    [InlineData("loyal_customer", FunnelStage.LoyalCustomer)]
    [InlineData("promoter", FunnelStage.Promoter)]
    [InlineData("0", null)]
    [InlineData("lost", null)]
    public void Reads_stages(string text, FunnelStage? expected) => ImportValues.ReadStage(text).ShouldBe(expected);

    [Theory]
    [InlineData("=1+2", "'=1+2")]
    [InlineData("@x", "'@x")]
    [InlineData("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0")]
    [InlineData("+49 30 123", "+49 30 123")]
    [InlineData("-5", "-5")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    public void Writes_nothing_that_a_spreadsheet_would_run(string value, string expected)
    {
        var csv = new StringBuilder();
        CsvWriter.Append(csv, ["x", value]);
        csv.ToString().ShouldBe($"x,{expected}\r\n");
    }

    private static ImportLine Read(string row)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{Header}\n{row}\n"));
        var plan = new ImportPlan(new ImportConfig());
        var csv = plan.Open(stream);
        var columns = plan.ReadHeaderAsync(csv, [], CancellationToken.None).GetAwaiter().GetResult();
        csv.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult().ShouldBeTrue();
        return new ImportLineReader(columns, plan.LabelSeparator).Read(csv, 1);
    }
}
