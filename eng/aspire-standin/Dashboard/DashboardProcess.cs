using System.Collections;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Runs the real dashboard.</summary>
internal static partial class DashboardProcess
{
    public static ChildProcess Start(string program, DashboardSettings settings, Guardian guardian, TimeProvider clock, ILogger logger)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        environment["ASPNETCORE_URLS"] = Root(settings.Frontend);
        environment["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Root(settings.Otlp);
        environment["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = Root(settings.ResourceService);
        environment["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";
        environment["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        Guard("DASHBOARD__FRONTEND__", "BrowserToken", "BROWSERTOKEN", settings.BrowserToken);
        Guard("DASHBOARD__OTLP__", "ApiKey", "PRIMARYAPIKEY", settings.OtlpKey);
        Guard("DASHBOARD__RESOURCESERVICECLIENT__", "ApiKey", "APIKEY", settings.ResourceServiceKey);
        var child = ChildProcess.Start(
            guardian,
            clock,
            program,
            ["dashboard"],
            Path.GetDirectoryName(program)!,
            environment,
            (line, _) => LogSaid(logger, line));
        return child;

        void Guard(string section, string mode, string name, string? key)
        {
            environment[section + "AUTHMODE"] = key is null ? "Unsecured" : mode;
            if (key is not null)
            {
                environment[section + name] = key;
            }
        }
    }

    private static string Root(Uri address) => address.GetLeftPart(UriPartial.Authority);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dashboard: {Line}")]
    private static partial void LogSaid(ILogger logger, string line);
}
