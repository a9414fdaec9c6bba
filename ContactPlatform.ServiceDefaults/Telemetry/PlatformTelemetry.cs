using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>The platform's own traces and figures, beside those of the framework.</summary>
public static class PlatformTelemetry
{
    /// <summary>Name of the source and of the meter.</summary>
    public const string Name = "ContactPlatform";

    /// <summary>Traces of locks, runs and feeds.</summary>
    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    // From half a millisecond to a minute: the exporter's own bounds are made for milliseconds and begin at five.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    /// <summary>Chunks committed by runs, by kind.</summary>
    public static readonly Counter<long> RunChunks = Meter.CreateCounter<long>("contactplatform.run.chunks", "{chunk}", "Chunks committed by runs");

    /// <summary>Runs that reached their end, by kind and state.</summary>
    public static readonly Counter<long> RunsEnded = Meter.CreateCounter<long>("contactplatform.run.ended", "{run}", "Runs that reached their end");

    /// <summary>Time from a change in another service to its effect here, by source.</summary>
    public static readonly Histogram<double> FeedLag = Meter.CreateHistogram<double>("contactplatform.feed.lag", "s", "Time from a change in another service to its effect here", advice: Seconds);

    /// <summary>Contacts on which a rule between services did not hold and that were put right, by service and rule.</summary>
    public static readonly Counter<long> Violations = Meter.CreateCounter<long>("contactplatform.consistency.violations", "{contact}", "Contacts on which a rule between services did not hold");

    /// <summary>Time waited for leases that were taken.</summary>
    public static readonly Histogram<double> LockWait = Meter.CreateHistogram<double>("contactplatform.lock.wait", "s", "Time waited for leases that were taken", advice: Seconds);
}
