using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ContactPlatform.AppHost;

/// <summary>A command that brings the local databases back to nothing.</summary>
internal static class DataReset
{
    /// <summary>Puts the command on the server's row of the dashboard.</summary>
    /// <param name="server">Where the databases are.</param>
    /// <param name="cluster">The same, for its databases.</param>
    /// <param name="services">Who uses them, in the order in which they start.</param>
    /// <param name="commands">Asked for when the command runs.</param>
    public static void Offer(
        IResourceBuilder<IResource> server, PostgresCluster cluster, IReadOnlyList<IResource> services, Func<ResourceCommandService> commands) =>
        server.WithCommand(
            "reset",
            "Reset all data",
            context => RunAsync(cluster, services, commands(), context.CancellationToken),
            new CommandOptions
            {
                Description = "Stops the services, empties their databases and starts the services again.",
                ConfirmationMessage = "All contacts, labels, stages and their history will be lost. Go on?",
                IconName = "DatabaseArrowDown",
            });

    private static async Task<ExecuteCommandResult> RunAsync(
        PostgresCluster cluster, IReadOnlyList<IResource> services, ResourceCommandService commands, CancellationToken cancellationToken)
    {
        foreach (var service in services.Reverse())
        {
            // One that has ended by itself refuses; after the reset all of them run.
            await commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
        }

        try
        {
            await cluster.ResetAsync(cancellationToken);
        }
        finally
        {
            foreach (var service in services)
            {
                await commands.ExecuteCommandAsync(service, KnownResourceCommands.StartCommand, CancellationToken.None);
            }
        }

        return CommandResults.Success("All data is gone; the services start afresh.");
    }
}
