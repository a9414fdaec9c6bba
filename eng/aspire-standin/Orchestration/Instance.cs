namespace Aspire.Hosting.Orchestration;

/// <summary>What is known of an instance at one moment.</summary>
internal sealed record InstanceState
{
    public required string Text { get; init; }

    public int? Pid { get; init; }

    public int? ExitCode { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public ChildSpec? Spec { get; init; }

    /// <summary>Of a parameter or connection string.</summary>
    public string? Value { get; init; }

    /// <summary>Grows with every change, over all instances.</summary>
    public long Version { get; init; }

    public bool IsRunning => Text == KnownResourceStates.Running;

    public bool IsOver => KnownResourceStates.TerminalStates.Contains(Text);
}

/// <summary>One replica of a resource; or the whole of it, where it has no process (parameters, connection strings).</summary>
internal sealed class Instance(IResource resource, string id, ResourceRun run, LogBuffer log, DateTimeOffset createdAt, string state)
{
    private readonly Lock _updating = new();
    private InstanceState _state = new() { Text = state };

    public IResource Resource => resource;

    public string Id => id;

    public ResourceRun Run => run;

    public LogBuffer Log => log;

    public DateTimeOffset CreatedAt => createdAt;

    /// <summary>By endpoint name: where this replica's process listens.</summary>
    public Dictionary<string, int> TargetPorts { get; } = [];

    public InstanceState State => Volatile.Read(ref _state);

    /// <summary>One command at a time.</summary>
    public SemaphoreSlim Commands { get; } = new(1, 1);

    /// <summary>The running of its process from waiting to exit; null before the first start.</summary>
    public Lifetime? Lifetime { get; set; }

    public void Update(ChangeSignal changes, Func<InstanceState, InstanceState> change)
    {
        lock (_updating)
        {
            Volatile.Write(ref _state, change(_state) with { Version = changes.NextVersion() });
        }

        changes.Raise();
    }
}

/// <summary>All instances of one resource.</summary>
internal sealed class ResourceRun(IResource resource)
{
    public IResource Resource => resource;

    public List<Instance> Instances { get; } = [];

    public required HealthMonitor Health { get; init; }

    /// <summary>True when every replica runs and the checks pass: what a waiting resource waits for.</summary>
    public bool IsHealthy => Instances.All(i => i.State.IsRunning)
        && Health.Status == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy;
}
