using System.CommandLine;
using ContactPlatform.Contacts.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Static lists, by the names that people know them by.</summary>
internal static class ListCommand
{
    private const int Batch = 1000;

    public static Command Create()
    {
        var command = new Command("list", "Makes static lists and puts contacts on them.");
        var name = new Argument<string>("LIST") { Description = "Name of the list." };
        var create = new Command("create", "Creates a list.") { name };
        create.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var list = (await stack.Lists.CreateContactListAsync(new() { DisplayName = result.GetValue(name)! }, cancellationToken: cancellationToken)).ContactList;
            AnsiConsole.MarkupLine($"List {list.ContactListId}, {Words.Plain(list.DisplayName)}");
        });
        command.Add(create);
        command.Add(Change("add", "Puts contacts on a list.", async (stack, list, ids, token) =>
            (await stack.Lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { ids } }, cancellationToken: token)).Outcomes));
        command.Add(Change("remove", "Takes contacts off a list.", async (stack, list, ids, token) =>
            (await stack.Lists.RemoveContactListMembersAsync(new() { ContactListId = list, ContactIds = { ids } }, cancellationToken: token)).Outcomes));
        command.Add(All());
        return command;
    }

    private static Command Change(string verb, string description, Func<Stack, long, long[], CancellationToken, Task<IEnumerable<ContactListOutcome>>> change)
    {
        var name = new Argument<string>("LIST") { Description = "Name of the list." };
        var contacts = ContactKey.Arguments();
        var command = new Command(verb, description) { name, contacts };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var list = await FindAsync(stack, result.GetValue(name)!, cancellationToken);
            var (changed, unchanged) = (0, 0);
            foreach (var part in (await ContactKey.FindAsync(stack, result.GetValue(contacts)!, cancellationToken)).Chunk(Batch))
            {
                foreach (var outcome in await change(stack, list.ContactListId, part, cancellationToken))
                {
                    changed += outcome.Change == ContactListChange.Changed ? 1 : 0;
                    unchanged += outcome.Change == ContactListChange.Unchanged ? 1 : 0;
                }
            }

            list = await FindAsync(stack, list.DisplayName, cancellationToken);
            AnsiConsole.MarkupLine($"{Words.Plain(list.DisplayName)}: changed {Words.Count(changed)}, as they were {Words.Count(unchanged)}; {Words.Count(list.MemberCount, "contact")} on it now");
        });
        return command;
    }

    private static Command All()
    {
        var command = new Command("all", "Lists the lists and how many contacts are on each.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumn("List").AddColumn(new TableColumn("Contacts").RightAligned());
            // An account has at most 1,000.
            foreach (var list in (await stack.Lists.ListContactListsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).ContactLists)
            {
                table.AddRow(Words.Plain(list.DisplayName), Words.Count(list.MemberCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    public static async Task<ContactList> FindAsync(Stack stack, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await stack.Lists.GetContactListAsync(new() { DisplayName = name }, cancellationToken: cancellationToken)).ContactList;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw new CliException($"There is no list \"{name}\". `./dev cli list all` lists those there are.");
        }
    }
}
