namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that a resource shows.</summary>
public static class KnownResourceStates
{
    /// <summary>Waits for its start command.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>About to run.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>For another resource.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>Its process is there.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>Its process was asked to go.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>Its process ended, by itself or by a signal.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>There was no process: the program is missing, or what it waited for ended wrongly.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>The states without a process now or soon.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart];
}

/// <summary>The state of a resource in words.</summary>
public sealed record ResourceStateSnapshot(string Text, string? Style);
