using System.CommandLine;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>One contact.</summary>
internal static class ContactCommand
{
    public static Command Create() => new("contact", "Shows a contact.") { Show() };

    private static Command Show()
    {
        var contact = ContactKey.Argument();
        var command = new Command("show", "Shows what is known of a contact: its data, its labels, its custom fields, where it stands.") { contact };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var stage = (await stack.Stages.GetContactStageAsync(new() { ContactId = person.ContactId }, cancellationToken: cancellationToken)).ContactStage;
            var labels = await LabelLookup.ListAsync(stack, cancellationToken);
            var names = (await stack.Fields.ListCustomFieldsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).CustomFields.ToDictionary(f => f.Key, f => f.DisplayName);
            var table = new Table().RoundedBorder().AddColumns("Field", "Value");
            Add("Contact", $"{person.ContactId}");
            Add("Email", person.Email);
            Add("Phone", person.Phone);
            Add("Given name", person.GivenName);
            Add("Family name", person.FamilyName);
            Add("Time zone", person.TimeZone);
            Add("Record", person.RecordState.ToString().ToLowerInvariant());
            Add("Source", person.Source);
            Add("Subscribed", Words.Time(person.SubscribedTime));
            Add("Owner", person.Owner);
            Add("Stands at", Words.Describe(stage));
            Add("Labels", string.Join(", ", labels.Where(l => person.LabelIds.Contains(l.LabelId)).Select(l => l.DisplayName)));
            foreach (var value in person.CustomFields)
            {
                Add(names.GetValueOrDefault(value.Key, value.Key), FieldCommand.Text(value));
            }

            Add("Created", Words.Time(person.CreateTime));
            Add("Changed", Words.Time(person.UpdateTime));
            AnsiConsole.Write(table);

            void Add(string name, string value)
            {
                if (value.Length > 0)
                {
                    table.AddRow(Words.Plain(name), Words.Plain(value));
                }
            }
        });
        return command;
    }
}
