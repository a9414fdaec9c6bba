using System.CommandLine;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What ends a contact: merging it into another, or erasing it.</summary>
internal static class RecordCommands
{
    public static IEnumerable<Command> Create()
    {
        yield return Merge();
        yield return Erase();
        yield return Readmit();
    }

    private static Command Merge()
    {
        var merged = new Argument<string>("CONTACT") { Description = "The contact that goes: an email, a phone, or its number." };
        var survivor = new Argument<string>("INTO") { Description = "The contact that stays." };
        var command = new Command("merge", "Makes one contact of two: what the second lacks it takes from the first, which is gone then.") { merged, survivor };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var goes = await ContactKey.FindAsync(stack, result.GetValue(merged)!, cancellationToken);
            var stays = await ContactKey.FindAsync(stack, result.GetValue(survivor)!, cancellationToken);
            var reply = await stack.Merges.MergeContactsAsync(
                new() { SurvivorContactId = stays.ContactId, MergedContactId = goes.ContactId, SurvivorEtag = stays.Etag, MergedEtag = goes.Etag }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Contact {goes.ContactId} is now part of contact {stays.ContactId}.");
            AnsiConsole.MarkupLine($"  taken over: {(reply.FilledFields.Count > 0 ? string.Join(", ", reply.FilledFields) : "nothing")}");
            if (reply.Contact.RecordState != stays.RecordState)
            {
                AnsiConsole.MarkupLine("  its record is inactive now, as the other one's was");
            }
        });
        return command;
    }

    private static Command Erase()
    {
        var contact = ContactKey.Argument();
        var yes = new Option<bool>("--yes") { Description = "Erase it. Nothing brings it back." };
        var command = new Command("erase", "Erases a contact for good; its address is refused until it is readmitted.") { contact, yes };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            if (!result.GetValue(yes))
            {
                throw new CliException($"This erases contact {person.ContactId} for good. Say --yes to do it.");
            }

            var reply = await stack.Erasures.EraseContactAsync(new() { ContactId = person.ContactId, Etag = person.Etag }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Contact {person.ContactId} is erased; {Words.Count(reply.BlankedRowCount, "refused row")} of imports blanked.");
            if (reply.PendingImportIds.Count > 0)
            {
                AnsiConsole.MarkupLine($"The files of these imports may name it until they have ended: {string.Join(", ", reply.PendingImportIds)}");
            }
        });
        return command;
    }

    private static Command Readmit()
    {
        var address = new Argument<string>("ADDRESS") { Description = "An email, or a phone that begins with +." };
        var command = new Command("readmit", "Lets an erased email or phone in again.") { address };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var text = result.GetValue(address)!;
            await stack.Erasures.ReadmitAddressAsync(text.StartsWith('+') ? new ReadmitAddressRequest { Phone = text } : new() { Email = text }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine("The address may be stored again.");
        });
        return command;
    }
}
