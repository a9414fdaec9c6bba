using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Tests.Imports;

/// <summary>Imports into custom fields, each test with addresses of its own.</summary>
[Collection("imports")]
public sealed class ImportFieldsTests(ImportFieldsFixture fixture) : IClassFixture<ImportFieldsFixture>
{
    private readonly ImportCaller caller = fixture.Caller;

    private CustomFieldService.CustomFieldServiceClient Fields => new(caller.Host.Service.Channel);

    [Fact]
    public async Task Columns_named_like_keys_feed_their_fields_and_empty_cells_change_nothing()
    {
        var import = await caller.ImportAsync("email,NOTE,budget,since,vip,tier,unknown\na@example.org,\" two\nlines \",0012.50,2026-04-01,yes,gold,x\nb@example.org,,,,,,\n");
        (import.Run.State, import.CreatedCount, import.RefusedCount).ShouldBe((Common.V1.RunState.Succeeded, 2, 0));
        var contact = await GetAsync("a@example.org");
        contact.CustomFields.Select(Shown).ShouldBe(["note=two lines", "budget=12.5", "since=2026-04-01", "vip=true", "tier=Gold"]);
        (await GetAsync("b@example.org")).CustomFields.ShouldBeEmpty();

        // Unchanged, changed, unchanged again: counted so, and told only once.
        var second = await caller.ImportAsync("email,note,budget,since,vip,tier\na@example.org,two lines,12.5,2026-04-01,1,GOLD\nb@example.org,,7,,,\nb@example.org,,7.0,,,\n");
        (second.UpdatedCount, second.UnchangedCount).ShouldBe((1, 2));
        (await GetAsync("a@example.org")).ShouldBe(contact);
        (await caller.ChangesAsync(second.ImportId)).ShouldHaveSingleItem().ContactsUpdated.ContactIds.Count.ShouldBe(1);

        var third = await caller.ImportAsync("email,budget,vip\na@example.org,-0.0000000001,no\n");
        third.UpdatedCount.ShouldBe(1);
        var after = await GetAsync("a@example.org");
        after.CustomFields.Select(Shown).ShouldBe(["note=two lines", "budget=-0.0000000001", "since=2026-04-01", "vip=false", "tier=Gold"]);
        after.Etag.ShouldNotBe(contact.Etag);
        after.UpdateTime.ShouldBeGreaterThan(contact.UpdateTime);
    }

    [Fact]
    public async Task Columns_are_mapped_to_fields_by_key()
    {
        var config = new ImportConfig { Columns = { new ImportColumn { Header = "Mail", Field = ImportField.Email }, new ImportColumn { Header = "Level", Field = ImportField.Custom, CustomFieldKey = "tier" } } };
        await caller.ImportAsync("Mail,Level,note\nc@example.org,Silver,not fed\n", config);
        (await GetAsync("c@example.org")).CustomFields.Select(Shown).ShouldBe(["tier=Silver"]);

        await RefusedAsync("start.config.columns[1].custom_field_key", new ImportColumn { Header = "Level", Field = ImportField.Custom, CustomFieldKey = "nothing" });
        await RefusedAsync("start.config.columns[1].custom_field_key", new ImportColumn { Header = "Level", Field = ImportField.Custom });
        await RefusedAsync("start.config.columns[1].custom_field_key", new ImportColumn { Header = "Level", Field = ImportField.Phone, CustomFieldKey = "tier" });
        await RefusedAsync("start.config.columns[2].custom_field_key", new ImportColumn { Header = "Level", Field = ImportField.Custom, CustomFieldKey = "tier" }, new ImportColumn { Header = "note", Field = ImportField.Custom, CustomFieldKey = "tier" });
    }

    [Fact]
    public async Task Wrong_values_refuse_their_row_and_name_field_and_value()
    {
        var import = await caller.ImportAsync("email,budget,since,vip,tier\nx@example.org,12 €,01.04.2026,maybe,Platinum\ny@example.org,5,,,\n");
        (import.RefusedCount, import.CreatedCount).ShouldBe((1, 1));
        import.Run.SkipCounts.ShouldHaveSingleItem().ShouldBe(new SkipCount { Reason = "INVALID_FIELD", Count = 1 });
        var errors = await caller.ErrorsAsync(import.ImportId);
        errors.ShouldContain("2,INVALID_FIELD,budget; since; vip; tier,");
        errors.ShouldContain("budget is \"\"12 €\"\"; expected a number such as -1234.5; since is \"\"01.04.2026\"\"; expected a day such as 2026-04-01; vip is \"\"maybe\"\"; expected true or false, yes or no; tier is \"\"Platinum\"\"; expected \"\"Gold\"\", \"\"Silver\"\"");
    }

    [Fact]
    public async Task A_dry_run_checks_the_fields_and_changes_nothing()
    {
        await caller.ImportAsync("email,budget\nd@example.org,1\n");
        var before = await GetAsync("d@example.org");
        var import = await caller.ImportAsync("email,budget\nd@example.org,1\nd@example.org,2\ne@example.org,3\ne@example.org,x\n", new ImportConfig { DryRun = true });
        (import.CreatedCount, import.UpdatedCount, import.UnchangedCount, import.RefusedCount).ShouldBe((1, 1, 1, 1));
        (await GetAsync("d@example.org")).ShouldBe(before);
    }

