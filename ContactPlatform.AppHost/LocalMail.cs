using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.AppHost;

/// <summary>A mail server that delivers nothing and shows everything: where mails go unless somebody else runs the servers.</summary>
/// <param name="Sink">Its program, with the page.</param>
/// <param name="Port">Where it takes mails.</param>
internal sealed record LocalMail(IResourceBuilder<ProjectResource> Sink, string Port)
{
    public static LocalMail Add(IDistributedApplicationBuilder builder)
    {
        var port = FreePorts.Prefer(7140).ToString(CultureInfo.InvariantCulture);
        return new(builder.AddProject("mail", "../eng/mail/MailSink.csproj", launchProfileName: null)
            .WithHttpEndpoint(port: FreePorts.Prefer(7141), name: "http", env: "HTTP_PORT")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithEnvironment("SMTP_PORT", port), port);
    }
}

/// <summary>Where Deliverability sends.</summary>
internal static class MailExtensions
{
    /// <summary>Sends to the sink, and has links lead to this machine.</summary>
    public static void SendTo(this IResourceBuilder<ProjectResource> service, LocalMail mail, IResourceBuilder<ParameterResource> key) => service
        .WithEnvironment("Smtp__Host", "127.0.0.1")
        .WithEnvironment("Smtp__Port", mail.Port)
        .WithEnvironment("Smtp__Tls", "None")
        .WithEnvironment("Mail__Keys__1", key)
        .WithEnvironment("Mail__BounceDomain", "bounces.localhost")
        .WithEnvironment("Mail__PublicUrl", service.GetEndpoint("http"));

    /// <summary>Hands a section of this program's configuration on.</summary>
    public static IResourceBuilder<ProjectResource> WithSection(this IResourceBuilder<ProjectResource> service, IConfiguration configuration, string section)
    {
        foreach (var (name, value) in configuration.GetSection(section).AsEnumerable().Where(s => s.Value is not null))
        {
            service.WithEnvironment(name.Replace(":", "__", StringComparison.Ordinal), value);
        }

        return service;
    }
}
