using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sample;
using Microsoft.EntityFrameworkCore;
using RecordState = ContactPlatform.Contacts.Contacts.RecordState;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Imports;

[Collection("imports")]
public sealed class ImportTests(ImportsFixture fixture)
{
    private readonly ImportCaller caller = fixture.Caller;

    [Fact]
    public async Task Imports_contacts_with_their_labels_and_stages()
    {
        var import = await caller.ImportAsync(
            """
            Mail;Telefon;Vorname;Zone;Tags;Stufe;Notiz
            ZOË@one.example;+49 30 1234567;Zoë;Europe/Berlin;one-vip|one-客户;Loyal Customer;x
            ;+81 3 1234 5678;健太;Asia/Tokyo;one-vip;;y
            plain@one.example;;;;;;
            """,
            new ImportConfig
            {
                DisplayName = " people.csv ", Delimiter = ";", LabelSeparator = "|", CreateMissingLabels = true, Stage = FunnelStage.Engaged,
                Columns =
                {
                    Column("mail", ImportField.Email), Column("Telefon", ImportField.Phone), Column("vorname", ImportField.GivenName),
                    Column("Zone", ImportField.TimeZone), Column("Tags", ImportField.Labels), Column("Stufe", ImportField.Stage), Column("Notiz", ImportField.Ignore),
                },
            });

        import.Run.State.ShouldBe(RunState.Succeeded, import.Run.Message);
        (import.CreatedCount, import.UpdatedCount, import.UnchangedCount, import.RefusedCount).ShouldBe((3, 0, 0, 0));
        (import.Run.TotalCount, import.Run.DoneCount, import.Run.ChangedCount, import.DoneByteCount).ShouldBe((3, 3, 3, import.ByteCount));
        (import.Config.DisplayName, import.Run.Actor.Subject.Length > 0).ShouldBe(("people.csv", true));

        await using var db = caller.Database();
        var zoe = await db.Contacts.SingleAsync(c => c.Email == "zoë@one.example");
        (zoe.Phone, zoe.GivenName, zoe.TimeZone, zoe.RecordState, zoe.Version).ShouldBe(("+49301234567", "Zoë", "Europe/Berlin", RecordState.Active, 1));
        var kenta = await db.Contacts.SingleAsync(c => c.Phone == "+81312345678");
        (kenta.Email, kenta.GivenName).ShouldBe((null, "健太"));
        var plain = await db.Contacts.SingleAsync(c => c.Email == "plain@one.example");
        (await MembersAsync(db, "one-vip")).ShouldBe([zoe.ContactId, kenta.ContactId], ignoreOrder: true);
        (await MembersAsync(db, "one-客户")).ShouldBe([zoe.ContactId]);

        var changes = await caller.ChangesAsync(import.ImportId);
        changes.ShouldAllBe(c => c.AccountId == 1 && c.ChangeTime != null && c.Actor.Equals(import.Run.Actor));
        changes.Where(c => c.ContactsCreated is not null).SelectMany(c => c.ContactsCreated.ContactIds).ShouldBe([zoe.ContactId, kenta.ContactId, plain.ContactId], ignoreOrder: true);
        changes.Where(c => c.StagesImported is not null).ToDictionary(c => c.StagesImported.Stage, c => c.StagesImported.ContactIds.Order().ToList())
            .ShouldSatisfyAllConditions(
                s => s[FunnelStage.LoyalCustomer].ShouldBe([zoe.ContactId]),
                s => s[FunnelStage.Engaged].ShouldBe(new[] { kenta.ContactId, plain.ContactId }.Order()));
    }

