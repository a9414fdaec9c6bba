using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Rpc;
using Microsoft.EntityFrameworkCore;
using Label = ContactPlatform.Contacts.Labels.Label;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Imports;

[Collection("imports")]
public sealed class ImportRefusalTests(ImportsFixture fixture)
{
    private readonly ImportCaller caller = fixture.Caller;

    public static TheoryData<byte[], string> BadFiles => new()
    {
        { [], "has no header line" },
        { "\n\r\n\n"u8.ToArray(), "has no header line" },
        { "name,age\nx,3\n"u8.ToArray(), "has no column for email or phone" },
        { "email;age\nx@example.org;3\n"u8.ToArray(), "if another delimiter parts them, name it" },
        { "email,Name, name \nx,3,4\n"u8.ToArray(), "more than once" },
        { "email,\"name\nx,3,4\n"u8.ToArray(), "quotes do not match" },
        { [.. "email,n"u8, 0xE9, .. "e\nx,3\n"u8], "the byte 0xE9" },
        { [0xFF, 0xFE, 0, 0, (byte)'e', 0, 0, 0], "UTF-32" },
        { [(byte)'e', 0, (byte)'m', 0, (byte)',', 0, (byte)'\n', 0], "cannot be read as text" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_file_that_is_no_import_is_refused_at_upload(byte[] file, string problem)
    {
        await ImportCaller.RefusedAsync(() => caller.UploadAsync(file), ContactsReasons.ImportFileInvalid);
        (await ImportCaller.RefusedAsync(() => caller.UploadAsync(file.Select(b => ByteString.CopyFrom(b))), ContactsReasons.ImportFileInvalid)).Message.ShouldContain(problem);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_header_that_cannot_be_imported_is_refused_before_the_file_has_ended()
    {
        IEnumerable<ByteString> Endless()
        {
            yield return ByteString.CopyFromUtf8("name,age\n");
            for (var i = 0; i < 100_000; i++)
            {
                yield return ByteString.CopyFrom(new byte[100_000]);
            }
        }
        await ImportCaller.RefusedAsync(() => caller.UploadAsync(Endless()), ContactsReasons.ImportFileInvalid);
    }

    [Fact]
    public async Task Every_wrong_field_of_the_config_is_named()
    {
        var details = await ImportCaller.RefusedAsync(() => caller.UploadAsync("email\n", new ImportConfig
        {
            DisplayName = new string('x', 201), Mode = (ImportMode)9, Stage = (Common.V1.FunnelStage)9, Encoding = (ImportEncoding)9, Delimiter = "x", LabelSeparator = "ab", LabelIds = { -1 },
            Columns = { ImportTests.Column("", ImportField.Owner), ImportTests.Column("a", ImportField.Owner), ImportTests.Column("A", ImportField.Unspecified) },
        }, new string('r', 65)), CommonReasons.InvalidField);
        details.Details.Single(d => d.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations.Select(v => v.Field).Order(StringComparer.Ordinal).ShouldBe(new[]
        {
            "start.config.columns", "start.config.columns[0].header", "start.config.columns[1].field", "start.config.columns[2].field", "start.config.columns[2].header",
            "start.config.delimiter", "start.config.display_name", "start.config.encoding", "start.config.label_ids[0]", "start.config.label_separator",
            "start.config.mode", "start.config.stage", "start.request_id",
        }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_column_that_the_file_lacks_is_named()
    {
        var config = new ImportConfig { Columns = { ImportTests.Column("e", ImportField.Email), ImportTests.Column("gone", ImportField.Ignore) } };
        var details = await ImportCaller.RefusedAsync(() => caller.UploadAsync("E,other\na@b.example,\n", config), CommonReasons.InvalidField);
        details.Details.Single(d => d.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations.ShouldHaveSingleItem().Field.ShouldBe("start.config.columns[1].header");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Messages_out_of_order_are_refused()
    {
        foreach (var messages in new UploadImportRequest[][] { [], [new() { Data = ByteString.CopyFromUtf8("email\n") }], [new() { Start = new() }], [Start(), Start()], [Start(), new()] })
        {
            using var call = caller.Client.UploadImport(await caller.HeadersAsync());
            foreach (var message in messages)
            {
                await call.RequestStream.WriteAsync(message);
            }
            await call.RequestStream.CompleteAsync();
            await ImportCaller.RefusedAsync(() => call.ResponseAsync, CommonReasons.InvalidField);
        }
        await NothingIsLeftAsync();

        static UploadImportRequest Start() => new() { Start = new() { Config = new() } };
    }

    [Fact]
    public async Task Labels_of_nobody_and_of_others_are_not_found()
    {
        var label = new Label { AccountId = 2, LabelId = 987_654_321, DisplayName = "theirs", NameKey = "theirs" };
        await using var db = fixture.Other.Database();
        db.Labels.Add(label);
        await db.SaveChangesAsync();
        await ImportCaller.RefusedAsync(() => caller.UploadAsync("email\na@b.example\n", new ImportConfig { LabelIds = { label.LabelId } }), ContactsReasons.LabelNotFound);
        (await fixture.Other.ImportAsync("email\na@b.example\n", new ImportConfig { LabelIds = { label.LabelId } })).CreatedCount.ShouldBe(1);
        (await db.LabelMembers.CountAsync(m => m.LabelId == label.LabelId)).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_too_large_is_refused_with_its_limit()
    {
        var columns = new ImportConfig { Columns = { Enumerable.Range(0, 201).Select(i => ImportTests.Column($"c{i}", ImportField.Ignore)) } };
        (await ImportCaller.RefusedAsync(() => caller.UploadAsync("email\n", columns), CommonReasons.LimitExceeded)).Message.ShouldContain("200");
        var labels = new ImportConfig { LabelIds = { Enumerable.Range(1, 101).Select(i => (long)i) } };
        (await ImportCaller.RefusedAsync(() => caller.UploadAsync("email\n", labels), CommonReasons.LimitExceeded)).Message.ShouldContain("100");
        await ImportCaller.RefusedAsync(() => caller.UploadAsync([ByteString.CopyFrom([.. "email\n"u8, .. new byte[1 << 20]])]), CommonReasons.LimitExceeded);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Imports_of_nobody_and_of_others_are_not_found()
    {
        var import = await caller.ImportAsync("email\nmine@eleven.example\n");
        foreach (var (who, id) in new[] { (caller, 123_456_789L), (fixture.Other, import.ImportId) })
        {
            var headers = await who.HeadersAsync();
            await ImportCaller.RefusedAsync(() => who.GetAsync(id), ContactsReasons.ImportNotFound);
            await ImportCaller.RefusedAsync(() => who.ErrorsAsync(id), ContactsReasons.ImportNotFound);
            await ImportCaller.RefusedAsync(async () => await who.Client.CancelImportAsync(new CancelImportRequest { ImportId = id }, headers), ContactsReasons.ImportNotFound);
            await ImportCaller.RefusedAsync(() => who.Client.WatchImport(new WatchImportRequest { ImportId = id }, headers).ResponseStream.MoveNext(CancellationToken.None), ContactsReasons.ImportNotFound);
        }
        await ImportCaller.RefusedAsync(() => caller.GetAsync(0), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(() => caller.ErrorsAsync(-1), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(async () => await caller.Client.CancelImportAsync(new CancelImportRequest(), await caller.HeadersAsync()), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(async () => await caller.Client.WatchImport(new WatchImportRequest(), await caller.HeadersAsync()).ResponseStream.MoveNext(CancellationToken.None), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(async () => await caller.Client.ListImportsAsync(new ListImportsRequest { PageSize = -1 }, await caller.HeadersAsync()), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(async () => await caller.Client.ListImportsAsync(new ListImportsRequest { PageToken = "x" }, await caller.HeadersAsync()), CommonReasons.PageTokenInvalid);
        await ImportCaller.RefusedAsync(async () => await caller.Client.CancelImportAsync(new CancelImportRequest { ImportId = import.ImportId }, await caller.HeadersAsync()), CommonReasons.RunEnded);
    }

    [Fact]
    public async Task A_cancelled_import_keeps_what_it_committed()
    {
        var upload = await caller.UploadAsync("email\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"x{i}@twelve.example\n")));
        while ((await caller.GetAsync(upload.ImportId)).CreatedCount == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
        (await caller.Client.CancelImportAsync(new CancelImportRequest { ImportId = upload.ImportId }, await caller.HeadersAsync())).Import.Run.CancelRequested.ShouldBeTrue();
        var import = await caller.EndAsync(upload.ImportId);
        import.Run.State.ShouldBe(RunState.Cancelled);
        import.CreatedCount.ShouldBeInRange(1, 29_999);
        await using var db = caller.Database();
        (await db.Contacts.CountAsync(c => c.Email!.EndsWith("@twelve.example"))).ShouldBe((int)import.CreatedCount);
        await ImportSweeper.SweepAsync(db, DateTime.UnixEpoch, CancellationToken.None);
        (await db.ImportChunks.CountAsync(c => c.ImportId == import.ImportId)).ShouldBe(0);
    }

    [Fact]
    public async Task An_upload_whose_caller_vanished_leaves_nothing()
    {
        using (var call = caller.Client.UploadImport(await caller.HeadersAsync()))
        {
            await call.RequestStream.WriteAsync(new UploadImportRequest { Start = new() { Config = new() } });
            for (var i = 0; i < 5; i++)
            {
                await call.RequestStream.WriteAsync(new UploadImportRequest { Data = ByteString.CopyFromUtf8("email\n" + new string('x', 900_000)) });
            }
        }
        await NothingIsLeftAsync();

        // One whose service died with it is swept after an hour.
        await using var db = caller.Database();
        var touched = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        db.Imports.Add(new ImportRow { AccountId = 1, ImportId = 999_999_999, Config = [], TouchTime = touched });
        db.ImportChunks.Add(new ImportChunkRow { AccountId = 1, ImportId = 999_999_999, Number = 0, Data = [1] });
        await db.SaveChangesAsync();
        await ImportSweeper.SweepAsync(db, touched.AddMinutes(59), CancellationToken.None);
        (await db.ImportChunks.CountAsync(c => c.ImportId == 999_999_999)).ShouldBe(1);
        await ImportSweeper.SweepAsync(db, touched.AddMinutes(61), CancellationToken.None);
        await NothingIsLeftAsync();
    }

    /// <summary>No upload without a run, within seconds.</summary>
    private async Task NothingIsLeftAsync()
    {
        await using var db = caller.Database();
        for (var tries = 0; tries < 100; tries++)
        {
            var imports = await db.Imports.CountAsync(i => !db.Runs.Any(r => r.RunId == i.ImportId));
            var chunks = await db.ImportChunks.CountAsync(c => !db.Runs.Any(r => r.RunId == c.ImportId));
            if (imports + chunks == 0)
            {
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        Assert.Fail("an upload without a run was left");
    }
}
