using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Funnel.Reports;

/// <summary>Makes the report of what was counted.</summary>
public static class ReportProto
{
    private static readonly FunnelStage[] Stages = [FunnelStage.Aware, FunnelStage.Engaged, FunnelStage.Customer, FunnelStage.LoyalCustomer, FunnelStage.Promoter];

    /// <summary>Puts contacts without a stage under the default, and shows every stage, also an empty one.</summary>
    public static GetFunnelReportResponse ToProto(IReadOnlyList<StandingCount> counts, FunnelStage defaultStage, DateTime asOf) => new()
    {
        AsOfTime = Timestamp.FromDateTime(asOf),
        DefaultStage = defaultStage,
        ContactCount = counts.Sum(c => c.Count),
        StageCounts =
        {
            Stages.Select(stage => new StageCount
            {
                Stage = stage,
                ActiveCount = counts.Where(c => (c.Stage ?? defaultStage) == stage && !c.Lost).Sum(c => c.Count),
                LostCount = counts.Where(c => (c.Stage ?? defaultStage) == stage && c.Lost).Sum(c => c.Count),
                DefaultCount = stage == defaultStage ? counts.Where(c => c.Stage is null).Sum(c => c.Count) : 0,
            }),
        },
    };
}
