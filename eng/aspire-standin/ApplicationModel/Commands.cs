using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command looks in the dashboard.</summary>
public class CommandOptions
{
    /// <summary>Shown as a tooltip.</summary>
    public string? Description { get; set; }

    /// <summary>Asked before it runs; null: not asked.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>A Fluent UI icon.</summary>
    public string? IconName { get; set; }

    /// <summary>True: a button of its own rather than an entry of the menu.</summary>
    public bool IsHighlighted { get; set; }
}

/// <summary>What a command's code is given.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The id of the replica for which it was chosen.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Ends when the caller gives up or the application stops.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Writes into the resource's console log.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>How a command ended.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>False: it failed or was cancelled.</summary>
    public required bool Success { get; init; }

    /// <summary>True: somebody called it off.</summary>
    public bool Canceled { get; init; }

    /// <summary>Shown to the person who chose it.</summary>
    public string? Message { get; init; }
}

/// <summary>The ends that a command can come to.</summary>
public static class CommandResults
{
    /// <summary>It worked.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It worked, and this is to be said.</summary>
    public static ExecuteCommandResult Success(string message) => new() { Success = true, Message = message };

    /// <summary>It did not, for this reason.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>Somebody called it off.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}

/// <summary>The commands that every process has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Enabled while it is not running.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Enabled while it is running or waiting.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Enabled while it is running.</summary>
    public static readonly string RestartCommand = "restart";
}

internal sealed record CommandAnnotation(
    string Name,
    string DisplayName,
    Func<ExecuteCommandContext, Task<ExecuteCommandResult>> Execute,
    CommandOptions Options) : IResourceAnnotation;