    [Fact]
    public async Task An_upsert_changes_what_differs_and_tells_of_it()
    {
        await caller.ImportAsync("email,given_name,family_name,labels\na@two.example,Ada,Byron,two-x\nb@two.example,Bo,,\nc@two.example,Cy,,two-x\n", Making);
        await using (var before = caller.Database())
        {
            await before.Contacts.Where(c => c.Email == "a@two.example").ExecuteUpdateAsync(s => s.SetProperty(c => c.RecordState, RecordState.Inactive));
        }

        var import = await caller.ImportAsync("email,given_name,family_name,labels\nA@TWO.example,Ada,Lovelace,\nb@two.example,,,two-x\nc@two.example,Cy,,TWO-X\nd@two.example,Di,,\nd@two.example,Dee,,\n");
        (import.CreatedCount, import.UpdatedCount, import.UnchangedCount, import.RefusedCount).ShouldBe((1, 3, 1, 0));

        await using var db = caller.Database();
        var people = await db.Contacts.Where(c => c.Email!.EndsWith("@two.example")).ToDictionaryAsync(c => c.Email![..1]);
        // Nothing in a file makes an inactive record active again.
        (people["a"].GivenName, people["a"].FamilyName, people["a"].RecordState, people["a"].Version).ShouldBe(("Ada", "Lovelace", RecordState.Inactive, 2));
        (people["b"].GivenName, people["b"].Version).ShouldBe(("Bo", 1));
        people["b"].UpdateTime.ShouldBeGreaterThan(people["b"].CreateTime);
        people["c"].UpdateTime.ShouldBe(people["c"].CreateTime);
        people["d"].GivenName.ShouldBe("Dee");
        (await MembersAsync(db, "two-x")).ShouldBe([people["b"].ContactId, people["c"].ContactId, people["a"].ContactId], ignoreOrder: true);
        var changes = await caller.ChangesAsync(import.ImportId);
        changes.Single(c => c.ContactsUpdated is not null).ContactsUpdated.ContactIds.ShouldBe([people["a"].ContactId]);
        changes.Single(c => c.ContactsCreated is not null).ContactsCreated.ContactIds.ShouldBe([people["d"].ContactId]);
    }

    [Fact]
    public async Task A_file_that_only_creates_or_only_updates_refuses_the_other()
    {
        var created = await caller.ImportAsync("email\na@three.example\nA@three.example\nb@three.example\n", new ImportConfig { Mode = ImportMode.Create });
        (created.CreatedCount, created.RefusedCount).ShouldBe((2, 1));
        created.Run.SkipCounts.ShouldHaveSingleItem().Reason.ShouldBe("CONTACT_EXISTS");
        var again = await caller.ImportAsync("email\na@three.example\nc@three.example\n", new ImportConfig { Mode = ImportMode.Create });
        (again.CreatedCount, again.RefusedCount).ShouldBe((1, 1));
        var updated = await caller.ImportAsync("email,owner\na@three.example,me\nd@three.example,me\n", new ImportConfig { Mode = ImportMode.Update });
        (updated.UpdatedCount, updated.CreatedCount, updated.RefusedCount).ShouldBe((1, 0, 1));
        updated.Run.SkipCounts.ShouldHaveSingleItem().Reason.ShouldBe("CONTACT_NOT_FOUND");
    }

    [Fact]
    public async Task A_dirty_file_is_counted_as_its_maker_says()
    {
        using var file = new MemoryStream();
        var summary = SampleFile.Write(file, 6000, 11, 0.3);
        var dry = await caller.EndAsync((await caller.UploadAsync(file.ToArray(), new ImportConfig { CreateMissingLabels = true, DryRun = true })).ImportId);
        var import = await caller.EndAsync((await caller.UploadAsync(file.ToArray(), Making)).ImportId);
        foreach (var counted in new[] { dry, import })
        {
            counted.Run.State.ShouldBe(RunState.Succeeded, counted.Run.Message);
            (counted.CreatedCount, counted.UpdatedCount + counted.UnchangedCount, counted.RefusedCount)
                .ShouldBe((summary.Count(Expected.Accepted), summary.Count(Expected.Duplicate), summary.Count(Expected.Refused)));
        }
        await using var db = caller.Database();
        (await MembersAsync(db, Sample.Contact.PurchasedLabel)).Count.ShouldBe((int)summary.Purchased);
        var errors = (await caller.ErrorsAsync(import.ImportId)).Split("\r\n");
        errors[0].ShouldBe("import_line,import_reason,import_field,import_problem,email,phone,given_name,family_name,time_zone,labels,stage,subscribed_time,source");
        errors.Length.ShouldBe((int)summary.Count(Expected.Refused) + 2);
        (await caller.ErrorsAsync(dry.ImportId)).ShouldBe(string.Join("\r\n", errors));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await caller.ImportAsync("email,given_name\na@four.example,Ada\n");
        var dry = await caller.ImportAsync("email,given_name,labels\na@four.example,Eve,four-x\nb@four.example,Bo,four-y\nB@four.example,Bob,\nbad,,\n",
            new ImportConfig { DryRun = true, CreateMissingLabels = true, Stage = FunnelStage.Aware });
        (dry.CreatedCount, dry.UpdatedCount, dry.RefusedCount).ShouldBe((1, 2, 1));
        await using var db = caller.Database();
        (await db.Contacts.Where(c => c.Email!.EndsWith("@four.example")).Select(c => c.GivenName).ToListAsync()).ShouldBe(["Ada"]);
        (await db.Labels.CountAsync(l => l.NameKey.StartsWith("four-"))).ShouldBe(0);
        (await caller.ChangesAsync(dry.ImportId)).ShouldBeEmpty();
        (await caller.ErrorsAsync(dry.ImportId)).ShouldContain("5,INVALID_FIELD,email,");
    }

