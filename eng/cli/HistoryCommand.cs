using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class HistoryCommand
{
    public static Command Create()
    {
        var contact = ContactKey.Argument();
        var limit = new Option<int>("--limit") { Description = "At most this many changes, 1 to 1000, newest first.", DefaultValueFactory = _ => 50 };
        var command = new Command("history", "Shows where a contact stands and every change that brought it there.") { contact, limit };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var stage = (await stack.Stages.GetContactStageAsync(new() { ContactId = person.ContactId }, cancellationToken: cancellationToken)).ContactStage;
            var page = await stack.Stages.ListStageChangesAsync(
                new() { ContactId = person.ContactId, PageSize = result.GetValue(limit) }, cancellationToken: cancellationToken);

            AnsiConsole.MarkupLine(
                $"[bold]{Words.Plain($"{person.GivenName} {person.FamilyName}".Trim())}[/] {Words.Plain(person.Email.Length > 0 ? person.Email : person.Phone)} (contact {person.ContactId})");
            AnsiConsole.MarkupLine($"Stands at: {Words.Plain(Words.Describe(stage))}");
            if (page.StageChanges.Count == 0)
            {
                AnsiConsole.MarkupLine("Nothing has moved it yet.");
                return;
            }

            AnsiConsole.Write(Table(page.StageChanges));
            if (page.NextPageToken.Length > 0)
            {
                AnsiConsole.MarkupLine("There are older changes: raise --limit.");
            }
        });
        return command;
    }

    private static Table Table(IEnumerable<StageChange> changes)
    {
        var table = new Table().RoundedBorder().AddColumns("#", "When", "From", "To", "Cause", "Who", "Run");
        foreach (var change in changes)
        {
            table.AddRow(
                Words.Count(change.Version),
                Words.Time(change.ChangeTime),
                Words.Plain(Words.Status(change.From)),
                Words.Plain(Words.Status(change.To)),
                Words.Cause(change.Cause),
                Words.Plain(Words.Who(change.Actor)),
                change.RunId == 0 ? "" : change.RunId.ToString(CultureInfo.InvariantCulture));
        }

        return table;
    }
}
