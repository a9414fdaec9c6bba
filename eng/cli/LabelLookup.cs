using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Cli;

/// <summary>Labels by the names that people know them by.</summary>
internal static class LabelLookup
{
    /// <exception cref="CliException">The account has no such label.</exception>
    public static async Task<Label> FindAsync(Stack stack, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await stack.Labels.GetLabelAsync(new() { DisplayName = name }, cancellationToken: cancellationToken)).Label;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw new CliException($"There is no label \"{name}\". `./dev cli labels` lists those there are.");
        }
    }

    public static async Task<long> FindOrCreateAsync(Stack stack, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await stack.Labels.GetLabelAsync(new() { DisplayName = name }, cancellationToken: cancellationToken)).Label.LabelId;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return (await stack.Labels.CreateLabelAsync(new() { DisplayName = name }, cancellationToken: cancellationToken)).Label.LabelId;
        }
    }

    public static async Task<List<Label>> ListAsync(Stack stack, CancellationToken cancellationToken)
    {
        var labels = new List<Label>();
        var request = new ListLabelsRequest { PageSize = 1000 };
        do
        {
            var page = await stack.Labels.ListLabelsAsync(request, cancellationToken: cancellationToken);
            labels.AddRange(page.Labels);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return labels;
    }
}
