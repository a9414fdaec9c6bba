using ContactPlatform.Contacts.Tests.Imports;
using ContactPlatform.Contacts.V1;
using Grpc.Core;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.ImportUndos;

/// <summary>Undoes imports as one account does.</summary>
public sealed class UndoCaller(ImportCaller caller)
{
    private static int _requests;

    public ImportUndoService.ImportUndoServiceClient Client => new(caller.Host.Service.Channel);

    public async Task<ImportUndo> QueueAsync(long importId, string? requestId = null) =>
        (await Client.UndoImportAsync(new() { ImportId = importId, RequestId = requestId ?? $"undo {Interlocked.Increment(ref _requests)}" }, await caller.HeadersAsync())).ImportUndo;

    public async Task<ImportUndo> UndoAsync(long importId) => await EndAsync((await QueueAsync(importId)).ImportUndoId);

    public async Task<ImportUndo> GetAsync(long undoId) => (await Client.GetImportUndoAsync(new() { ImportUndoId = undoId }, await caller.HeadersAsync())).ImportUndo;

    /// <summary>Waits until an undo has ended, whatever happens to the service meanwhile.</summary>
    public Task<ImportUndo> EndAsync(long undoId) => UntilAsync(undoId, u => u.Run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled);

    public async Task<ImportUndo> UntilAsync(long undoId, Func<ImportUndo, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                var undo = await GetAsync(undoId);
                if (holds(undo))
                {
                    return undo;
                }
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal && caller.Host.Service.Process.HasExited)
            {
                // Killed by the test, which starts it again.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    public async Task<ListImportUndoResultsResponse> ResultsAsync(long undoId, ImportUndoOutcome outcome = ImportUndoOutcome.Unspecified, int pageSize = 1000, string pageToken = "") =>
        await Client.ListImportUndoResultsAsync(new() { ImportUndoId = undoId, Outcome = outcome, PageSize = pageSize, PageToken = pageToken }, await caller.HeadersAsync());
}
