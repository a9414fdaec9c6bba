using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ContactPlatform.AppHost;

/// <summary>Commands of the dashboard that fill the demo account and move it, as the README's first five minutes do by hand.</summary>
internal static class DemoCommands
{
    private const int Rows = 10_000;

    /// <summary>Puts the commands on the services' rows of the dashboard.</summary>
    /// <param name="data">Keeps the made-up file; its secrets open the demo account.</param>
    /// <param name="contacts">Gets "load the demo account".</param>
    /// <param name="funnel">Gets "run a label rule".</param>
    /// <param name="deliverability">Gets none yet; the command line wants to know where it is.</param>
    public static void Offer(DataFolder data, IResourceBuilder<ProjectResource> contacts, IResourceBuilder<ProjectResource> funnel, IResourceBuilder<ProjectResource> deliverability)
    {
        var file = Path.Combine(data.Path, "demo.csv");
        contacts.WithCommand(
            "load-demo",
            "Load the demo account",
            async context =>
            {
                var made = await Tools.Sample.RunAsync([Rows.ToString(CultureInfo.InvariantCulture), file], null, context);
                return made.Success ? await Tools.Cli.RunAsync(["import", file], Stack(), context) : made;
            },
            new CommandOptions
            {
                Description = $"Imports {Rows:N0} made-up contacts with labels and stages, some of the rows dirty; those there already stay as they are.",
                IconName = "PeopleAdd",
            });
        funnel.WithCommand(
            "run-label-rule",
            "Run a label rule",
            context => Tools.Cli.RunAsync(["label-rule", "run", "--label", "purchased-q2", "--stage", "customer"], Stack(), context),
            new CommandOptions
            {
                Description = "Everyone labelled purchased-q2 becomes Customer; the console log shows how far it is.",
                IconName = "PeopleSwap",
            });

        // Asked for when a command runs: only then do the endpoints have ports.
        Dictionary<string, string> Stack() => new()
        {
            ["CONTACTPLATFORM_CONTACTS"] = contacts.GetEndpoint("grpc").Url,
            ["CONTACTPLATFORM_FUNNEL"] = funnel.GetEndpoint("grpc").Url,
            ["CONTACTPLATFORM_DELIVERABILITY"] = deliverability.GetEndpoint("grpc").Url,
            ["CONTACTPLATFORM_API_KEY"] = data.Secrets.DemoApiKey,
        };
    }
}
