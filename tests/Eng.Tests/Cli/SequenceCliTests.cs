using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks of sequences, and how it shows the answers.</summary>
public sealed class SequenceCliTests : CliCase
{
    [Fact]
    public async Task A_sequence_is_made_of_a_file_contacts_enter_it_and_a_call_is_done()
    {
        using var folder = new TestFolder();
        var file = Path.Combine(folder.Path, "welcome.json");
        await File.WriteAllTextAsync(file, """{ "displayName": "Welcome", "steps": [{ "delay": "86400s", "call": { "instructions": "Say hello" } }] }""");
        var made = await RunAsync("sequences", "create", file);
        made.ExitCode.ShouldBe(0, made.Output);
        made.Output.ShouldContain("Sequence 61, Welcome: draft, 1 step");
        ((CreateSequenceRequest)Script.Asked!).Sequence.Steps.Single().Call.Instructions.ShouldBe("Say hello");
        await File.WriteAllTextAsync(file, "{ \"steps\": 3 }");
        (await RunAsync("sequences", "create", file)).Output.ShouldContain("welcome.json is no sequence");
        (await RunAsync("sequences", "activate", "61")).Output.ShouldContain("Sequence 61, [mine]: active");

        (await RunAsync("enroll", "61", "ada@example.org")).Output.ShouldContain("no phone");
        ((EnrollContactsRequest)Script.Asked!).ShouldSatisfyAllConditions(r => r.SequenceId.ShouldBe(61), r => r.ContactIds.ShouldBe([1]), r => r.RequestId.ShouldNotBeEmpty());
        (await RunAsync("enroll", "61", "ada@example.org", "--filter", "label:vip")).Output.ShouldContain("Say whom, in one way");

        (await RunAsync("tasks", "list", "--assignee", "ann")).Output.ShouldContain("[ann]");
        Script.Asked.ShouldBe(new ListTasksRequest { AssigneeSubject = "ann", State = TaskState.Open, HideSnoozed = true, PageSize = 1000 });
        (await RunAsync("tasks", "complete", "9001", "--outcome", "no-answer")).Output.ShouldContain("Task 9001, call for contact 77");
        Script.Asked.ShouldBe(new CompleteTaskRequest { TaskId = 9001, CallOutcome = CallOutcome.NoAnswer });
        (await RunAsync("tasks", "complete", "9001", "--outcome", "bored")).Output.ShouldContain("There is no outcome \"bored\"");
    }

    [Fact]
    public async Task Any_method_can_be_called_with_JSON()
    {
        var listed = await RunAsync("call", "sequences.v1.TaskService/ListTasks", """{ "assigneeSubject": "ann", "page_size": 5 }""");
        (listed.ExitCode, listed.Output.Contains("\"assignee", StringComparison.Ordinal)).ShouldBe((0, true), listed.Output);
        Script.Asked.ShouldBe(new ListTasksRequest { AssigneeSubject = "ann", PageSize = 5 });
        (await RunAsync("call", "contactplatform.sequences.v1.TaskService/CompleteTask", """{ "taskId": 9001 }""")).ExitCode.ShouldBe(0);
        Script.Asked.ShouldBe(new CompleteTaskRequest { TaskId = 9001 });
        listed.Output.ShouldNotContain("nextPageToken");
        (await RunAsync("call", "sequences.v1.TaskService/ListTasks", "--emit-defaults")).Output.ShouldContain("\"nextPageToken\": \"\"");

        (await RunAsync("call", "sequences.v1.TaskServices/ListTasks")).Output.ShouldContain("  contacts.v1.LabelService");
        (await RunAsync("call", "sequences.v1.TaskService")).Output.ShouldContain("  CompleteTask");
        (await RunAsync("call", "sequences.v1.TaskService/ListTasks", """{ "assignee": "ann" }""")).Output.ShouldContain("assigneeSubject");
        (await RunAsync("call", "sequences.v1.TaskService/ListTasks", "ann")).Output.ShouldContain("That is no ListTasksRequest");
        (await RunAsync("call", "sequences.v1.TaskService/ListTasks", """{ "state": "OPEN" }""")).Output.ShouldContain("TaskState is one of: TASK_STATE_OPEN, ");

        (await ReadAsync("{ \"taskId\":\n 9002 }", "sequences.v1.TaskService/CompleteTask")).ExitCode.ShouldBe(0);
        Script.Asked.ShouldBe(new CompleteTaskRequest { TaskId = 9002 });
        var uploaded = await ReadAsync("""
            { "start": { "reason": "fair" } }

            { "addresses": { "addresses": ["one@example.org", "two"] } }
            """, "deliverability.v1.SuppressionService/UploadSuppressions");
        uploaded.Output.ShouldContain("has no @");
        Script.Asked.ShouldBe(new UploadSuppressionsRequest { Addresses = new() { Addresses = { "one@example.org", "two" } } });
        (await ReadAsync("{ \"start\": {} }\nnonsense\n", "deliverability.v1.SuppressionService/UploadSuppressions")).Output.ShouldContain("Line 2 is no UploadSuppressionsRequest");
    }

    private Task<ChildProcess> ReadAsync(string input, string method) => ScriptedServices.RunCliAsync(Address, ["call", method, "-"], Token, input);
}
