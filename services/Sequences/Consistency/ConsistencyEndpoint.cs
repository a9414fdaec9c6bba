using ContactPlatform.Sequences.V1;
using Grpc.Core;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>Serves ConsistencyService.</summary>
public sealed class ConsistencyEndpoint(ConsistencyCheck check) : ConsistencyService.ConsistencyServiceBase
{
    /// <inheritdoc/>
    public override async Task CheckConsistency(CheckConsistencyRequest request, IServerStreamWriter<CheckConsistencyResponse> responseStream, ServerCallContext context)
    {
        await foreach (var pass in check.PassAsync(repair: false, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { Rules = { pass.Rules }, CheckedCount = pass.Checked, TotalCount = pass.Total, Complete = pass.Complete }, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task RepairConsistency(RepairConsistencyRequest request, IServerStreamWriter<RepairConsistencyResponse> responseStream, ServerCallContext context)
    {
        await foreach (var pass in check.PassAsync(repair: true, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { Rules = { pass.Rules }, CheckedCount = pass.Checked, TotalCount = pass.Total, Complete = pass.Complete }, context.CancellationToken);
        }
    }
}
