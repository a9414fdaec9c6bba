using System.Runtime.CompilerServices;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Tells what becomes of the resources.</summary>
public sealed class ResourceNotificationService
{
    private readonly Orchestrator _orchestrator;

    internal ResourceNotificationService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    /// <summary>Every replica as it is, then every change of one; changes that were overtaken may be left out.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var seen = new Dictionary<string, long>();
        while (true)
        {
            var change = _orchestrator.Changes.Next;
            foreach (var instance in _orchestrator.Instances)
            {
                var version = instance.State.Version;
                if (!seen.TryGetValue(instance.Id, out var last) || last != version)
                {
                    seen[instance.Id] = version;
                    yield return Event(instance);
                }
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Returns when the resource runs and its health checks pass; waits as long as that takes.</summary>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var change = _orchestrator.Changes.Next;
            var instances = _orchestrator.Instances.Where(i => i.Resource.Name == resourceName).ToList();
            if (instances.Count > 0 && instances[0].Run.IsHealthy)
            {
                return Event(instances[0]);
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    private static ResourceEvent Event(Instance instance) => new(instance.Resource, instance.Id, new CustomResourceSnapshot
    {
        State = new ResourceStateSnapshot(instance.State.Text, null),
        ExitCode = instance.State.ExitCode,
        HealthStatus = instance.State.IsRunning ? instance.Run.Health.Status : null,
    });
}

/// <summary>One replica at one moment.</summary>
public sealed class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The replica.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>What is known of it.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}

/// <summary>What is known of a replica.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>One of <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Of its process, once that is over.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Null unless it runs.</summary>
    public HealthStatus? HealthStatus { get; init; }
}
