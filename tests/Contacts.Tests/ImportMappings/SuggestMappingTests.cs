using ContactPlatform.Contacts.Tests.Erasures;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf;

namespace ContactPlatform.Contacts.Tests.ImportMappings;

[Collection(ContactsCollection.Name)]
public sealed class SuggestMappingTests(ContactsFixture fixture)
{
    private const SuggestionConfidence Low = SuggestionConfidence.Low, Medium = SuggestionConfidence.Medium, High = SuggestionConfidence.High;

    [Fact]
    public async Task Headers_decide_then_values_and_the_suggestion_can_be_imported_as_it_is()
    {
        var account = await fixture.NewKeyAccountAsync();
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "plan", DisplayName = "Tarif", Type = CustomFieldType.Choice, Choices = { "gold", "silver" } } });
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "size", Type = CustomFieldType.Number } });
        const string File = """
            Contact;Vorname;Nachname;Téléphone;TARIF;size;Tags;Lifecycle Stage;Remarks;E-Mail;Zone;Wo;
            ada@example.org;Ada;Byron;+49 30 1234567;gold;12;a,b;Customer;met at a fair;-;Europe/Berlin;Europe/Paris;
            bob@example.org;Bob;Li;030 99;Silver;many;;aware;"likes; semicolons";;Nowhere;Asia/Tokyo;
            cy@example.org;;;;;x;;;;;Mars;;
            dee@example.org;De
            """;
        var reply = await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFromUtf8(File) });
        (reply.Delimiter, reply.SampleCount).ShouldBe((";", 3));
        reply.Columns.Select(c => (c.Column.Header, c.Column.Field, c.Column.CustomFieldKey, c.Confidence)).ShouldBe([
            ("Contact", ImportField.Email, "", Medium),
            ("Vorname", ImportField.GivenName, "", Medium),
            ("Nachname", ImportField.FamilyName, "", Medium),
            ("Téléphone", ImportField.Phone, "", Medium),
            ("TARIF", ImportField.Custom, "plan", High),
            ("size", ImportField.Custom, "size", Low),
            ("Tags", ImportField.Labels, "", Medium),
            ("Lifecycle Stage", ImportField.Stage, "", High),
            ("Remarks", ImportField.Ignore, "", Medium),
            ("E-Mail", ImportField.Ignore, "", Low),
            ("Zone", ImportField.Ignore, "", Low),
            ("Wo", ImportField.TimeZone, "", Medium),
            ("", ImportField.Ignore, "", High),
        ]);
        reply.Columns[0].Explanation.ShouldBe("the header says nothing, but 3 of 3 values are emails");
        reply.Columns[3].Explanation.ShouldBe("the header names phone; 1 of 2 values are international phone numbers");
        reply.Columns[9].Explanation.ShouldBe("the header names email, but only 0 of 1 values are emails");

        var config = new ImportConfig { Delimiter = reply.Delimiter, LabelSeparator = ",", CreateMissingLabels = true, Columns = { reply.Columns.Select(c => c.Column).Where(c => c.Header.Length > 0) } };
        using var call = account.Imports.UploadImport();
        await call.RequestStream.WriteAsync(new() { Start = new() { Config = config } });
        await call.RequestStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8(File) });
        await call.RequestStream.CompleteAsync();
        var import = await ErasureTests.EndAsync(account, (await call.ResponseAsync).Import.ImportId);
        (import.CreatedCount, import.RefusedCount).ShouldBe((1, 3));
        (await account.Contacts.GetContactAsync(new() { Email = "ada@example.org" })).Contact.FamilyName.ShouldBe("Byron");
    }

    [Fact]
    public async Task Of_two_columns_for_one_field_the_surer_is_taken()
    {
        var account = await fixture.NewKeyAccountAsync();
        var reply = await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFromUtf8("other,mail,email\na@example.org,,b@example.org\n") });
        reply.Columns.Select(c => (c.Column.Field, c.Confidence)).ShouldBe([(ImportField.Ignore, Low), (ImportField.Ignore, Low), (ImportField.Email, High)]);
        reply.Columns[0].Explanation.ShouldEndWith("but the column \"email\" feeds the same");
        // Another account's fields are nobody's words.
        var own = await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "shoe", Type = CustomFieldType.Text } });
        own.CustomField.Key.ShouldBe("shoe");
        var stranger = await fixture.NewKeyAccountAsync();
        (await stranger.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFromUtf8("email\tshoe\n") })).ShouldSatisfyAllConditions(
            r => r.Delimiter.ShouldBe("\t"), r => r.Columns[0].Confidence.ShouldBe(High), r => r.Columns[1].Column.Field.ShouldBe(ImportField.Ignore));
    }

    [Fact]
    public async Task What_is_no_file_or_too_much_of_one_is_refused()
    {
        var account = await fixture.NewKeyAccountAsync();
        await account.Mappings.SuggestImportMappingAsync(new()).ForAsync(ContactsReasons.ImportFileInvalid);
        await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFromUtf8("a,\"b\n") }).ForAsync(ContactsReasons.ImportFileInvalid);
        await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFromUtf8("a,A\n") }).ForAsync(ContactsReasons.ImportFileInvalid);
        await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFrom(0xFF, 0xFE, 0, 0) }).ForAsync(ContactsReasons.ImportFileInvalid);
        await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFromUtf8("email\n"), Delimiter = "x", Encoding = (ImportEncoding)9 }).FieldsAsync("delimiter", "encoding");
        (await account.Mappings.SuggestImportMappingAsync(new() { Data = ByteString.CopyFrom(new byte[(256 << 10) + 1]) }).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("262144");
    }
}