    [Fact]
    public async Task Refused_rows_can_be_mended_and_imported_again()
    {
        var import = await caller.ImportAsync("email,given_name,stage,labels\r\n\"bad\",\"=cmd\nx\",Nope,\r\n\"open,x\r\nc@five.example,Zo\"e,,\r\nd@five.example,,,five-none\r\n=1@five.example,ok,,\r\n");
        (import.CreatedCount, import.RefusedCount).ShouldBe((1, 4));
        var errors = await caller.ErrorsAsync(import.ImportId);
        errors.ShouldContain("\r\n2,INVALID_FIELD,email; stage,\"email has no @; expected local@domain; stage is no stage; expected AWARE, ENGAGED, CUSTOMER, LOYAL_CUSTOMER or PROMOTER\",bad,\"'=cmd\nx\",Nope,\r\n");
        errors.ShouldContain("\r\n4,ROW_MALFORMED,,\"the row has a quote where none may stand; a field with quotes is quoted itself, and its quotes are doubled\",\"\"\"open,x\"\r\n");
        errors.ShouldContain("\r\n5,ROW_MALFORMED,,");
        errors.ShouldContain("\r\n6,LABEL_NOT_FOUND,labels,\"labels names the label \"\"five-none\"\", which the account does not have\",d@five.example,,,five-none\r\n");
        var mended = errors.Replace("bad,", "b@five.example,", StringComparison.Ordinal).Replace(",Nope,", ",Aware,", StringComparison.Ordinal);
        var again = await caller.ImportAsync(mended, Making);
        (again.CreatedCount, again.RefusedCount).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Reads_Windows_1252_where_it_is_named_and_refuses_the_row_where_not()
    {
        byte[] file = [.. "email,given_name\nzoe@six.example,Zo"u8, 0xEB, .. "\nada@six.example,Ada\n"u8];
        var wrong = await caller.EndAsync((await caller.UploadAsync(file)).ImportId);
        (wrong.CreatedCount, wrong.RefusedCount).ShouldBe((1, 1));
        (await caller.ErrorsAsync(wrong.ImportId)).ShouldContain("2,ROW_ENCODING_INVALID,given_name,\"given_name contains the byte 0xEB");
        var right = await caller.EndAsync((await caller.UploadAsync(file, new ImportConfig { Encoding = ImportEncoding.Windows1252 })).ImportId);
        (right.CreatedCount, right.UnchangedCount).ShouldBe((1, 1));
        byte[] utf16 = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("email,given_name\nzoe@six.example,Zoë\n")];
        (await caller.EndAsync((await caller.UploadAsync(utf16)).ImportId)).UnchangedCount.ShouldBe(1);
    }

