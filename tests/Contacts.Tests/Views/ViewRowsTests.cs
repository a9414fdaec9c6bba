using System.Globalization;
using ContactPlatform.Contacts.Tests.Exports;
using ContactPlatform.Contacts.Tests.Segments;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Tests.Views;

/// <summary>What views show.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ViewRowsTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Cells_have_the_types_of_their_columns()
    {
        var account = await fixture.NewAccountAsync();
        await FieldAsync("plan", CustomFieldType.Choice, "Gold", "Silver");
        await FieldAsync("budget", CustomFieldType.Number);
        await FieldAsync("since", CustomFieldType.Date);
        await FieldAsync("vip", CustomFieldType.Boolean);
        await account.ImportAsync("email,labels,subscribed_time,plan,budget,since,vip\nada@example.org,b;a,2026-04-01T10:00:00.5Z,GOLD,12.50,2024-02-29,yes\ngrace@example.org,,,,,,\n");
        // Spelled otherwise now; what was stored stays.
        var field = (await account.Fields.GetCustomFieldAsync(new() { Key = "plan" })).CustomField;
        await account.Fields.UpdateCustomFieldAsync(new() { CustomField = new() { CustomFieldId = field.CustomFieldId, Choices = { "GoLd", "Silver" } }, UpdateMask = FieldMask.FromString("choices") });
        foreach (var name in new[] { "1st", "2nd" })
        {
            var list = (await account.Lists.CreateContactListAsync(new() { DisplayName = name })).ContactList.ContactListId;
            var first = (await account.Contacts.GetContactAsync(new() { Email = "ada@example.org" })).Contact.ContactId;
            await account.Lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { first } });
        }
        string[] columns = ["field.budget", "contact_id", "email", "labels", "subscribed_time", "field.plan", "field.since", "field.vip", "lost", "record_state", "stage", "lists"];
        var view = await ViewAsync(account, "typed", "", "email", columns);
        var page = await account.Views().ListViewRowsAsync(new() { ViewId = view });
        page.Columns.Select(c => c.Name).ShouldBe(columns);
        page.Columns.Select(c => c.Type).ShouldBe([FilterFieldType.Number, FilterFieldType.Number, FilterFieldType.Text, FilterFieldType.Label, FilterFieldType.Time, FilterFieldType.Choice, FilterFieldType.Date,
            FilterFieldType.Boolean, FilterFieldType.Boolean, FilterFieldType.Choice, FilterFieldType.Choice, FilterFieldType.List]);
        var (ada, grace) = (page.Rows[0], page.Rows[1]);
        ada.Cells[3].NamesValue.Names.ShouldBe(["a", "b"], ignoreOrder: true);
        ada.Cells.Where((_, i) => i != 3).ShouldBe([
            new() { NumberValue = "12.5" }, new() { NumberValue = ada.ContactId.ToString(CultureInfo.InvariantCulture) }, new() { TextValue = "ada@example.org" },
            new() { ValueTime = Timestamp.FromDateTime(new(2026, 4, 1, 10, 0, 0, 500, DateTimeKind.Utc)) }, new() { TextValue = "GoLd" }, new() { DateValue = "2024-02-29" },
            new() { BooleanValue = true }, new() { BooleanValue = false }, new() { TextValue = "ACTIVE" }, new(), new() { NamesValue = new() { Names = { "1st", "2nd" } } }]);
        grace.Cells.Select((c, i) => (c.ValueCase == ViewCell.ValueOneofCase.None, i)).Where(c => c.Item1).Select(c => c.i).ShouldBe([0, 3, 4, 5, 6, 7, 10, 11]);

        // A file of the view has its columns, and the rows of its segment.
        var file = await account.ExportAsync(new() { ViewId = view });
        file.ShouldStartWith("budget,contact_id,email,labels,subscribed_time,plan,since,vip,lost,record_state,stage,lists\r\n12.5,");
        file.ShouldContain(",2026-04-01T10:00:00.5Z,GoLd,2024-02-29,true,false,ACTIVE,,1st;2nd\r\n");
        await account.Exports().ExportContacts(new() { ViewId = view, Columns = { "email" } }).FieldsAsync("columns");
        await account.Exports().ExportContacts(new() { ViewId = 0 }).FieldsAsync("view_id");
        await account.Exports().ExportContacts(new() { ViewId = 987654321 }).ForAsync(ContactsReasons.ViewNotFound);

        // A column that is gone is named, not left out.
        await account.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = field.CustomFieldId });
        await account.Views().ListViewRowsAsync(new() { ViewId = view }).FieldsAsync("view.columns[5]");
        await account.Exports().ExportContacts(new() { ViewId = view }).FieldsAsync("view.columns[5]");

        async Task FieldAsync(string key, CustomFieldType type, params string[] choices) =>
            await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = key, Type = type, Choices = { choices } } });
    }

    /// <summary>The order is that of a plain sorting in memory, and pages of a few rows have them all, each once.</summary>
    [Fact]
    public async Task Rows_come_in_every_order_there_is_page_by_page()
    {
        var bed = await FilterBed.CreateAsync(fixture, 60);
        var sortable = (await bed.Account.Exports().ListExportColumnsAsync(new())).Columns.Where(c => c.Sortable).Select(c => c.Name).ToList();
        sortable.ShouldBe(["contact_id", "email", "phone", "given_name", "family_name", "time_zone", "source", "subscribed_time", "unsubscribed_time", "owner", "lead_score", "create_time", "update_time", "stage_change_time", "last_send_time", "last_open_time", "last_click_time", "engagement_change_time", "first_working_time",
            "field.birthday", "field.nick", "field.points", .. Enumerable.Range(0, 12).Select(i => $"field.spare{i}").Order(StringComparer.Ordinal)]);
        var view = await ViewAsync(bed.Account, "sorted", "lead_score >= 0", "", "email");
        List<Person> people = [.. bed.People.Where(p => p.Score >= 0)];
        foreach (var (column, value) in Keys)
        {
            foreach (var descending in new[] { false, true })
            {
                await bed.Account.Views().UpdateViewAsync(new() { View = new() { ViewId = view, OrderBy = $"{column}{(descending ? " desc" : "")}" }, UpdateMask = FieldMask.FromString("order_by") });
                var compare = Comparer<(IComparable Key, long Id)>.Create((a, b) => a.Key is string x && b.Key is string y && x != y ? string.CompareOrdinal(x, y) : a.CompareTo(b));
                var known = people.Where(p => value(p) is not (null or "")).Select(p => (Key: value(p)!, p.Id)).Order(compare).Select(p => p.Id);
                var unknown = people.Where(p => value(p) is null or "").Select(p => p.Id).Order();
                (await PagesAsync(bed.Account, view, 23)).ShouldBe([.. descending ? known.Reverse() : known, .. descending ? unknown.Reverse() : unknown], $"{column} {descending}");
            }
        }
    }

    [Fact]
    public async Task Who_changes_between_two_pages_moves_nobody_else_and_tokens_are_bound()
    {
        var account = await fixture.NewAccountAsync();
        var names = "abcdefghij".Select(c => $"{c}").ToList();
        await account.ImportAsync($"email,family_name\n{string.Concat(names.Select(n => $"{n}@example.org,{n}\n"))}");
        var view = await ViewAsync(account, "by name", "", "family_name", "family_name");
        var first = await account.Views().ListViewRowsAsync(new() { ViewId = view, PageSize = 4 });
        first.Rows.Select(r => r.Cells[0].TextValue).ShouldBe(["a", "b", "c", "d"]);
        // The last of the page goes, one of it comes again further behind, and one comes to be before it.
        await account.Contacts.DeleteContactAsync(new() { ContactId = first.Rows[3].ContactId });
        await RenameAsync(first.Rows[0].ContactId, "eee");
        var h = (await account.Contacts.GetContactAsync(new() { Email = "h@example.org" })).Contact.ContactId;
        await RenameAsync(h, "aaa");
        var second = await account.Views().ListViewRowsAsync(new() { ViewId = view, PageSize = 10, PageToken = first.NextPageToken });
        second.Rows.Select(r => r.Cells[0].TextValue).ShouldBe(["e", "eee", "f", "g", "i", "j"]);
        second.NextPageToken.ShouldBeEmpty();

        foreach (var token in new[] { "x", first.NextPageToken[4..], "AAAA", "_w", "____" })
        {
            await account.Views().ListViewRowsAsync(new() { ViewId = view, PageToken = token }).ForAsync(CommonReasons.PageTokenInvalid);
        }
        // Other columns are no other place; another order or filter is.
        await UpdateAsync("columns", new() { ViewId = view, Columns = { "email" } });
        await account.Views().ListViewRowsAsync(new() { ViewId = view, PageToken = first.NextPageToken });
        await UpdateAsync("order_by", new() { ViewId = view, OrderBy = "family_name desc" });
        await account.Views().ListViewRowsAsync(new() { ViewId = view, PageToken = first.NextPageToken }).ForAsync(CommonReasons.PageTokenInvalid);

        async Task RenameAsync(long id, string name) =>
            await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, FamilyName = name }, UpdateMask = FieldMask.FromString("family_name") });

        async Task UpdateAsync(string mask, View changed) => await account.Views().UpdateViewAsync(new() { View = changed, UpdateMask = FieldMask.FromString(mask) });
    }

    [Fact]
    public async Task A_page_of_large_rows_is_shorter()
    {
        var bed = await FilterBed.CreateAsync(fixture, 60);
        await fixture.ScalarAsync($"""
            INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, text_value, text_key)
            SELECT {bed.Account.Id}, c.contact_id, f.custom_field_id, repeat('漢', 400), repeat('漢', 400) FROM contacts c JOIN custom_fields f ON f.account_id = c.account_id
            WHERE c.account_id = {bed.Account.Id} AND f.field_key LIKE 'spare%'
            """);
        var view = await ViewAsync(bed.Account, "large", "", "", [.. Enumerable.Range(0, 12).Select(i => $"field.spare{i}")]);
        var page = await bed.Account.Views().ListViewRowsAsync(new() { ViewId = view, PageSize = 1000 });
        page.CalculateSize().ShouldBeInRange(480 << 10, 520 << 10);
        (await PagesAsync(bed.Account, view, 1000)).ShouldBe(bed.People.Select(p => p.Id));
    }

    private static (string Column, Func<Person, IComparable?> Value)[] Keys =>
    [
        ("contact_id", p => p.Id), ("given_name", p => Folded.Of(p.GivenName)), ("owner", p => p.Owner), ("time_zone", p => p.TimeZone), ("subscribed_time", p => p.Subscribed), ("lead_score", p => p.Score),
        ("create_time", p => p.Created), ("stage_change_time", p => p.Funnel?.Changed), ("last_open_time", p => p.Mail?.Opened), ("field.nick", p => p.Nick is null ? null : Folded.Of(p.Nick)), ("field.points", p => p.Points), ("field.birthday", p => p.Birthday), ("field.spare0", _ => null),
    ];

    private static async Task<IReadOnlyList<long>> PagesAsync(Account account, long view, int size)
    {
        var (ids, token) = (new List<long>(), "");
        do
        {
            var page = await account.Views().ListViewRowsAsync(new() { ViewId = view, PageSize = size, PageToken = token });
            ids.AddRange(page.Rows.Select(r => r.ContactId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return ids;
    }

    private static async Task<long> ViewAsync(Account account, string name, string filter, string order, params string[] columns)
    {
        var segment = await account.SegmentAsync(name, filter);
        return (await account.Views().CreateViewAsync(new() { View = new() { DisplayName = name, SegmentId = segment, Columns = { columns }, OrderBy = order } })).View.ViewId;
    }
}
