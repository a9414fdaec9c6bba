using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Stages;
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

    /// <summary>Shows the moves of a period with their sums.</summary>
    public static GetFunnelFlowResponse ToProto(IReadOnlyList<FlowCount> flows, DateTime start, DateTime end)
    {
        long Sum(Func<FlowCount, bool> which) => flows.Where(which).Sum(f => f.Count);
        return new()
        {
            StartTime = Timestamp.FromDateTime(start),
            EndTime = Timestamp.FromDateTime(end),
            Flows = { flows.Select(f => new FunnelFlow { From = Status(f.From), To = Status(f.To), MoveCount = f.Count }) },
            ChangeCount = Sum(f => f is { From: not null, To: not null }),
            LostCount = Sum(f => f is { From.Lost: false, To.Lost: true }),
            ReactivatedCount = Sum(f => f is { From.Lost: true, To.Lost: false }),
            CreatedCount = Sum(f => f.From is null),
            DeletedCount = Sum(f => f.To is null),
        };
    }

    private static StageStatus? Status((FunnelStage? Stage, bool Lost)? standing) =>
        standing is { } known ? StageProto.Status(known.Stage, known.Lost) : null;
}
