using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sample;
using Google.Protobuf;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Imports;

/// <summary>What the sample's custom fields hold is right or wrong as its maker says.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ImportSampleTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_dirty_file_with_custom_fields_is_counted_as_its_maker_says()
    {
        var account = await fixture.NewAccountAsync();
        foreach (var column in CustomColumn.Take(5))
        {
            await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = column.Key, Type = Enum.Parse<CustomFieldType>(column.Type, ignoreCase: true), Choices = { column.Choices.Split(',', StringSplitOptions.RemoveEmptyEntries) } } });
        }
        using var file = new MemoryStream();
        var summary = SampleFile.Write(file, 3000, 5, 0.5, fields: 5);
        summary.ByFlaw[(int)Flaw.BadFieldValue].ShouldBeGreaterThan(30);
        using var call = account.Imports.UploadImport();
        await call.RequestStream.WriteAsync(new() { Start = new() { Config = new() { CreateMissingLabels = true } } });
        foreach (var part in file.ToArray().Chunk(100_000))
        {
            await call.RequestStream.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(part) });
        }
        await call.RequestStream.CompleteAsync();
        var import = (await call).Import;
        using var watch = account.Imports.WatchImport(new() { ImportId = import.ImportId });
        await foreach (var message in watch.ResponseStream.ReadAllAsync())
        {
            import = message.Import;
        }
        import.Run.State.ShouldBe(RunState.Succeeded, import.Run.Message);
        (import.CreatedCount, import.UpdatedCount + import.UnchangedCount, import.RefusedCount).ShouldBe((summary.Count(Expected.Accepted), summary.Count(Expected.Duplicate), summary.Count(Expected.Refused)));
    }
}
