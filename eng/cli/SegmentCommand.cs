using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class SegmentCommand
{
    public static Command Create() => new("segment", "Contacts found by what is known of them: a saved filter, or one given here.")
    {
        CreateOne(), Update(), Delete(), List(), FieldsOf(), Count(), Page(), Explain(), Freeze(),
    };

    private static Command CreateOne()
    {
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var filter = new Argument<string>("FILTER") { Description = "What it finds, such as: label:vip AND field.plan = gold." };
        var command = new Command("create", "Saves a filter under a name.") { name, filter };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new CreateSegmentRequest { Segment = new() { DisplayName = result.GetValue(name), Filter = result.GetValue(filter) }, RequestId = RequestIds.New() };
            var segment = (await stack.Segments.CreateSegmentAsync(request, cancellationToken: cancellationToken)).Segment;
            AnsiConsole.MarkupLine($"Segment {segment.SegmentId}, {Words.Plain(segment.DisplayName)}: {Words.Plain(segment.Filter)}");
        });
        return command;
    }

    private static Command Update()
    {
        var (which, filter) = (Saved(), new Argument<string>("FILTER") { Description = "What it finds from now on." });
        var command = new Command("update", "Gives a segment another filter.") { which, filter };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var id = await SegmentArgument.FindSavedAsync(stack, result.GetValue(which)!, cancellationToken);
            var request = new UpdateSegmentRequest { Segment = new() { SegmentId = id, Filter = result.GetValue(filter) }, UpdateMask = new() { Paths = { "filter" } } };
            var segment = (await stack.Segments.UpdateSegmentAsync(request, cancellationToken: cancellationToken)).Segment;
            AnsiConsole.MarkupLine($"Segment {segment.SegmentId}, {Words.Plain(segment.DisplayName)}: {Words.Plain(segment.Filter)}");
        });
        return command;
    }

    private static Command Delete()
    {
        var which = Saved();
        var command = new Command("delete", "Deletes a segment; its contacts and its snapshots stay.") { which };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var id = await SegmentArgument.FindSavedAsync(stack, result.GetValue(which)!, cancellationToken);
            await stack.Segments.DeleteSegmentAsync(new() { SegmentId = id }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Segment {id} is gone.");
        });
        return command;
    }

    private static Argument<string> Saved() => new("SEGMENT") { Description = "A segment's number or name." };

    private static Command List()
    {
        var command = new Command("list", "Lists the segments, and the snapshots that were taken.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var segments = (await stack.Segments.ListSegmentsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).Segments;
            var table = new Table().RoundedBorder().AddColumns("Segment", "Name", "Filter");
            foreach (var segment in segments)
            {
                table.AddRow(Number(segment.SegmentId), Words.Plain(segment.DisplayName), Words.Plain(segment.Filter));
            }
            AnsiConsole.Write(table);
            var snapshots = (await stack.Segments.ListSegmentSnapshotsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).Snapshots;
            if (snapshots.Count > 0)
            {
                AnsiConsole.Write(Snapshots(snapshots));
            }
        });
        return command;
    }

    private static Command FieldsOf()
    {
        var command = new Command("fields", "Lists what a filter can ask.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Field", "Compared with", "What it is");
            foreach (var field in (await stack.Segments.ListFilterFieldsAsync(new(), cancellationToken: cancellationToken)).Fields)
            {
                table.AddRow(Words.Plain(field.Name), Words.Plain(string.Join(' ', field.Comparators)), Words.Plain(field.Description));
            }
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Count()
    {
        var which = new SegmentArgument();
        var command = new Command("count", "Counts the contacts of a segment.") { which.Argument };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var set = await which.FindAsync(stack, result, cancellationToken);
            var count = (await stack.Segments.CountSegmentAsync(new() { Contacts = set }, cancellationToken: cancellationToken)).ContactCount;
            AnsiConsole.MarkupLine(Words.Count(count, "contact"));
        });
        return command;
    }

    private static Command Page()
    {
        var which = new SegmentArgument();
        var size = new Option<int>("--size") { Description = "Contacts on the page, 1 to 1000.", DefaultValueFactory = _ => 20 };
        var token = new Option<string?>("--token") { Description = "Token of the page, as the page before showed it." };
        var command = new Command("page", "Shows a page of the contacts of a segment, by their numbers.") { which.Argument, size, token };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new ListSegmentContactsRequest { Contacts = await which.FindAsync(stack, result, cancellationToken), PageSize = result.GetValue(size), PageToken = result.GetValue(token) ?? "" };
            var page = await stack.Segments.ListSegmentContactsAsync(request, cancellationToken: cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("Contact", "Name", "Reached by");
            foreach (var contact in page.Contacts)
            {
                table.AddRow(Number(contact.ContactId), Words.Plain($"{contact.GivenName} {contact.FamilyName}".Trim()), Words.Plain(contact.Email.Length > 0 ? contact.Email : contact.Phone));
            }
            AnsiConsole.Write(table);
            if (page.NextPageToken.Length > 0)
            {
                AnsiConsole.MarkupLine($"The next page: --token {page.NextPageToken}");
            }
        });
        return command;
    }

    private static Command Explain()
    {
        var which = new SegmentArgument();
        var contact = ContactKey.Argument();
        var command = new Command("explain", "Tells why a contact is in a segment, or is not.") { which.Argument, contact };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var set = await which.FindAsync(stack, result, cancellationToken);
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var reply = await stack.Segments.ExplainContactAsync(new() { ContactId = person.ContactId, Contacts = set }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Contact {person.ContactId} {(reply.Matches ? "[bold]is in[/]" : "[bold]is not in[/]")} {Words.Plain(reply.ExplicitFilter)}");
            AnsiConsole.Write(Explained(reply.Clauses));
        });
        return command;
    }

    private static Command Freeze()
    {
        var which = new SegmentArgument();
        var command = new Command("freeze", "Writes down who is in a segment now.") { which.Argument };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new FreezeSegmentRequest { Contacts = await which.FindAsync(stack, result, cancellationToken), RequestId = RequestIds.New() };
            var snapshot = (await stack.Segments.FreezeSegmentAsync(request, cancellationToken: cancellationToken)).Snapshot;
            AnsiConsole.MarkupLine($"Snapshot {snapshot.SegmentSnapshotId}: {Words.Count(snapshot.ContactCount, "contact")}; ask for it as snapshot:{snapshot.SegmentSnapshotId}");
        });
        return command;
    }

    /// <summary>One row a clause.</summary>
    internal static Table Explained(IEnumerable<ClauseExplanation> clauses)
    {
        var table = new Table().RoundedBorder().AddColumns("Clause", "Holds", "Value");
        foreach (var clause in clauses)
        {
            table.AddRow(Words.Plain(clause.Clause.Text), clause.Holds ? "yes" : "no", clause.HasValue ? Words.Plain(clause.Value) : "none");
        }
        return table;
    }

    private static Table Snapshots(IEnumerable<SegmentSnapshot> snapshots)
    {
        var table = new Table().RoundedBorder().AddColumns("Snapshot", "Taken", "Filter").AddColumn(new TableColumn("Contacts").RightAligned());
        foreach (var snapshot in snapshots)
        {
            table.AddRow(Number(snapshot.SegmentSnapshotId), Words.Time(snapshot.CreateTime), Words.Plain(snapshot.Filter), Words.Count(snapshot.ContactCount));
        }
        return table;
    }

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
