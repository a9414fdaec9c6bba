using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.CustomFields;

/// <summary>Custom fields as one account calls for them.</summary>
internal static class FieldCalls
{
    public static async Task<V1.CustomField> CreateAsync(Account account, string key, V1.CustomFieldType type, params string[] choices) =>
        (await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = key, Type = type, Choices = { choices } } })).CustomField;

    public static async Task OneOfEachAsync(Account account)
    {
        await CreateAsync(account, "note", V1.CustomFieldType.Text);
        await CreateAsync(account, "budget", V1.CustomFieldType.Number);
        await CreateAsync(account, "since", V1.CustomFieldType.Date);
        await CreateAsync(account, "vip", V1.CustomFieldType.Boolean);
        await CreateAsync(account, "tier", V1.CustomFieldType.Choice, "Gold", "Silver");
    }

    public static AsyncUnaryCall<V1.UpdateCustomFieldResponse> Update(Account account, V1.CustomField field, V1.CustomField to, string mask)
    {
        to.CustomFieldId = field.CustomFieldId;
        return account.Fields.UpdateCustomFieldAsync(new() { CustomField = to, UpdateMask = new() { Paths = { mask.Split(',') } } });
    }

    public static async Task<V1.UpdateContactResponse> UpdateAsync(Account account, V1.Contact contact, string mask, params V1.CustomFieldValue[] values) =>
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = contact.ContactId, CustomFields = { values } }, UpdateMask = new() { Paths = { mask.Split(',') } } });

    public static V1.CustomFieldValue Text(string key, string value) => new() { Key = key, TextValue = value };

    public static V1.CustomFieldValue Number(string key, string value) => new() { Key = key, NumberValue = value };

    public static V1.CustomFieldValue Date(string key, string value) => new() { Key = key, DateValue = value };

    public static V1.CustomFieldValue Boolean(string key, bool value) => new() { Key = key, BooleanValue = value };

    public static V1.CustomFieldValue Choice(string key, string value) => new() { Key = key, ChoiceValue = value };

    /// <summary>The last change that other services are told of.</summary>
    public static async Task<V1.StreamChangesResponse> LastToldAsync(this ContactsFixture fixture, Account account)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT payload FROM outbox WHERE account_id = {account.Id} AND change_id = (SELECT MAX(change_id) FROM outbox WHERE account_id = {account.Id})";
        return V1.StreamChangesResponse.Parser.ParseFrom((byte[])(await command.ExecuteScalarAsync())!);
    }
}
