using System.CommandLine;
using ContactPlatform.Deliverability.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>One contact.</summary>
internal static class ContactCommand
{
    public static Command Create() => new("contact", "Shows a contact, unsubscribes it, or subscribes it again.") { Show(), Unsubscribe(), Resubscribe() };

    private static Command Unsubscribe()
    {
        var contact = ContactKey.Argument();
        var reason = new Option<string>("--reason") { Description = "Why, for the timeline.", DefaultValueFactory = _ => "" };
        var command = new Command("unsubscribe", "Notes that a contact wants no more messages, and whoever else has its phone.") { contact, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var reply = await stack.Consent.UnsubscribeContactAsync(new() { ContactId = person.ContactId, Reason = result.GetValue(reason)!, Etag = person.Etag }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine(reply.ChangeToken.Length == 0 ? $"Contact {person.ContactId} was unsubscribed before."
                : $"Contact {person.ContactId} is unsubscribed{(reply.OtherCount > 0 ? $", and {Words.Count(reply.OtherCount, "contact")} with the same phone" : "")}.");
        });
        return command;
    }

    private static Command Resubscribe()
    {
        var contact = ContactKey.Argument();
        var reason = new Option<string>("--reason") { Description = "Why it may be written to again, such as where it asked for it.", Required = true };
        var command = new Command("resubscribe", "Subscribes a contact again that was unsubscribed; nothing else does.") { contact, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var reply = await stack.Consent.ResubscribeContactAsync(new() { ContactId = person.ContactId, Reason = result.GetValue(reason)!, Etag = person.Etag }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine(reply.ChangeToken.Length == 0 ? $"Contact {person.ContactId} is not unsubscribed." : $"Contact {person.ContactId} is subscribed again.");
        });
        return command;
    }

    private static Command Show()
    {
        var contact = ContactKey.Argument();
        var command = new Command("show", "Shows what is known of a contact: its data, its labels, its custom fields, where it stands, whether mail reaches it.") { contact };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var stage = (await stack.Stages.GetContactStageAsync(new() { ContactId = person.ContactId }, cancellationToken: cancellationToken)).ContactStage;
            var mail = (await stack.Sendability.CheckSendableAsync(new() { ContactIds = { person.ContactId } }, cancellationToken: cancellationToken)).Checks.SingleOrDefault();
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
            Add("Unsubscribed", Words.Time(person.UnsubscribedTime));
            Add("Owner", person.Owner);
            Add("Stands at", Words.Describe(stage));
            Add("Mail", mail is null || mail.Block == SendBlock.NoAddress ? "" : Words.Spaced(mail.Status.ToString()) + (mail.Sendable ? "" : ", may not be written to"));
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
