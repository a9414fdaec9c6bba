using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Where the dashboard and the resource service listen and who may ask them, from the variables of the launch profile.
/// With ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS anybody may, otherwise each side has a key.
/// </summary>
internal sealed class DashboardSettings
{
    public DashboardSettings(ConfigurationManager configuration, bool isDevelopment)
    {
        IsDevelopment = isDevelopment;
        Frontend = Address(configuration, "ASPNETCORE_URLS");
        Otlp = Address(configuration, "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL");
        ResourceService = Address(configuration, "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL");
        if (bool.TryParse(configuration["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"], out var open) && open)
        {
            return;
        }

        BrowserToken = Key(configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"]);
        OtlpKey = Key(configuration["AppHost:OtlpApiKey"]);
        ResourceServiceKey = Key(configuration["ASPIRE_DASHBOARD_RESOURCESERVICE_APIKEY"]);
        // Where the real one keeps it, for an AppHost that wants to print the address.
        configuration.AddInMemoryCollection([new("AppHost:BrowserToken", BrowserToken)]);
    }

    public bool IsDevelopment { get; }

    public Uri Frontend { get; }

    public Uri Otlp { get; }

    public Uri ResourceService { get; }

    public string? BrowserToken { get; }

    public string? OtlpKey { get; }

    public string? ResourceServiceKey { get; }

    public string LoginUrl => new Uri(Frontend, BrowserToken is null ? "" : $"login?t={BrowserToken}").ToString();

    /// <summary>The variables by which a service finds where to send its telemetry.</summary>
    public void AddOtlp(Dictionary<string, object> variables)
    {
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = Otlp.GetLeftPart(UriPartial.Authority);
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        if (OtlpKey is not null)
        {
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={OtlpKey}";
        }

        if (IsDevelopment)
        {
            // Seen at once rather than after the exporters' usual seconds.
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    }

    private static Uri Address(ConfigurationManager configuration, string name) =>
        configuration[name] is { Length: > 0 } url
            ? new Uri(url.Split(';')[0])
            : new Uri($"http://localhost:{Orchestration.Ports.Free()}");

    private static string Key(string? configured) =>
        string.IsNullOrEmpty(configured) ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : configured;
}