    [Fact]
    public async Task Two_imports_of_the_same_rows_at_once_make_every_contact_once()
    {
        var file = new StringBuilder("email,phone,given_name,labels\n");
        for (var i = 0; i < 8000; i++)
        {
            // Not in the order of the keys, and a third of them by phone.
            var n = i * 7919 % 8000;
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(n % 3 == 0 ? "" : $"u{n}@seven.example")},+4477{n:00000000},N{n},seven-{n % 5}\n");
        }
        var uploads = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => caller.UploadAsync(file.ToString(), Making)));
        var imports = await Task.WhenAll(uploads.Select(u => caller.EndAsync(u.ImportId)));
        imports.ShouldAllBe(i => i.Run.State == RunState.Succeeded && i.RefusedCount == 0 && i.UpdatedCount == 0 && i.Run.DoneCount == 8000);
        imports.Sum(i => i.CreatedCount).ShouldBe(8000);
        await using var db = caller.Database();
        (await db.Contacts.CountAsync(c => c.Phone!.StartsWith("+4477"))).ShouldBe(8000);
        (await db.LabelMembers.CountAsync(m => db.Labels.Any(l => l.LabelId == m.LabelId && l.NameKey.StartsWith("seven-")))).ShouldBe(8000);
        (await db.Labels.CountAsync(l => l.NameKey.StartsWith("seven-"))).ShouldBe(5);
    }

    [Fact]
    public async Task Watching_shows_the_way_to_the_end()
    {
        var file = "email\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"w{i}@eight.example\n"));
        var upload = await caller.UploadAsync(file);
        using var call = caller.Client.WatchImport(new WatchImportRequest { ImportId = upload.ImportId }, await caller.HeadersAsync());
        var seen = new List<Import>();
        var since = TimeProvider.System.GetTimestamp();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            seen.Add(call.ResponseStream.Current.Import);
        }
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        seen.Count.ShouldBeLessThanOrEqualTo((int)(seconds * 5) + 2);
        seen.Zip(seen.Skip(1)).ShouldAllBe(p => p.First.Run.DoneCount <= p.Second.Run.DoneCount && p.First.DoneByteCount <= p.Second.DoneByteCount);
        (seen[^1].Run.State, seen[^1].CreatedCount).ShouldBe((RunState.Succeeded, 10_000));
    }

    [Fact]
    public async Task Lists_the_accounts_imports_newest_first()
    {
        var first = await caller.UploadAsync("email\na@nine.example\n");
        var second = await caller.UploadAsync("email\nb@nine.example\n");
        var page = await caller.Client.ListImportsAsync(new ListImportsRequest { PageSize = 1 }, await caller.HeadersAsync());
        page.Imports.ShouldHaveSingleItem().ImportId.ShouldBe(second.ImportId);
        page = await caller.Client.ListImportsAsync(new ListImportsRequest { PageSize = 1, PageToken = page.NextPageToken }, await caller.HeadersAsync());
        page.Imports.ShouldHaveSingleItem().ImportId.ShouldBe(first.ImportId);
        (await fixture.Other.Client.ListImportsAsync(new ListImportsRequest(), await fixture.Other.HeadersAsync())).Imports.ShouldAllBe(i => i.ImportId != first.ImportId && i.ImportId != second.ImportId);
    }

    [Fact]
    public async Task A_repeated_request_returns_the_first_import()
    {
        var first = await caller.UploadAsync("email\na@ten.example\n", requestId: "ten");
        (await caller.UploadAsync("email\na@ten.example\n", requestId: "ten")).ImportId.ShouldBe(first.ImportId);
        var existing = await ImportCaller.RefusedAsync(() => caller.UploadAsync("email\nb@ten.example\n", requestId: "ten"), ServiceDefaults.Errors.CommonReasons.RequestIdReused);
        existing.Message.ShouldContain("request_id");
        await ImportCaller.RefusedAsync(() => caller.UploadAsync("email\na@ten.example\n", new ImportConfig { DryRun = true }, "ten"), ServiceDefaults.Errors.CommonReasons.RequestIdReused);
        var twins = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => caller.UploadAsync("email\nc@ten.example\n", requestId: "ten-twins")));
        twins.Select(t => t.ImportId).Distinct().ShouldHaveSingleItem();
        await using var db = caller.Database();
        (await db.Imports.CountAsync(i => !db.Runs.Any(r => r.RunId == i.ImportId))).ShouldBe(0);
    }

    internal static ImportConfig Making => new() { CreateMissingLabels = true };

    internal static ImportColumn Column(string header, ImportField field) => new() { Header = header, Field = field };

    private static Task<List<long>> MembersAsync(ContactsDbContext db, string label) =>
        db.LabelMembers.Where(m => db.Labels.Any(l => l.LabelId == m.LabelId && l.DisplayName == label)).Select(m => m.ContactId).ToListAsync();
}
