namespace Aspire.Hosting.ApplicationModel;

/// <summary>A process is about to start: what is in its environment may be changed.</summary>
public class EnvironmentCallbackContext
{
    internal EnvironmentCallbackContext(IResource resource, CancellationToken cancellationToken)
    {
        Resource = resource;
        CancellationToken = cancellationToken;
    }

    /// <summary>Strings, <see cref="IValueProvider"/>s, or anything with a text form.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = [];

    /// <summary>Whose process.</summary>
    public IResource Resource { get; }

    /// <summary>Ends when the start is called off.</summary>
    public CancellationToken CancellationToken { get; }
}
