using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.ServiceDefaults.Hosting;

/// <summary>Name of the running service in lower case: its database, its error domain, its place in telemetry.</summary>
public sealed record ServiceName(string Value);

/// <summary>Reaches what belongs to a call.</summary>
public static class CallServices
{
    /// <summary>Resolves a service of the call's own scope.</summary>
    public static T Service<T>(this ServerCallContext context) where T : notnull =>
        context.GetHttpContext().RequestServices.GetRequiredService<T>();

    /// <summary>The clock.</summary>
    public static TimeProvider Clock(this ServerCallContext context) => context.Service<TimeProvider>();
}
