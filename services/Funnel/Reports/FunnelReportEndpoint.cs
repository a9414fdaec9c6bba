using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Funnel.Reports;

/// <summary>Serves FunnelReportService.</summary>
public sealed class FunnelReportEndpoint(ReportStore reports, FlowStore flows, DefaultStageStore defaults, TimeProvider time) : FunnelReportService.FunnelReportServiceBase
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
        var asOf = ReadPast(request.AsOfTime, now);
        var counts = await reports.CountAsync(asOf, context.CancellationToken);
        return ReportProto.ToProto(counts, await defaults.AtAsync(asOf, context.CancellationToken), asOf);
    }

    /// <inheritdoc/>
    public override async Task<GetFunnelFlowResponse> GetFunnelFlow(GetFunnelFlowRequest request, ServerCallContext context)
    {
        var now = time.Now();
        var violations = new Violations();
        violations.Check(request.StartTime is not null, "start_time", "is missing; expected the beginning of the period");
        var start = request.StartTime is null ? now : Past(violations, request.StartTime, "start_time", now);
        var end = request.EndTime is null ? now : Past(violations, request.EndTime, "end_time", now);
        violations.Check(!violations.None || start <= end, "end_time", "is before start_time; expected a later time");
        violations.ThrowIfAny();
        return ReportProto.ToProto(await flows.CountAsync(start, end, context.CancellationToken), start, end);
    }

    private static DateTime ReadPast(Timestamp value, DateTime now)
    {
        var violations = new Violations();
        var past = Past(violations, value, "as_of_time", now);
        violations.ThrowIfAny();
        return past;
    }

    /// <summary>Reads a moment that has passed.</summary>
    private static DateTime Past(Violations violations, Timestamp value, string field, DateTime now)
    {
        // Timestamps reach from year 1 to 9999 (timestamp.proto); what is outside has no date.
        var valid = value.Nanos is >= 0 and < 1_000_000_000 && value.Seconds is >= -62_135_596_800 and <= 253_402_300_799;
        violations.Check(valid, field, "is not a time between the years 1 and 9999");
        violations.Check(!valid || value.ToDateTime() <= now, field, "is in the future; expected a time that has passed");
        return valid ? value.ToDateTime() : now;
    }
}
