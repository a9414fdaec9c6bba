namespace Aspire.Hosting.Orchestration;

/// <summary>A command as an instance offers it now.</summary>
internal sealed record InstanceCommand(
    string Name,
    string DisplayName,
    bool IsEnabled,
    CommandOptions Options,
    Func<Orchestrator, CancellationToken, Task<ExecuteCommandResult>> ExecuteAsync);

internal static class InstanceCommands
{
    private static readonly CommandOptions _start = new() { IconName = "Play", IsHighlighted = true };
    private static readonly CommandOptions _stop = new() { IconName = "Stop", IsHighlighted = true };
    private static readonly CommandOptions _restart = new() { IconName = "ArrowCounterclockwise" };

    public static IEnumerable<InstanceCommand> Of(Instance instance)
    {
        var state = instance.State;
        var isIdle = state.IsOver || state.Text == KnownResourceStates.NotStarted;
        if (instance.Resource is ProjectResource or ExecutableResource)
        {
            yield return new(KnownResourceCommands.StartCommand, "Start", isIdle, _start, Then((o, ct) => o.StartInstanceAsync(instance, ct)));
            yield return new(
                KnownResourceCommands.StopCommand,
                "Stop",
                !isIdle && state.Text != KnownResourceStates.Stopping,
                _stop,
                Then((_, ct) => Orchestrator.StopInstanceAsync(instance, ct)));
            yield return new(KnownResourceCommands.RestartCommand, "Restart", state.IsRunning, _restart, Then((o, ct) => o.RestartInstanceAsync(instance, ct)));
        }

        foreach (var own in instance.Resource.Annotations.OfType<CommandAnnotation>())
        {
            yield return new(own.Name, own.DisplayName, true, own.Options, (_, ct) => own.Execute(new ExecuteCommandContext
            {
                ResourceName = instance.Id,
                CancellationToken = ct,
                Logger = instance.Log,
            }));
        }
    }

    private static Func<Orchestrator, CancellationToken, Task<ExecuteCommandResult>> Then(
        Func<Orchestrator, CancellationToken, Task> action) => async (orchestrator, cancellationToken) =>
    {
        await action(orchestrator, cancellationToken);
        return CommandResults.Success();
    };
}
