using System.CommandLine;
using System.Globalization;
using ContactPlatform.Sequences.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Sequences, and who is in them.</summary>
internal static class SequenceCommand
{
    private const int Page = 1000;

    public static Command Create() => new("sequences", "Makes sequences of steps, and shows who is where in them.")
    {
        List(), Make(), Show(), Who(),
        Move("activate", "Has a sequence run: what is due is done.", async (stack, id, token) => (await stack.Sequences.ActivateSequenceAsync(new() { SequenceId = id }, cancellationToken: token)).Sequence),
        Move("pause", "Has a sequence stand still; everybody keeps their place.", async (stack, id, token) => (await stack.Sequences.PauseSequenceAsync(new() { SequenceId = id }, cancellationToken: token)).Sequence),
        Move("archive", "Ends a sequence, for good.", async (stack, id, token) => (await stack.Sequences.ArchiveSequenceAsync(new() { SequenceId = id }, cancellationToken: token)).Sequence),
    };

    /// <summary>`enroll`.</summary>
    public static Command CreateEnroll()
    {
        var sequence = Id();
        var contacts = new Argument<string[]>("CONTACT") { Description = "Emails, phones or numbers of contacts.", Arity = ArgumentArity.ZeroOrMore };
        var segment = new Option<string?>("--segment") { Description = "Number or name of a segment, in place of contacts." };
        var filter = new Option<string?>("--filter") { Description = "What a segment's filter would say, in place of contacts: 'funnel.stage = Customer AND label:vip'." };
        var list = new Option<string?>("--list") { Description = "Name of a static list, in place of contacts." };
        var command = new Command("enroll", "Puts contacts into a sequence, at its first step.") { sequence, contacts, segment, filter, list };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            switch (result.GetValue(segment), result.GetValue(filter), result.GetValue(list), result.GetValue(contacts)!.Length)
            {
                case ({ } named, null, null, 0):
                    return await EnrollAsync(stack, new() { SequenceId = result.GetValue(sequence), SegmentId = await SegmentArgument.FindSavedAsync(stack, named, cancellationToken) }, cancellationToken);
                case (null, { Length: > 0 } found, null, 0):
                    return await EnrollAsync(stack, new() { SequenceId = result.GetValue(sequence), Filter = found }, cancellationToken);
                case (null, null, { } named, 0):
                    return await EnrollAsync(stack, new() { SequenceId = result.GetValue(sequence), ContactListId = (await ListCommand.FindAsync(stack, named, cancellationToken)).ContactListId }, cancellationToken);
                case (null, null, null, > 0):
                    break;
                default:
                    throw new CliException("Say whom, in one way: CONTACT ..., --segment SEGMENT, --filter FILTER or --list LIST.");
            }

            var ids = await ContactKey.FindAsync(stack, result.GetValue(contacts)!, cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("Contact", "Enrollment", "Status", "Why not");
            foreach (var part in ids.Chunk(Page))
            {
                var request = new EnrollContactsRequest { SequenceId = result.GetValue(sequence), ContactIds = { part }, RequestId = RequestIds.New() };
                foreach (var enrolled in (await stack.Enrollments.EnrollContactsAsync(request, cancellationToken: cancellationToken)).Results)
                {
                    table.AddRow(Number(enrolled.ContactId), enrolled.EnrollmentId == 0 ? "" : Number(enrolled.EnrollmentId), enrolled.Status == EnrollmentStatus.Unspecified ? "" : Words.Spaced(enrolled.Status.ToString()),
                        Words.Plain(enrolled.MissingVariables.Count == 0 ? enrolled.Reason : $"no {string.Join(", ", enrolled.MissingVariables)}"));
                }
            }

            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }

    private static async Task<int> EnrollAsync(Stack stack, CreateEnrollmentRunRequest request, CancellationToken cancellationToken)
    {
        request.RequestId = RequestIds.New();
        var run = (await stack.EnrollmentRuns.CreateEnrollmentRunAsync(request, cancellationToken: cancellationToken)).EnrollmentRun;
        run = await RunWatch.ToEndAsync("Sequences", "Reading who it is", "Enrolling",
            () => stack.EnrollmentRuns.WatchEnrollmentRun(new() { EnrollmentRunId = run.EnrollmentRunId }, cancellationToken: cancellationToken), m => m.EnrollmentRun, r => r.Run, cancellationToken);
        AnsiConsole.MarkupLine($"{Words.Count(run.Run.ChangedCount, "contact")} enrolled, {Words.Count(run.Run.UnchangedCount)} there already");
        RunWatch.WriteSkipped(run.Run.SkipCounts);
        return RunView.WriteEnd(run.Run);
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the sequences.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Sequence", "Name", "State", "Owner");
            var request = new ListSequencesRequest { PageSize = Page };
            do
            {
                var page = await stack.Sequences.ListSequencesAsync(request, cancellationToken: cancellationToken);
                foreach (var sequence in page.Sequences)
                {
                    table.AddRow(Number(sequence.SequenceId), Words.Plain(sequence.DisplayName), sequence.State.ToString().ToLowerInvariant(), Words.Plain(sequence.OwnerSubject));
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Make()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The sequence as JSON, as sequence.proto names its fields." };
        var command = new Command("create", "Makes a sequence of a file; it is a draft until it is activated.") { file };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var sequence = await JsonFile.ReadAsync<Sequence>(result.GetValue(file)!, "sequence", cancellationToken);
            Say((await stack.Sequences.CreateSequenceAsync(new() { Sequence = sequence, RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).Sequence);
        });
        return command;
    }

    private static Command Show() => One("show", "Shows the steps of a sequence.", async (stack, id, cancellationToken) =>
    {
        var sequence = (await stack.Sequences.GetSequenceAsync(new() { SequenceId = id }, cancellationToken: cancellationToken)).Sequence;
        var table = new Table().RoundedBorder().AddColumns("Step", "After", "Kind", "What");
        foreach (var step in sequence.Steps)
        {
            table.AddRow(Number(step.StepId), step.Delay.ToTimeSpan().ToString("c", CultureInfo.InvariantCulture), Words.Spaced(step.KindCase.ToString()), Words.Plain(What(step)));
        }

        AnsiConsole.Write(table);
        Say(sequence);
    });

    private static Command Who() => One("who", "Lists who is in a sequence, and how they stand.", async (stack, id, cancellationToken) =>
    {
        var table = new Table().RoundedBorder().AddColumns("Enrollment", "Contact", "Status", "Last step", "Next is due");
        var request = new ListEnrollmentsRequest { SequenceId = id, PageSize = Page };
        do
        {
            var page = await stack.Enrollments.ListEnrollmentsAsync(request, cancellationToken: cancellationToken);
            foreach (var enrollment in page.Enrollments)
            {
                table.AddRow(Number(enrollment.EnrollmentId), Number(enrollment.ContactId), Words.Spaced(enrollment.Standing.Status.ToString()), enrollment.LastStepId == 0 ? "" : Number(enrollment.LastStepId), Words.Time(enrollment.DueTime));
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        AnsiConsole.Write(table);
    });

    private static Command Move(string verb, string description, Func<Stack, long, CancellationToken, Task<Sequence>> move) =>
        One(verb, description, async (stack, id, cancellationToken) => Say(await move(stack, id, cancellationToken)));

    private static Command One(string verb, string description, Func<Stack, long, CancellationToken, Task> act)
    {
        var id = Id();
        var command = new Command(verb, description) { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await act(stack, result.GetValue(id), cancellationToken);
        });
        return command;
    }

    private static Argument<long> Id() => new("SEQUENCE") { Description = "The sequence's number." };

    private static void Say(Sequence sequence) =>
        AnsiConsole.MarkupLine($"Sequence {sequence.SequenceId}, {Words.Plain(sequence.DisplayName)}: {sequence.State.ToString().ToLowerInvariant()}, {Words.Count(sequence.Steps.Count, "step")}");

    private static string What(Step step) => step.KindCase switch
    {
        Step.KindOneofCase.AutomaticEmail => string.Join(" | ", step.AutomaticEmail.Variants.Select(v => v.Subject)),
        Step.KindOneofCase.ManualEmail => step.ManualEmail.Template.Subject,
        Step.KindOneofCase.Call => step.Call.Instructions,
        Step.KindOneofCase.Sms => step.Sms.Text,
        _ => step.Task.Instructions,
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
