using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.ContactFeed;

/// <summary>An erased contact is gone from both databases.</summary>
[Collection("platform")]
public sealed class ErasedContactTests(PlatformFixture platform)
{
    [Fact]
    public async Task Nothing_of_an_erased_contact_is_left_in_either_database()
    {
        const string Email = "quillon.zephyrine@erase.example";
        var label = await platform.CreateLabelAsync();
        await new CustomFieldService.CustomFieldServiceClient(platform.Contacts.Service.Channel).CreateCustomFieldAsync(new() { CustomField = new() { Key = "nickname", DisplayName = "Nickname", Type = CustomFieldType.Text } }, platform.Headers);
        var made = await platform.ContactService.CreateContactAsync(new() { Contact = new() { Email = Email, Phone = "+628125550199", GivenName = "Quillon", FamilyName = "Zephyrine", Source = "quillons fair", CustomFields = { new CustomFieldValue { Key = "nickname", TextValue = "Quillonette" } } }, LabelIds = { label }, RequestId = platform.NewRequestId() }, platform.Headers);
        var contact = made.Contact.ContactId;
        await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = contact, Owner = "quillon's keeper" }, UpdateMask = FieldMask.FromString("owner") }, platform.Headers);
        await platform.Labels.BatchRemoveLabelAsync(new() { LabelId = label, ContactIds = { contact } }, platform.Headers);
        var lists = new ContactListService.ContactListServiceClient(platform.Contacts.Service.Channel);
        var list = (await lists.CreateContactListAsync(new() { DisplayName = "erase" }, platform.Headers)).ContactList.ContactListId;
        await lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { contact }, RequestId = platform.NewRequestId() }, platform.Headers);
        await ImportAsync($"Email,Given_name,Time_zone\n{Email.ToUpperInvariant()},Quillon,Nowhere\nother@erase.example,Other,\n");
        await platform.Stages.SetStageAsync(new() { ContactId = contact, Stage = FunnelStage.Customer }, platform.Headers);
        string[] personal = ["quillon", "zephyrine", "628125550199"];
        (await Traces.FindAsync(platform.Contacts.Database, personal[0])).ShouldNotBeEmpty();

        await new ContactErasureService.ContactErasureServiceClient(platform.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(async () => await Record.ExceptionAsync(() => platform.StageAsync(contact)) is RpcException { StatusCode: StatusCode.NotFound });
        foreach (var text in personal)
        {
            (await Traces.FindAsync(platform.Contacts.Database, text)).ShouldBeEmpty();
            (await Traces.FindAsync(platform.Funnel.Database, text)).ShouldBeEmpty();
        }
        // Others of the same import are still there.
        (await Traces.FindAsync(platform.Contacts.Database, "other@erase.example")).ShouldNotBeEmpty();
        await RefusedAsync(StatusCode.FailedPrecondition, "CONTACT_ERASED", () => platform.ContactService.CreateContactAsync(new() { Contact = new() { Email = Email } }, platform.Headers).ResponseAsync);
    }

    private async Task ImportAsync(string file)
    {
        var imports = new ImportService.ImportServiceClient(platform.Contacts.Service.Channel);
        using var call = imports.UploadImport(platform.Headers);
        await call.RequestStream.WriteAsync(new() { Start = new() { Config = new() } });
        await call.RequestStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8(file) });
        await call.RequestStream.CompleteAsync();
        var id = (await call.ResponseAsync).Import.ImportId;
        await UntilAsync(async () => (await imports.GetImportAsync(new() { ImportId = id }, platform.Headers)).Import.Run.State == RunState.Succeeded);
    }
}
