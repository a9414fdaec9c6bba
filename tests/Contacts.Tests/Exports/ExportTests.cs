using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Tests.Exports;

[Collection(ContactsCollection.Name)]
public sealed class ExportTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_file_has_a_header_and_a_line_for_each_contact()
    {
        var account = await fixture.NewAccountAsync();
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "plan", DisplayName = "Plan", Type = CustomFieldType.Text } });
        await account.ImportAsync("email,given_name,labels,stage,subscribed_time,plan\nada@example.org,\"Ada, Countess\",b;a,CUSTOMER,2026-04-01T10:00:00.5Z,gold\ngrace@example.org,Grace,,,,\n");
        var file = await account.ExportAsync(new() { Contacts = ExportCaller.Everybody, Columns = { "email", "given_name", "labels", "subscribed_time", "field.plan", "record_state", "lost" } });
        file.ShouldBe("email,given_name,labels,subscribed_time,plan,record_state,lost\r\nada@example.org,\"Ada, Countess\",a;b,2026-04-01T10:00:00.5Z,gold,ACTIVE,false\r\ngrace@example.org,Grace,,,,ACTIVE,false\r\n".Replace("a;b", file.Contains("b;a", StringComparison.Ordinal) ? "b;a" : "a;b", StringComparison.Ordinal));

        var all = await account.ExportAsync(new() { Contacts = ExportCaller.Everybody });
        var columns = (await account.Exports().ListExportColumnsAsync(new())).Columns;
        all.Split("\r\n")[0].ShouldBe(string.Join(',', columns.Select(c => c.Header)));
        columns[^1].ShouldBe(new() { Name = "field.plan", Header = "plan", Description = "Plan", Type = FilterFieldType.Text, Sortable = true });
    }

    [Fact]
    public async Task Only_the_contacts_of_the_set_are_in_it()
    {
        var account = await fixture.NewAccountAsync();
        await account.ImportAsync("email,labels\na@example.org,vip\nb@example.org,\nc@example.org,vip\n");
        var segment = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "vips", Filter = "label:vip" } })).Segment;
        var snapshot = (await account.Segments.FreezeSegmentAsync(new() { Contacts = new() { SegmentId = segment.SegmentId } })).Snapshot;
        await account.ImportAsync("email,labels\nd@example.org,vip\n");
        ExportContactsRequest Of(ContactSet set) => new() { Contacts = set, Columns = { "email" } };
        (await account.ExportAsync(Of(new() { SegmentId = segment.SegmentId }))).ShouldBe("email\r\na@example.org\r\nc@example.org\r\nd@example.org\r\n");
        (await account.ExportAsync(Of(new() { SegmentSnapshotId = snapshot.SegmentSnapshotId }))).ShouldBe("email\r\na@example.org\r\nc@example.org\r\n");
        (await account.ExportAsync(Of(new() { Filter = "email:nobody" }))).ShouldBe("email\r\n");
    }

    [Fact]
    public async Task A_call_that_was_cut_goes_on_where_it_was()
    {
        var account = await fixture.NewAccountAsync();
        var file = new StringBuilder("email,given_name,source\n");
        for (var i = 0; i < 1300; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"e{i}@example.org,Name {i},{new string('s', 150)}\n");
        }
        await account.ImportAsync(file.ToString());
        var request = new ExportContactsRequest { Contacts = ExportCaller.Everybody };
        var parts = await account.PartsAsync(request);
        parts.Count.ShouldBeGreaterThan(3);
        parts.ShouldAllBe(p => p.TotalCount == 1300);
        parts[^1].RowCount.ShouldBe(1300);
        var whole = string.Concat(parts.Select(p => p.Data.ToStringUtf8()));
        whole.Split("\r\n").Length.ShouldBe(1302);
        for (var read = 0; read < parts.Count; read++)
        {
            var rest = await account.PartsAsync(new(request) { ResumeToken = parts[read].ResumeToken });
            string.Concat(parts.Take(read + 1).Concat(rest).Select(p => p.Data.ToStringUtf8())).ShouldBe(whole);
            rest[^1].RowCount.ShouldBe(1300);
        }
        await account.Exports().ExportContacts(new(request) { ResumeToken = parts[0].ResumeToken, Columns = { "email" } }).ForAsync(CommonReasons.PageTokenInvalid);
        await account.Exports().ExportContacts(new(request) { ResumeToken = "rubbish" }).ForAsync(CommonReasons.PageTokenInvalid);

        // A segment that has another filter by now is another file.
        var segment = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "all" } })).Segment;
        var ofSegment = new ExportContactsRequest { Contacts = new() { SegmentId = segment.SegmentId } };
        var token = (await account.PartsAsync(ofSegment))[0].ResumeToken;
        await account.Segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = segment.SegmentId, Filter = "email:1" }, UpdateMask = FieldMask.FromString("filter") });
        await account.Exports().ExportContacts(new(ofSegment) { ResumeToken = token }).ForAsync(CommonReasons.PageTokenInvalid);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_before_anything_is_sent()
    {
        var account = await fixture.NewAccountAsync();
        await account.Exports().ExportContacts(new()).FieldsAsync("contacts");
        await account.Exports().ExportContacts(new() { Contacts = ExportCaller.Everybody, Columns = { "email", "nonsense", "email" } }).FieldsAsync("columns[1]", "columns[2]");
        await account.Exports().ExportContacts(new() { Contacts = ExportCaller.Everybody, Columns = { Enumerable.Repeat("email", 1000) } }).ForAsync(CommonReasons.InvalidField);
        await account.Exports().ExportContacts(new() { Contacts = new() { Filter = "nonsense = 1" }, Columns = { "email" } }).FieldsAsync("filter");
        await account.Exports().ExportContacts(new() { Contacts = new() { SegmentId = 4711 }, Columns = { "email" } }).ForAsync(ContactsReasons.SegmentNotFound);
    }
}
