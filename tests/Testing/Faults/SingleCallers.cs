using System.Collections.Concurrent;
using System.Diagnostics;
using ContactPlatform.Common.V1;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>
/// Callers who change single contacts of their own all the while, in Funnel and in Contacts, and remember what was
/// acknowledged: each of those changes must be in the history or the version afterwards, and none twice.
/// </summary>
public sealed class SingleCallers
{
    private const int Callers = 4;

    /// <summary>Of them, how many call Contacts.</summary>
    private const int OfContacts = 1;

    private readonly FaultBed _bed;
    private readonly TimeSpan _pause;
    private readonly ConcurrentDictionary<long, (int Acknowledged, int Unknown)> _changes = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _calling;
    private readonly long _firstOfFunnel;
    private long _slowest;
    private volatile bool _stopping;

    private SingleCallers(FaultBed bed, Crowd crowd)
    {
        _bed = bed;
        // A small crowd is for tests, where the machine has other things to do as well.
        _pause = TimeSpan.FromMilliseconds(bed.Size < 10_000 ? 50 : 5);
        _firstOfFunnel = crowd.FirstId + OfContacts;
        _calling = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(crowd.FirstId + caller))));
    }

    /// <summary>Starts them on contacts of their own.</summary>
    public static async Task<SingleCallers> StartAsync(FaultBed bed, CancellationToken cancellationToken) =>
        new(bed, await Crowd.FillAsync(bed.Stack, Callers, 0, cancellationToken));

    /// <summary>The longest that a call took.</summary>
    public TimeSpan Slowest => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _slowest));

    /// <summary>Stops them, and looks for what was acknowledged.</summary>
    /// <param name="allSucceed">True when no call may have failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StopAsync(bool allSucceed, CancellationToken cancellationToken)
    {
        _stopping = true;
        await _calling;
        FaultBed.Must(!allSucceed || _failures.IsEmpty, $"{_failures.Count} single calls failed: {_failures.FirstOrDefault()}");
        var acknowledged = 0;
        foreach (var (contact, (known, unknown)) in _changes)
        {
            var entries = contact < _firstOfFunnel
                ? await _bed.ContactsAsync($"SELECT version - 1 FROM contacts WHERE contact_id = {contact}", cancellationToken)
                : await _bed.FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE contact_id = {contact}", cancellationToken);
            FaultBed.Must(entries >= known && entries <= known + unknown, $"contact {contact}: {known} changes were acknowledged and {unknown} left open, and {entries} were made");
            acknowledged += known;
        }
        _bed.Log($"{acknowledged} single changes acknowledged, {_failures.Count} refused or unknown, the slowest {Slowest.TotalMilliseconds:0} ms");
        FaultBed.Must(acknowledged > 0, "no single change was acknowledged at all");
    }

    private async Task CallAsync(long contact)
    {
        for (var i = 0; !_stopping; i++)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                // Without a token it was a no-op: the call before it had been applied after all.
                Count((await ChangeAsync(contact, i)).Length > 0 ? 1 : 0, 0);
            }
            catch (RpcException e)
            {
                _failures.Enqueue($"{e.StatusCode} {e.Status.Detail}");
                Count(0, 1);
            }
            var elapsed = Stopwatch.GetTimestamp() - started;
            Interlocked.Exchange(ref _slowest, Math.Max(elapsed, Volatile.Read(ref _slowest)));
            await Task.Delay(_pause, TimeProvider.System);
        }

        void Count(int acknowledged, int unknown) => _changes.AddOrUpdate(contact, (acknowledged, unknown), (_, c) => (c.Acknowledged + acknowledged, c.Unknown + unknown));
    }

    /// <summary>Makes one change, and returns its token; empty when nothing was changed.</summary>
    private async Task<string> ChangeAsync(long contact, int turn)
    {
        var (stack, limit) = (_bed.Stack, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20));
        if (contact < _firstOfFunnel)
        {
            var update = new Contacts.V1.UpdateContactRequest { Contact = new() { ContactId = contact, GivenName = $"{turn % 2}" }, UpdateMask = new() { Paths = { "given_name" } } };
            return (await stack.ContactService.UpdateContactAsync(update, stack.Headers, limit)).ChangeToken;
        }
        var stages = new Funnel.V1.StageService.StageServiceClient(stack.Funnel.Replicas[turn % stack.Funnel.Replicas.Count].Channel);
        return (await stages.SetStageAsync(new() { ContactId = contact, Stage = turn % 2 == 0 ? FunnelStage.Customer : FunnelStage.Engaged }, stack.Headers, limit)).ChangeToken;
    }
}
