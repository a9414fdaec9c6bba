using System.Collections.Concurrent;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Bench;

/// <summary>Follows Funnel's changes all the time, as another service would, and counts what a run told.</summary>
internal sealed class FeedWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, long> _told = new();
    private readonly Task _reading;

    private FeedWatch(OwnStack stack, Metadata headers) => _reading = Task.Run(() => ReadAsync(stack, headers));

    public static async Task<FeedWatch> StartAsync(OwnStack stack, CancellationToken cancellationToken) =>
        new(stack, await stack.Contacts.FeedHeadersAsync(cancellationToken));

    /// <summary>Waits until the feed has told of as many contacts as the run moved.</summary>
    public async Task WaitAsync(long runId, long expected, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (_told.GetValueOrDefault(runId) < expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
        BenchRun.Check($"contacts that the feed told of run {runId}", _told.GetValueOrDefault(runId), expected);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    /// <summary>Reads on where it was when the service that it reads from is killed.</summary>
    private async Task ReadAsync(OwnStack stack, Metadata headers)
    {
        var position = "";
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var call = new ChangesService.ChangesServiceClient(stack.Funnel.Service.Channel).StreamChanges(new() { AfterPosition = position }, headers, cancellationToken: _stop.Token);
                await foreach (var change in call.ResponseStream.ReadAllAsync(_stop.Token))
                {
                    var count = change.StagesChanged?.Moves.Sum(m => (long)m.ContactIds.Count) ?? 0;
                    _told.AddOrUpdate(change.RunId, count, (_, before) => before + count);
                    position = change.Position;
                }
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
