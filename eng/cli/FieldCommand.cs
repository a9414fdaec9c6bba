using System.CommandLine;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>The fields that the account adds to its contacts.</summary>
internal static class FieldCommand
{
    public static Command Create() => new("field", "Lists, creates and deletes custom fields.") { List(), New(), Delete() };

    /// <summary>A value as a person reads it.</summary>
    public static string Text(CustomFieldValue value) => value.ValueCase switch
    {
        CustomFieldValue.ValueOneofCase.TextValue => value.TextValue,
        CustomFieldValue.ValueOneofCase.NumberValue => value.NumberValue,
        CustomFieldValue.ValueOneofCase.DateValue => value.DateValue,
        CustomFieldValue.ValueOneofCase.BooleanValue => value.BooleanValue ? "yes" : "no",
        _ => value.ChoiceValue,
    };

    private static Command List()
    {
        var command = new Command("list", "Lists the custom fields.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Key", "Name", "Type", "Choices");
            foreach (var field in (await stack.Fields.ListCustomFieldsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).CustomFields)
            {
                table.AddRow(Words.Plain(field.Key), Words.Plain(field.DisplayName), field.Type.ToString().ToLowerInvariant(), Words.Plain(string.Join(", ", field.Choices)));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command New()
    {
        var key = new Argument<string>("KEY") { Description = "Its name in files and filters: lower-case letters, digits and underscores; never changes." };
        var type = new Option<string>("--type") { Description = "Text, number, date, boolean or choice; never changes.", Required = true };
        var name = new Option<string>("--name") { Description = "Its name for people; the key unless given." };
        var choices = new Option<string>("--choices") { Description = "What a choice allows, separated by commas." };
        var command = new Command("create", "Creates a custom field.") { key, type, name, choices };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var asked = new CustomField
            {
                Key = result.GetValue(key),
                DisplayName = result.GetValue(name) ?? "",
                Type = ReadType(result.GetValue(type)!),
                Choices = { (result.GetValue(choices) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) },
            };
            var field = (await stack.Fields.CreateCustomFieldAsync(new() { CustomField = asked }, cancellationToken: cancellationToken)).CustomField;
            AnsiConsole.MarkupLine($"Custom field {Words.Plain(field.Key)} is there: {field.Type.ToString().ToLowerInvariant()}.");
        });
        return command;
    }

    private static Command Delete()
    {
        var key = new Argument<string>("KEY") { Description = "The field's key." };
        var command = new Command("delete", "Deletes a custom field with what contacts have in it, for good.") { key };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var field = (await stack.Fields.GetCustomFieldAsync(new() { Key = result.GetValue(key) }, cancellationToken: cancellationToken)).CustomField;
            var reply = await stack.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = field.CustomFieldId, Etag = field.Etag }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Custom field {Words.Plain(field.Key)} is gone; {Words.Count(reply.RemovedCount, "contact")} had something in it.");
        });
        return command;
    }

    private static CustomFieldType ReadType(string text) =>
        Enum.TryParse<CustomFieldType>(text, ignoreCase: true, out var type) && type != CustomFieldType.Unspecified && !char.IsAsciiDigit(text[0])
            ? type
            : throw new CliException($"There is no type \"{text}\": text, number, date, boolean or choice.");
}
