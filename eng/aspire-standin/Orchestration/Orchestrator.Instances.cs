using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>One instance's way: waiting, starting, running, over; and the commands that send it there.</summary>
internal sealed partial class Orchestrator
{
    public Task StartInstanceAsync(Instance instance, CancellationToken cancellationToken) =>
        InTurnAsync(instance, () => { Begin(instance); return Task.CompletedTask; }, cancellationToken);

    public static Task StopInstanceAsync(Instance instance, CancellationToken cancellationToken) =>
        StopInstanceAsync(instance, _patience, cancellationToken);

    public Task RestartInstanceAsync(Instance instance, CancellationToken cancellationToken) =>
        InTurnAsync(
            instance,
            async () =>
            {
                await EndAsync(instance, _patience);
                Begin(instance);
            },
            cancellationToken);

    private static Task StopInstanceAsync(Instance instance, TimeSpan patience, CancellationToken cancellationToken) =>
        InTurnAsync(instance, () => EndAsync(instance, patience), cancellationToken);

    private static async Task InTurnAsync(Instance instance, Func<Task> action, CancellationToken cancellationToken)
    {
        await instance.Commands.WaitAsync(cancellationToken);
        try
        {
            await action();
        }
        finally
        {
            instance.Commands.Release();
        }
    }

    private void Begin(Instance instance)
    {
        if (instance.Lifetime is { Ended.IsCompleted: false } || _stopping.IsCancellationRequested)
        {
            return;
        }

        var stop = new StopRequest();
        instance.Lifetime = new Lifetime(stop, LiveAsync(instance, stop));
    }

    private static async Task EndAsync(Instance instance, TimeSpan patience)
    {
        if (instance.Lifetime is not { } lifetime)
        {
            return;
        }

        await lifetime.Stop.AskAsync(patience);
        await lifetime.Ended;
        lifetime.Stop.Dispose();
        instance.Lifetime = null;
    }

    private async Task LiveAsync(Instance instance, StopRequest stop)
    {
        try
        {
            instance.Update(Changes, s => new InstanceState { Text = KnownResourceStates.Starting });
            await WaitForOthersAsync(instance, stop.Token);
            foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>())
            {
                instance.TargetPorts[endpoint.Name] = endpoint.TargetPort ?? (endpoint.IsProxied ? Ports.Free() : endpoint.Port!.Value);
            }

            var spec = await specs.CreateAsync(instance, stop.Token);
            instance.Update(Changes, s => s with { Text = KnownResourceStates.Starting, Spec = spec });
            using var child = ChildProcess.Start(
                _guardian!, clock, spec.Command, spec.Arguments, spec.WorkingDirectory, spec.Environment(), instance.Log.Add);
            instance.Update(Changes, s => s with { Text = KnownResourceStates.Running, Pid = child.Pid, StartedAt = clock.GetUtcNow() });
            if (await Task.WhenAny(child.Exited, stop.Asked) == stop.Asked && !child.Exited.IsCompleted)
            {
                instance.Update(Changes, s => s with { Text = KnownResourceStates.Stopping });
                await child.StopAsync(stop.Patience);
            }

            var exitCode = await child.Exited;
            instance.Update(Changes, s => s with { Text = KnownResourceStates.Finished, ExitCode = exitCode, StoppedAt = clock.GetUtcNow() });
            LogEnded(instance.Log, exitCode);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Stopped while it waited: there never was a process.
            instance.Update(Changes, s => s with { Text = KnownResourceStates.Finished, StoppedAt = clock.GetUtcNow() });
        }
        catch (Exception e)
        {
            // Whatever it was, it is this resource's failure: shown there, and the others go on.
            LogFailedToStart(instance.Log, e.Message);
            LogFailedToStart(logger, $"{instance.Id}: {e.Message}");
            instance.Update(Changes, s => s with { Text = KnownResourceStates.FailedToStart, StoppedAt = clock.GetUtcNow() });
        }
    }

    private async Task WaitForOthersAsync(Instance instance, CancellationToken cancellationToken)
    {
        foreach (var wait in instance.Resource.Annotations.OfType<WaitAnnotation>())
        {
            var other = Of(wait.For);
            while (true)
            {
                var change = Changes.Next;
                if (IsMet(wait, other))
                {
                    break;
                }

                if (instance.State.Text != KnownResourceStates.Waiting)
                {
                    LogWaiting(instance.Log, wait.For.Name);
                    instance.Update(Changes, s => s with { Text = KnownResourceStates.Waiting });
                    continue;
                }

                await change.WaitAsync(cancellationToken);
            }
        }
    }

    /// <exception cref="DistributedApplicationException">It can never be met.</exception>
    private static bool IsMet(WaitAnnotation wait, ResourceRun other)
    {
        if (wait.Type == WaitType.Healthy)
        {
            return other.IsHealthy;
        }

        var wrong = other.Instances.FirstOrDefault(i => i.State.IsOver && i.State.ExitCode != wait.ExitCode);
        return wrong is null
            ? other.Instances.All(i => i.State.IsOver)
            : throw new DistributedApplicationException($"{wrong.Id} ended with exit code {wrong.State.ExitCode}, not {wait.ExitCode}");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for {Name}")]
    private static partial void LogWaiting(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "The process ended with exit code {ExitCode}")]
    private static partial void LogEnded(ILogger logger, int exitCode);

    [LoggerMessage(Level = LogLevel.Error, Message = "Failed to start: {Reason}")]
    private static partial void LogFailedToStart(ILogger logger, string reason);
}
