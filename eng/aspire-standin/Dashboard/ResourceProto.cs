using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.Orchestration;
using Google.Protobuf.WellKnownTypes;
using Resource = Aspire.DashboardService.Proto.V1.Resource;

namespace Aspire.Hosting.Dashboard;

/// <summary>An instance in the dashboard's words.</summary>
internal static class ResourceProto
{
    public static Resource From(Instance instance)
    {
        var state = instance.State;
        var resource = new Resource
        {
            Name = instance.Id,
            DisplayName = instance.Resource.Name,
            Uid = instance.Id,
            ResourceType = Type(instance.Resource),
            State = state.Text,
            CreatedAt = Timestamp.FromDateTimeOffset(instance.CreatedAt),
            StartedAt = Time(state.StartedAt),
            StoppedAt = Time(state.StoppedAt),
            Environment = { Environment(state.Spec) },
            Commands = { InstanceCommands.Of(instance).Select(From) },
            Properties = { Properties(instance, state) },
            Urls = { Urls(instance, state) },
            HealthReports = { instance.Run.Health.Results.Select(From) },
            Relationships =
            {
                instance.Resource.Annotations.OfType<RelationshipAnnotation>()
                    .Select(r => new ResourceRelationship { ResourceName = r.ResourceName, Type = r.Type }),
                instance.Resource.Annotations.OfType<WaitAnnotation>()
                    .Select(w => new ResourceRelationship { ResourceName = w.For.Name, Type = "WaitFor" }),
            },
        };
        if (Style(state) is { } style)
        {
            resource.StateStyle = style;
        }

        return resource;
    }

    private static string Type(IResource resource) => resource switch
    {
        ProjectResource => "Project",
        ExecutableResource => "Executable",
        ParameterResource => "Parameter",
        _ => "ConnectionString",
    };

    private static string? Style(InstanceState state) =>
        state.Text == KnownResourceStates.FailedToStart ? "error"
        : state.Text == KnownResourceStates.Running ? "success"
        : null;

    private static Timestamp? Time(DateTimeOffset? time) => time is { } at ? Timestamp.FromDateTimeOffset(at) : null;

    private static IEnumerable<EnvironmentVariable> Environment(ChildSpec? spec) => spec is null
        ? []
        : spec.Environment().OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new EnvironmentVariable
        {
            Name = v.Key,
            Value = v.Value,
            IsFromSpec = spec.Own.ContainsKey(v.Key),
        });

    private static IEnumerable<ResourceProperty> Properties(Instance instance, InstanceState state)
    {
        if (state.ExitCode is { } exitCode)
        {
            yield return Property("resource.exitCode", Value.ForNumber(exitCode));
        }

        if (state.Spec is { } spec)
        {
            yield return Property("executable.path", Value.ForString(spec.Command));
            yield return Property("executable.workDir", Value.ForString(spec.WorkingDirectory));
            yield return Property("executable.args", Value.ForList([.. spec.Arguments.Select(Value.ForString)]), isSensitive: true);
        }

        if (state.Value is { } value)
        {
            yield return instance.Resource is ParameterResource parameter
                ? Property("Value", Value.ForString(value), parameter.Secret)
                : Property("resource.connectionString", Value.ForString(value), isSensitive: true);
        }

        if (state.Pid is { } pid)
        {
            yield return Property("executable.pid", Value.ForString($"{pid}"));
        }

        if (instance.Resource.Annotations.OfType<ProjectAnnotation>().FirstOrDefault() is { } project)
        {
            yield return Property("project.path", Value.ForString(project.ProjectPath));
        }
    }

    private static ResourceProperty Property(string name, Value value, bool isSensitive = false) =>
        new() { Name = name, Value = value, IsSensitive = isSensitive };

    private static IEnumerable<Url> Urls(Instance instance, InstanceState state)
    {
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.Port is not null))
        {
            yield return new Url
            {
                EndpointName = endpoint.Name,
                FullUrl = $"{endpoint.Scheme}://localhost:{endpoint.Port}",
                IsInactive = !state.IsRunning,
                DisplayProperties = new UrlDisplayProperties(),
            };
        }

        foreach (var url in instance.Resource.Annotations.OfType<UrlAnnotation>())
        {
            yield return new Url
            {
                FullUrl = url.Url,
                IsInactive = !state.IsRunning,
                DisplayProperties = new UrlDisplayProperties { DisplayName = url.DisplayText ?? "" },
            };
        }
    }

    private static HealthReport From(HealthResult result)
    {
        var report = new HealthReport { Key = result.Key, Description = result.Description, Exception = result.Exception, LastRunAt = Time(result.At) };
        if (result.Status is { } status)
        {
            report.Status = status switch
            {
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy => HealthStatus.Healthy,
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded => HealthStatus.Degraded,
                _ => HealthStatus.Unhealthy,
            };
        }

        return report;
    }

    private static ResourceCommand From(InstanceCommand command)
    {
        var proto = new ResourceCommand
        {
            Name = command.Name,
            DisplayName = command.DisplayName,
            IsHighlighted = command.Options.IsHighlighted,
            State = command.IsEnabled ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
        };
        if (command.Options.ConfirmationMessage is { } question)
        {
            proto.ConfirmationMessage = question;
        }

        if (command.Options.IconName is { } icon)
        {
            proto.IconName = icon;
        }

        if (command.Options.Description is { } description)
        {
            proto.DisplayDescription = description;
        }

        return proto;
    }
}
