using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Runs the commands of resources: start, stop, restart, and those of the AppHost.</summary>
public sealed class ResourceCommandService
{
    private readonly Orchestrator _orchestrator;

    internal ResourceCommandService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    /// <summary>Runs a command of every replica, all at once.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        var results = await Task.WhenAll(_orchestrator.Of(resource).Instances.Select(i => ExecuteAsync(i, commandName, cancellationToken)));
        return results.FirstOrDefault(r => !r.Success) ?? results[0];
    }

    /// <summary>Runs a command of one replica.</summary>
    /// <param name="resourceId">The replica's id.</param>
    /// <param name="commandName">Not the display name.</param>
    /// <param name="cancellationToken">Calls it off, where the command heeds that.</param>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _orchestrator.Instances.FirstOrDefault(i => i.Id == resourceId) is { } instance
            ? await ExecuteAsync(instance, commandName, cancellationToken)
            : CommandResults.Failure($"Resource '{resourceId}' not found.");

    private async Task<ExecuteCommandResult> ExecuteAsync(Instance instance, string commandName, CancellationToken cancellationToken)
    {
        if (InstanceCommands.Of(instance).FirstOrDefault(c => c.Name == commandName) is not { } command)
        {
            return CommandResults.Failure($"Command '{commandName}' not available for resource '{instance.Id}'.");
        }

        if (!command.IsEnabled)
        {
            return CommandResults.Failure($"Command '{commandName}' is not possible while '{instance.Id}' is {instance.State.Text}.");
        }

        try
        {
            return await command.ExecuteAsync(_orchestrator, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
        catch (Exception e)
        {
            // The command's own failure, told to who asked for it.
            return CommandResults.Failure(e.Message);
        }
    }
}
