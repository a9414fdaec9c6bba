using ContactPlatform.Sequences.V1;
using Grpc.Core;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>Serves ConsistencyService.</summary>
public sealed class ConsistencyEndpoint(ConsistencyCheck check) : ConsistencyService.ConsistencyServiceBase
{
    /// <inheritdoc/>
    public override async Task<CheckConsistencyResponse> CheckConsistency(CheckConsistencyRequest request, ServerCallContext context) =>
        new() { Rules = { await check.CountAsync(context.CancellationToken) } };

    /// <inheritdoc/>
    public override async Task<RepairConsistencyResponse> RepairConsistency(RepairConsistencyRequest request, ServerCallContext context) =>
        new() { Rules = { await check.RepairAsync(context.CancellationToken) } };
}
