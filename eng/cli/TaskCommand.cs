using System.CommandLine;
using System.Globalization;
using ContactPlatform.Sequences.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Enum = System.Enum;

namespace ContactPlatform.Cli;

/// <summary>What people are to do.</summary>
internal static class TaskCommand
{
    private const int Page = 1000;

    public static Command Create() => new("tasks", "Shows what people are to do for sequences, and notes that it was done.") { List(), Show(), Complete(), Skip(), Snooze(), Assign() };

    private static Command List()
    {
        var assignee = new Option<string?>("--assignee") { Description = "Only tasks of this person, by the subject of the token." };
        var sequence = new Option<long>("--sequence") { Description = "Only tasks of this sequence, by its number." };
        var all = new Option<bool>("--all") { Description = "Closed tasks as well, and those that are put off." };
        var command = new Command("list", "Lists open tasks.") { assignee, sequence, all };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Task", "What", "Contact", "Sequence", "Who", "Since", "State");
            var request = new ListTasksRequest
            {
                AssigneeSubject = result.GetValue(assignee) ?? "",
                SequenceId = result.GetValue(sequence),
                State = result.GetValue(all) ? TaskState.Unspecified : TaskState.Open,
                HideSnoozed = !result.GetValue(all),
                PageSize = Page,
            };
            do
            {
                var page = await stack.Tasks.ListTasksAsync(request, cancellationToken: cancellationToken);
                foreach (var task in page.Tasks)
                {
                    table.AddRow(Number(task.TaskId), Words.Spaced(task.Kind.ToString()), Number(task.ContactId), Number(task.SequenceId), Words.Plain(task.AssigneeSubject), Words.Time(task.CreateTime), State(task));
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Show() => One("show", "Shows what a task asks for.", [], async (stack, id, _, cancellationToken) =>
    {
        var reply = await stack.Tasks.GetTaskAsync(new() { TaskId = id }, cancellationToken: cancellationToken);
        Say(reply.Task);
        if (reply.Preview is { } preview)
        {
            AnsiConsole.MarkupLine(Words.Plain(preview.Subject.Length > 0 ? $"{preview.Subject}\n\n{preview.Text}" : preview.Text));
        }
    });

    private static Command Complete()
    {
        var outcome = new Option<string?>("--outcome") { Description = "How a call went: reached, no-answer, message-left, busy or wrong-number." };
        return One("complete", "Notes that a task was done; its contact goes on to the next step.", [outcome], async (stack, id, result, cancellationToken) =>
            Say((await stack.Tasks.CompleteTaskAsync(new() { TaskId = id, CallOutcome = ReadOutcome(result.GetValue(outcome)) }, cancellationToken: cancellationToken)).Task));
    }

    private static Command Skip() => One("skip", "Leaves a task undone; its contact goes on to the next step.", [], async (stack, id, _, cancellationToken) =>
        Say((await stack.Tasks.SkipTaskAsync(new() { TaskId = id }, cancellationToken: cancellationToken)).Task));

    private static Command Snooze()
    {
        var days = new Option<double>("--days") { Description = "For how long; 0 ends it.", DefaultValueFactory = _ => 1 };
        return One("snooze", "Puts a task off.", [days], async (stack, id, result, cancellationToken) =>
        {
            var until = result.GetValue(days) > 0 ? Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(result.GetValue(days))) : null;
            Say((await stack.Tasks.SnoozeTaskAsync(new() { TaskId = id, SnoozeTime = until }, cancellationToken: cancellationToken)).Task);
        });
    }

    private static Command Assign()
    {
        var to = new Option<string>("--to") { Description = "Who is to do it, by the subject of the token.", Required = true };
        return One("assign", "Hands a task to somebody else.", [to], async (stack, id, result, cancellationToken) =>
            Say((await stack.Tasks.AssignTaskAsync(new() { TaskId = id, AssigneeSubject = result.GetValue(to)! }, cancellationToken: cancellationToken)).Task));
    }

    private static Command One(string verb, string description, System.CommandLine.Option[] options, Func<Stack, long, ParseResult, CancellationToken, Task> act)
    {
        var id = new Argument<long>("TASK") { Description = "The task's number." };
        var command = new Command(verb, description) { id };
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await act(stack, result.GetValue(id), result, cancellationToken);
        });
        return command;
    }

    /// <summary>Reads `no-answer`.</summary>
    private static CallOutcome ReadOutcome(string? text)
    {
        var letters = string.Concat((text ?? "unspecified").Where(char.IsLetter));
        return Enum.GetValues<CallOutcome>().Where(o => o.ToString().Equals(letters, StringComparison.OrdinalIgnoreCase)).Select(o => (CallOutcome?)o).FirstOrDefault()
            ?? throw new CliException($"There is no outcome \"{text}\": reached, no-answer, message-left, busy or wrong-number.");
    }

    private static void Say(SequenceTask task) => AnsiConsole.MarkupLine($"Task {task.TaskId}, {Words.Spaced(task.Kind.ToString()).ToLowerInvariant()} for contact {task.ContactId}, {Words.Plain(task.AssigneeSubject)}: {State(task)}");

    private static string State(SequenceTask task) =>
        task is { State: TaskState.Open, SnoozeTime: not null } ? $"put off until {Words.Time(task.SnoozeTime)}" : Words.Spaced(task.State.ToString()).ToLowerInvariant();

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
