using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>scheme://host:port.</summary>
    Url,

    /// <summary>The host name.</summary>
    Host,

    /// <summary>The port on which callers reach it.</summary>
    Port,

    /// <summary>http, tcp, ...</summary>
    Scheme,

    /// <summary>host:port.</summary>
    HostAndPort,
}

/// <summary>One endpoint of a resource; its address is known once the application starts.</summary>
public sealed class EndpointReference : IValueProvider
{
    internal EndpointReference(IResourceWithEndpoints resource, string endpointName)
    {
        Resource = resource;
        EndpointName = endpointName;
    }

    /// <summary>Who listens.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>Its name within the resource.</summary>
    public string EndpointName { get; }

    /// <summary>http, tcp, ...</summary>
    public string Scheme => Annotation.Scheme;

    /// <summary>Everything runs on this machine.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "The real member is an instance member.")]
    public string Host => "localhost";

    /// <summary>The port on which callers reach it.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public int Port => Annotation.Port
        ?? throw new InvalidOperationException($"endpoint {EndpointName} of {Resource.Name} has no address before the application starts");

    /// <summary>scheme://host:port.</summary>
    public string Url => $"{Scheme}://{Host}:{Port}";

    internal EndpointAnnotation Annotation =>
        Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.Name == EndpointName)
        ?? throw new InvalidOperationException($"{Resource.Name} has no endpoint {EndpointName}");

    /// <summary>A part of the address, for a <see cref="ReferenceExpression"/>.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);
}

/// <summary>A part of an endpoint's address.</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider
{
    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(property switch
    {
        EndpointProperty.Url => endpoint.Url,
        EndpointProperty.Host => endpoint.Host,
        EndpointProperty.Port => endpoint.Port.ToString(CultureInfo.InvariantCulture),
        EndpointProperty.Scheme => endpoint.Scheme,
        EndpointProperty.HostAndPort => $"{endpoint.Host}:{endpoint.Port}",
        _ => throw new UnreachableException($"{property}"),
    });
}
