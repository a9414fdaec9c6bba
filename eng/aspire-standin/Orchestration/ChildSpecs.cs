using System.Collections;
using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>Makes of what was said about a resource the command, arguments and environment of one replica's process.</summary>
internal sealed class ChildSpecs(AppHostMetadata metadata, DashboardSettings dashboard)
{
    /// <summary>Meant for the AppHost itself: a child with the same would take its addresses.</summary>
    private static readonly HashSet<string> _notInherited =
        ["ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "DOTNET_LAUNCH_PROFILE", "ASPIRE_LOGLEVEL"];

    public async Task<ChildSpec> CreateAsync(Instance instance, CancellationToken cancellationToken)
    {
        var resource = instance.Resource;
        var arguments = new List<string>();
        foreach (var argument in resource.Annotations.OfType<ArgumentAnnotation>())
        {
            arguments.Add(await TextAsync(argument.Value, cancellationToken));
        }

        var context = new EnvironmentCallbackContext(resource, cancellationToken);
        AddConventions(instance, context.EnvironmentVariables);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentAnnotation>())
        {
            await annotation.Callback(context);
        }

        var own = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            own[name] = await TextAsync(value, cancellationToken);
        }

        var inherited = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(e => !_notInherited.Contains((string)e.Key))
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        if (resource is ExecutableResource executable)
        {
            return new ChildSpec(executable.Command, arguments, executable.WorkingDirectory, inherited, own);
        }

        var project = resource.Annotations.OfType<ProjectAnnotation>().Single().ProjectPath;
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new ChildSpec(dotnet, [metadata.Output(project), .. arguments], Path.GetDirectoryName(project)!, inherited, own);
    }

    private void AddConventions(Instance instance, Dictionary<string, object> variables)
    {
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.Env is not null))
        {
            variables[endpoint.Env!] = instance.TargetPorts[endpoint.Name];
        }

        if (instance.Resource is not ProjectResource)
        {
            return;
        }

        var urls = instance.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.Env is null && e.Scheme == "http")
            .Select(e => $"http://localhost:{instance.TargetPorts[e.Name]}").ToList();
        if (urls.Count > 0)
        {
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        }

        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
        variables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
        variables["OTEL_SERVICE_NAME"] = instance.Resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance.Id[(instance.Resource.Name.Length + 1)..]}";
        dashboard.AddOtlp(variables);
    }

    private static async Task<string> TextAsync(object value, CancellationToken cancellationToken) =>
        value is IValueProvider provider
            ? await provider.GetValueAsync(cancellationToken) ?? ""
            : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
