using ContactPlatform.Sequences.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Sequences, enrolments and tasks that say what the tests expect.</summary>
internal static class ScriptedSequences
{
    public static void Map(WebApplication application)
    {
        application.MapGrpcService<Sequencing>();
        application.MapGrpcService<Enrolling>();
        application.MapGrpcService<Tasks>();
    }

    private sealed class Sequencing(Script script) : SequenceService.SequenceServiceBase
    {
        public override Task<CreateSequenceResponse> CreateSequence(CreateSequenceRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new CreateSequenceResponse { Sequence = new(request.Sequence) { SequenceId = 61, State = SequenceState.Draft } });
        }

        public override Task<ActivateSequenceResponse> ActivateSequence(ActivateSequenceRequest request, ServerCallContext context) =>
            Task.FromResult(new ActivateSequenceResponse { Sequence = new() { SequenceId = request.SequenceId, DisplayName = "[mine]", State = SequenceState.Active } });
    }

    private sealed class Enrolling(Script script) : EnrollmentService.EnrollmentServiceBase
    {
        public override Task<EnrollContactsResponse> EnrollContacts(EnrollContactsRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new EnrollContactsResponse { Results = { new EnrollResult { ContactId = request.ContactIds[0], EnrollmentId = 8001, Status = EnrollmentStatus.MissingData, MissingVariables = { "phone" } } } });
        }
    }

    private sealed class Tasks(Script script) : TaskService.TaskServiceBase
    {
        public override Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new ListTasksResponse { Tasks = { new SequenceTask { TaskId = 9001, Kind = TaskKind.ManualEmail, State = TaskState.Open, ContactId = 77, AssigneeSubject = "[ann]" } } });
        }

        public override Task<CompleteTaskResponse> CompleteTask(CompleteTaskRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new CompleteTaskResponse { Task = new() { TaskId = request.TaskId, Kind = TaskKind.Call, State = TaskState.Completed, ContactId = 77 } });
        }
    }
}
