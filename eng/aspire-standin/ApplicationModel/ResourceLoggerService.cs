using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What the resources' processes wrote.</summary>
public sealed class ResourceLoggerService
{
    private readonly Orchestrator _orchestrator;

    internal ResourceLoggerService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    /// <summary>What is kept of a replica's console log, oldest first; nothing where there is no such replica.</summary>
    /// <param name="resourceName">The replica, as <see cref="ResourceEvent.ResourceId"/> has it.</param>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        await Task.CompletedTask;
        if (_orchestrator.Instances.FirstOrDefault(i => i.Id == resourceName) is { } instance)
        {
            yield return instance.Log.After(0);
        }
    }
}

/// <summary>A line of a console log.</summary>
/// <param name="LineNumber">From 1.</param>
/// <param name="Content">The time at which it was written, and the line.</param>
/// <param name="IsErrorMessage">Written to standard error.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);
