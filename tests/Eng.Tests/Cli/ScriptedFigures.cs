using ContactPlatform.Sequences.V1;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Figures of a sequence that the tests expect.</summary>
internal sealed class ScriptedSequenceStatistics(Script script) : SequenceStatisticsService.SequenceStatisticsServiceBase
{
    public override Task<GetSequenceStatisticsResponse> GetSequenceStatistics(GetSequenceStatisticsRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new GetSequenceStatisticsResponse
        {
            EnrolledCount = 1_200, EndedCount = 3, RepliedCount = 44, OptedOutCount = 5,
            StatusCounts = { new EnrollmentStatusCount { Status = EnrollmentStatus.OutOfOffice, Count = 17 } },
            Mails = new() { SentCount = 2_300 },
            Steps = { new StepStatistics { StepId = 8, ReachedCount = 1_100, WaitingCount = 90, Mails = new() { SentCount = 1_099, MachineOpenedCount = 21 } }, new StepStatistics { StepId = 9, Removed = true, Mails = new() } },
        });
    }
}

/// <summary>Rules of which one does not hold.</summary>
internal sealed class ScriptedConsistency : ConsistencyService.ConsistencyServiceBase
{
    public override async Task CheckConsistency(CheckConsistencyRequest request, IServerStreamWriter<CheckConsistencyResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new() { Rules = { new RuleViolations { Rule = ConsistencyRule.InactivePaused, ContactCount = 7 } }, CheckedCount = 1_000, TotalCount = 1_900 });
        await responseStream.WriteAsync(new() { Rules = { new RuleViolations { Rule = ConsistencyRule.InactivePaused, ContactCount = 12 } }, CheckedCount = 1_900, TotalCount = 1_900, Complete = true });
    }

    public override Task RepairConsistency(RepairConsistencyRequest request, IServerStreamWriter<RepairConsistencyResponse> responseStream, ServerCallContext context) =>
        responseStream.WriteAsync(new() { Rules = { new RuleViolations { Rule = ConsistencyRule.InactivePaused, ContactCount = 11 } }, CheckedCount = 1_900, TotalCount = 1_900, Complete = true });
}
