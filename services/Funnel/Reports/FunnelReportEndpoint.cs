using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Funnel.Reports;

/// <summary>Serves FunnelReportService.</summary>
public sealed class FunnelReportEndpoint(ReportStore reports, DefaultStageStore defaults, TimeProvider time) : FunnelReportService.FunnelReportServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetFunnelReportResponse> GetFunnelReport(GetFunnelReportRequest request, ServerCallContext context)
    {
        var now = time.Now();
        if (request.AsOfTime is null)
        {
            var current = await reports.CountAsync(null, context.CancellationToken);
            return ReportProto.ToProto(current, (await defaults.CurrentAsync(context.CancellationToken)).Stage, now);
        }
        var asOf = Past(request.AsOfTime, now);
        var counts = await reports.CountAsync(asOf, context.CancellationToken);
        return ReportProto.ToProto(counts, await defaults.AtAsync(asOf, context.CancellationToken), asOf);
    }

    /// <summary>Reads a moment that has passed.</summary>
    private static DateTime Past(Timestamp value, DateTime now)
    {
        var violations = new Violations();
        // Timestamps reach from year 1 to 9999 (timestamp.proto); what is outside has no date.
        var valid = value.Nanos is >= 0 and < 1_000_000_000 && value.Seconds is >= -62_135_596_800 and <= 253_402_300_799;
        violations.Check(valid, "as_of_time", "is not a time between the years 1 and 9999");
        violations.Check(!valid || value.ToDateTime() <= now, "as_of_time", "is in the future; expected a time that has passed");
        violations.ThrowIfAny();
        return value.ToDateTime();
    }
}
