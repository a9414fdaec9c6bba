using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>What was traced.</summary>
internal sealed class Spans : BaseProcessor<Activity>
{
    public ConcurrentQueue<Activity> Ended { get; } = new();

    public override void OnEnd(Activity data) => Ended.Enqueue(data);
}
