using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Labels, by the names that people know them by.</summary>
internal static class LabelCommand
{
    // What BatchAddLabel and BatchRemoveLabel take.
    private const int Batch = 10_000;

    public static Command Create() => new("label", "Makes, renames, merges and deletes labels, puts them on contacts and takes them off.")
    {
        CreateOne(), Rename(), Merge(), Delete(),
        Change("add", "Puts a label on contacts.", async (stack, label, ids, token) =>
        {
            var reply = await stack.Labels.BatchAddLabelAsync(new() { LabelId = label, ContactIds = { ids } }, cancellationToken: token);
            return (reply.ChangedCount, reply.UnchangedCount);
        }),
        Change("remove", "Takes a label off contacts.", async (stack, label, ids, token) =>
        {
            var reply = await stack.Labels.BatchRemoveLabelAsync(new() { LabelId = label, ContactIds = { ids } }, cancellationToken: token);
            return (reply.ChangedCount, reply.UnchangedCount);
        }),
    };

    public static Command List()
    {
        var command = new Command("labels", "Lists the labels and how many contacts carry each.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Label", "Id").AddColumn(new TableColumn("Contacts").RightAligned());
            foreach (var label in await LabelLookup.ListAsync(stack, cancellationToken))
            {
                table.AddRow(Words.Plain(label.DisplayName), label.LabelId.ToString(CultureInfo.InvariantCulture), Words.Count(label.MemberCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command CreateOne()
    {
        var name = Named("NAME", "Its name.");
        var command = new Command("create", "Creates a label.") { name };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            Show((await stack.Labels.CreateLabelAsync(new() { DisplayName = result.GetValue(name), RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).Label);
        });
        return command;
    }

    private static Command Rename()
    {
        var (which, name) = (Which(), Named("NAME", "Its name from now on."));
        var command = new Command("rename", "Gives a label another name.") { which, name };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var label = await LabelLookup.FindAsync(stack, result.GetValue(which)!, cancellationToken);
            Show((await stack.Labels.RenameLabelAsync(new() { LabelId = label.LabelId, DisplayName = result.GetValue(name), Etag = label.Etag }, cancellationToken: cancellationToken)).Label);
        });
        return command;
    }

    private static Command Merge()
    {
        var (source, target) = (Named("SOURCE", "Name of the label that ends."), Named("TARGET", "Name of the label that its contacts get."));
        var command = new Command("merge", "Puts the contacts of one label on another, and deletes the one.") { source, target };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var (from, into) = (await LabelLookup.FindAsync(stack, result.GetValue(source)!, cancellationToken), await LabelLookup.FindAsync(stack, result.GetValue(target)!, cancellationToken));
            var reply = await stack.Labels.MergeLabelsAsync(new() { SourceLabelId = from.LabelId, TargetLabelId = into.LabelId }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"{Words.Plain(from.DisplayName)} is now part of {Words.Plain(reply.Label.DisplayName)}, which {Words.Count(reply.GainedCount, "contact")} gained: {Words.Count(reply.Label.MemberCount, "contact")} now.");
        });
        return command;
    }

    private static Command Delete()
    {
        var which = Which();
        var command = new Command("delete", "Deletes a label and takes it off whoever carries it.") { which };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var label = await LabelLookup.FindAsync(stack, result.GetValue(which)!, cancellationToken);
            var reply = await stack.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId, Etag = label.Etag }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Label {Words.Plain(label.DisplayName)} is gone, taken off {Words.Count(reply.RemovedCount, "contact")}.");
        });
        return command;
    }

    private static Command Change(string verb, string description, Func<Stack, long, long[], CancellationToken, Task<(long Changed, long Unchanged)>> change)
    {
        var (which, contacts) = (Which(), ContactKey.Arguments());
        var command = new Command(verb, description) { which, contacts };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var label = await LabelLookup.FindAsync(stack, result.GetValue(which)!, cancellationToken);
            var (changed, unchanged) = (0L, 0L);
            foreach (var part in (await ContactKey.FindAsync(stack, result.GetValue(contacts)!, cancellationToken)).Chunk(Batch))
            {
                var done = await change(stack, label.LabelId, part, cancellationToken);
                (changed, unchanged) = (changed + done.Changed, unchanged + done.Unchanged);
            }

            label = (await stack.Labels.GetLabelAsync(new() { LabelId = label.LabelId }, cancellationToken: cancellationToken)).Label;
            AnsiConsole.MarkupLine($"{Words.Plain(label.DisplayName)}: changed {Words.Count(changed)}, as they were {Words.Count(unchanged)}; on {Words.Count(label.MemberCount, "contact")} now");
        });
        return command;
    }

    private static Argument<string> Which() => Named("LABEL", "Name of the label.");

    private static Argument<string> Named(string name, string description) => new(name) { Description = description };

    private static void Show(Label label) => AnsiConsole.MarkupLine($"Label {label.LabelId}, {Words.Plain(label.DisplayName)}");
}