    [Fact]
    public async Task A_field_that_is_deleted_or_loses_a_choice_before_the_import_gets_there_is_not_written()
    {
        // While a label of the import is held as a label rule holds it, the import waits; so the fields change under it.
        var headers = await caller.HeadersAsync();
        var label = (await new LabelService.LabelServiceClient(caller.Host.Service.Channel).CreateLabelAsync(new() { DisplayName = "held" }, headers)).Label.LabelId;
        var gone = await fixture.CreateAsync("gone", CustomFieldType.Choice, "One", "Two");
        Import import;
        await using (var db = caller.Database())
        await using (var hold = await HoldAsync(db, label))
        {
            import = await caller.UploadAsync("email,gone\nf@example.org,One\ng@example.org,Two\n", new ImportConfig { LabelIds = { label } });
            await WaitsAsync();
            await Fields.UpdateCustomFieldAsync(new() { CustomField = new() { CustomFieldId = gone.CustomFieldId, Choices = { "Two" } }, UpdateMask = new() { Paths = { "choices" } } }, headers);
        }
        import = await caller.EndAsync(import.ImportId);
        (import.CreatedCount, import.RefusedCount).ShouldBe((1, 1));
        (await caller.ErrorsAsync(import.ImportId)).ShouldContain("\"\"One\"\"");

        await using (var db = caller.Database())
        await using (var hold = await HoldAsync(db, label))
        {
            import = await caller.UploadAsync("email,gone\nh@example.org,Two\n", new ImportConfig
            {
                LabelIds = { label }, Columns = { new ImportColumn { Header = "email", Field = ImportField.Email }, new ImportColumn { Header = "gone", Field = ImportField.Custom, CustomFieldKey = "gone" } },
            });
            await WaitsAsync();
            await Fields.DeleteCustomFieldAsync(new() { CustomFieldId = gone.CustomFieldId }, headers);
        }
        import = await caller.EndAsync(import.ImportId);
        import.Run.State.ShouldBe(Common.V1.RunState.Failed);
        import.Run.FailureReason.ShouldBe(ContactsReasons.CustomFieldNotFound.Name);
    }

    /// <summary>Waits until the import has read its fields and stands before the held label.</summary>
    private async Task WaitsAsync()
    {
        await using var db = caller.Database();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await db.Database.SqlQueryRaw<int>("SELECT COUNT(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").SingleAsync(limit.Token) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    private static async Task<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> HoldAsync(ContactsDbContext db, long label)
    {
        var transaction = await db.Database.BeginTransactionAsync();
        await new ContactPlatform.Contacts.Labels.LabelStore(db).HoldAsync(label, CancellationToken.None);
        return transaction;
    }

    private async Task RefusedAsync(string field, params ImportColumn[] columns)
    {
        var config = new ImportConfig { Columns = { columns.Prepend(new ImportColumn { Header = "Mail", Field = ImportField.Email }) } };
        var details = await ImportCaller.RefusedAsync(() => caller.UploadAsync("Mail,Level,note\nc@example.org,Silver,x\n", config), CommonReasons.InvalidField);
        details.Details.First(d => d.Is(Google.Rpc.BadRequest.Descriptor)).Unpack<Google.Rpc.BadRequest>().FieldViolations.ShouldHaveSingleItem().Field.ShouldBe(field);
    }

    private async Task<Contact> GetAsync(string email) =>
        (await new ContactService.ContactServiceClient(caller.Host.Service.Channel).GetContactAsync(new() { Email = email }, await caller.HeadersAsync())).Contact;

    private static string Shown(CustomFieldValue value) => value.ValueCase switch
    {
        CustomFieldValue.ValueOneofCase.TextValue => $"{value.Key}={value.TextValue}",
        CustomFieldValue.ValueOneofCase.NumberValue => $"{value.Key}={value.NumberValue}",
        CustomFieldValue.ValueOneofCase.DateValue => $"{value.Key}={value.DateValue}",
        CustomFieldValue.ValueOneofCase.BooleanValue => $"{value.Key}={(value.BooleanValue ? "true" : "false")}",
        _ => $"{value.Key}={value.ChoiceValue}",
    };
}

/// <summary>A field of each type, in an account whose other imports name none of them.</summary>
public sealed class ImportFieldsFixture(ImportsFixture imports) : IAsyncLifetime
{
    public ImportCaller Caller => imports.Other;

    public async Task InitializeAsync()
    {
        await CreateAsync("note", CustomFieldType.Text);
        await CreateAsync("budget", CustomFieldType.Number);
        await CreateAsync("since", CustomFieldType.Date);
        await CreateAsync("vip", CustomFieldType.Boolean);
        await CreateAsync("tier", CustomFieldType.Choice, "Gold", "Silver");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public async Task<CustomField> CreateAsync(string key, CustomFieldType type, params string[] choices) =>
        (await new CustomFieldService.CustomFieldServiceClient(Caller.Host.Service.Channel).CreateCustomFieldAsync(new() { CustomField = new() { Key = key, Type = type, Choices = { choices } } }, await Caller.HeadersAsync())).CustomField;
}
