using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Bulk runs as a test wants them: half done when one is asked for, and then at its end.</summary>
internal sealed class ScriptedBulk(Script script) : BulkRunService.BulkRunServiceBase
{
    private static readonly BulkRun Ended = new()
    {
        BulkRunId = 61,
        Action = new() { AddContactListId = 8 },
        Run = new()
        {
            State = RunState.Succeeded, SetTime = new(), TotalCount = 2_100, DoneCount = 2_100, ChangedCount = 2_000, UnchangedCount = 99,
            SkipCounts = { new SkipCount { Reason = "CONTACT_ERASED", Count = 1 } },
            Actor = new() { DisplayName = "[Ada]" },
        },
    };

    public override Task<CreateBulkRunResponse> CreateBulkRun(CreateBulkRunRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CreateBulkRunResponse { BulkRun = new() { BulkRunId = 61, Action = request.Action, Run = new() { State = RunState.Queued } } });
    }

    public override Task<ListBulkRunsResponse> ListBulkRuns(ListBulkRunsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListBulkRunsResponse { BulkRuns = { Ended } });

    public override Task<CancelBulkRunResponse> CancelBulkRun(CancelBulkRunRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CancelBulkRunResponse { BulkRun = Ended });
    }

    public override async Task WatchBulkRun(WatchBulkRunRequest request, IServerStreamWriter<WatchBulkRunResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new() { BulkRun = new(Ended) { Run = new(Ended.Run) { State = RunState.Running, DoneCount = 1_000 } } }, context.CancellationToken);
        await responseStream.WriteAsync(new() { BulkRun = Ended }, context.CancellationToken);
    }
}
