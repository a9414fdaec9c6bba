using System.CommandLine;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What moves a single contact by hand.</summary>
internal static class MoveCommands
{
    public static IEnumerable<Command> Create()
    {
        var stage = new Argument<string>("STAGE") { Description = "Aware, engaged, customer, loyal customer or promoter." };
        yield return Move("stage", "Sets a contact's stage; a lost contact is no longer lost.", stage, async (stack, id, text, token) =>
            (await stack.Stages.SetStageAsync(new() { ContactId = id, Stage = Words.ReadStage(text!) }, cancellationToken: token)).ContactStage);
        yield return Move("lost", "Marks a contact as lost from its stage.", null, async (stack, id, _, token) =>
            (await stack.Stages.MarkLostAsync(new() { ContactId = id }, cancellationToken: token)).ContactStage);
        yield return Move("reactivate", "Brings a lost contact back to the stage it was lost from.", null, async (stack, id, _, token) =>
            (await stack.Stages.ReactivateContactAsync(new() { ContactId = id }, cancellationToken: token)).ContactStage);
        yield return Record("activate", "Puts a contact's record back in use; a lost contact stays lost until it is reactivated.", RecordState.Active);
        yield return Record("deactivate", "Takes a contact's record out of use; within a second the contact is lost.", RecordState.Inactive);
    }

    private static Command Move(string name, string description, Argument<string>? argument, Func<Stack, long, string?, CancellationToken, Task<ContactStage>> move)
    {
        var contact = ContactKey.Argument();
        var command = new Command(name, description) { contact };
        if (argument is not null)
        {
            command.Add(argument);
        }

        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var stands = await move(stack, person.ContactId, argument is null ? null : result.GetValue(argument), cancellationToken);
            AnsiConsole.MarkupLine($"Stands at: {Words.Plain(Words.Describe(stands))}");
        });
        return command;
    }

    private static Command Record(string name, string description, RecordState state)
    {
        var contact = ContactKey.Argument();
        var command = new Command(name, description) { contact };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            await stack.Contacts.SetRecordStateAsync(new() { ContactId = person.ContactId, RecordState = state }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"The record is {(state == RecordState.Active ? "active" : "inactive")}.");
        });
        return command;
    }
}
