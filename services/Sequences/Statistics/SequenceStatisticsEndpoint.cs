using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences.Statistics;

/// <summary>Serves SequenceStatisticsService.</summary>
public sealed class SequenceStatisticsEndpoint(SequenceStore sequences, SequenceStatistics statistics) : SequenceStatisticsService.SequenceStatisticsServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetSequenceStatisticsResponse> GetSequenceStatistics(GetSequenceStatisticsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.SequenceId, "sequence_id");
        violations.ThrowIfAny();
        // Before the sequence: whatever step somebody is at, it is there when the sequence is read.
        var (places, mails, (replied, optedOut)) = (await statistics.PlacesAsync(id, cancel), await statistics.MailsAsync(id, cancel), await statistics.EndsAsync(id, cancel));
        var sequence = await sequences.LoadAsync(id, cancel);
        return new()
        {
            SequenceId = id,
            EnrolledCount = places.Sum(p => p.Count),
            EndedCount = places.Where(p => p.Ended).Sum(p => p.Count),
            StatusCounts = { places.Where(p => !p.Ended).GroupBy(p => p.Status).OrderBy(g => g.Key).Select(g => new EnrollmentStatusCount { Status = g.Key, Count = g.Sum(p => p.Count) }) },
            RepliedCount = replied,
            OptedOutCount = optedOut,
            Mails = SequenceStatistics.Sum(mails.Values),
            Steps = { SequenceStatistics.Steps(sequence.Steps, StepOrder.Read(sequence.Row.StepOrder), places, mails) },
        };
    }
}
