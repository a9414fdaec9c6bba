using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.ContactFeed;

/// <summary>Stages that an import names travel from Contacts' file to Funnel's histories.</summary>
[Collection("platform")]
public sealed class ImportedStageTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_stage_in_the_file_is_the_contacts_first_change_with_the_imports_run()
    {
        var import = await ImportAsync("Email,Stage\nquick@import.example,Loyal Customer\nslow@import.example,\n", FunnelStage.Engaged);
        (import.CreatedCount, import.RefusedCount).ShouldBe((2, 0));

        (await ChangeAsync("quick@import.example", import)).To.Stage.ShouldBe(FunnelStage.LoyalCustomer);
        (await ChangeAsync("slow@import.example", import)).To.Stage.ShouldBe(FunnelStage.Engaged);
    }

    [Fact]
    public async Task A_row_without_a_stage_leaves_the_contact_at_the_default()
    {
        var import = await ImportAsync("Email\nplain@import.example\n", FunnelStage.Unspecified);
        import.CreatedCount.ShouldBe(1);
        var contact = await FindAsync("plain@import.example");
        await UntilAsync(async () => await Record.ExceptionAsync(() => platform.StageAsync(contact)) is null);
        (await platform.HistoryAsync(contact)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_contact_whose_record_is_inactive_keeps_its_stage()
    {
        var contact = (await platform.ContactService.CreateContactAsync(new() { Contact = new() { Email = "away@import.example" } }, platform.Headers)).Contact.ContactId;
        await platform.SetRecordInactiveAsync(contact, true);
        var before = await platform.HistoryAsync(contact);
        await ImportAsync("Email,Stage\naway@import.example,Promoter\nafter@import.example,Promoter\n", FunnelStage.Unspecified);

        // The row after it has arrived, so this one has too.
        var after = await FindAsync("after@import.example");
        await UntilAsync(async () => (await platform.HistoryAsync(after)).Count == 1);
        (await platform.HistoryAsync(contact)).ShouldBe(before);
    }

    private async Task<V1.StageChange> ChangeAsync(string email, Import import)
    {
        var contact = await FindAsync(email);
        await UntilAsync(async () => await Record.ExceptionAsync(() => platform.StageAsync(contact)) is null && (await platform.HistoryAsync(contact)).Count > 0);
        var change = (await platform.HistoryAsync(contact)).ShouldHaveSingleItem();
        (change.Cause, change.RunId).ShouldBe((V1.StageChangeCause.Import, import.ImportId));
        change.Actor.ShouldBe(import.Run.Actor);
        return change;
    }

    private async Task<long> FindAsync(string email) =>
        (await platform.ContactService.GetContactAsync(new() { Email = email }, platform.Headers)).Contact.ContactId;

    private async Task<Import> ImportAsync(string file, FunnelStage stage)
    {
        var imports = new ImportService.ImportServiceClient(platform.Contacts.Service.Channel);
        using var upload = imports.UploadImport(platform.Headers);
        await upload.RequestStream.WriteAsync(new() { Start = new() { Config = new() { Mode = ImportMode.Upsert, Stage = stage } } });
        await upload.RequestStream.WriteAsync(new() { Data = ByteString.CopyFrom(file, Encoding.UTF8) });
        await upload.RequestStream.CompleteAsync();
        var import = (await upload).Import;
        await UntilAsync(async () =>
        {
            import = (await imports.GetImportAsync(new() { ImportId = import.ImportId }, platform.Headers)).Import;
            return import.Run.EndTime is not null;
        });
        import.Run.State.ShouldBe(RunState.Succeeded, import.Run.Message);
        return import;
    }
}
