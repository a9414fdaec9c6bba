namespace Aspire.Hosting.ApplicationModel;

/// <summary>Port is the one that callers use: given, or filled in at start. Proxied: the processes get others.</summary>
internal sealed class EndpointAnnotation(string name, string scheme, int? port, int? targetPort, string? env, bool isProxied) : IResourceAnnotation
{
    public string Name { get; } = name;

    public string Scheme { get; } = scheme;

    public int? Port { get; set; } = port;

    /// <summary>Fixed by the AppHost; null: any free one, another for every replica.</summary>
    public int? TargetPort { get; } = targetPort;

    /// <summary>The variable that tells the process its target port.</summary>
    public string? Env { get; } = env;

    public bool IsProxied { get; } = isProxied;
}

internal sealed record EnvironmentAnnotation(Func<EnvironmentCallbackContext, Task> Callback) : IResourceAnnotation;

internal sealed record ArgumentAnnotation(object Value) : IResourceAnnotation;

internal sealed record WaitAnnotation(IResource For, WaitType Type, int ExitCode = 0) : IResourceAnnotation;

internal enum WaitType
{
    Healthy,
    Completed,
}

internal sealed record HealthCheckAnnotation(string Key) : IResourceAnnotation;

internal sealed record ReplicaAnnotation(int Count) : IResourceAnnotation;

internal sealed record ProjectAnnotation(string ProjectPath) : IResourceAnnotation;

internal sealed record UrlAnnotation(string Url, string? DisplayText) : IResourceAnnotation;

internal sealed record RelationshipAnnotation(string ResourceName, string Type) : IResourceAnnotation;

/// <summary>Not started with the application, only by its start command.</summary>
internal sealed record ExplicitStartAnnotation : IResourceAnnotation;
