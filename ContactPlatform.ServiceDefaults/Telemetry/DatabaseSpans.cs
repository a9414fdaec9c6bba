using System.Diagnostics;
using OpenTelemetry;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>
/// Says which database a span waited for. Several lie on one server, and a viewer that has only the server's address
/// shows the first of them for all.
/// </summary>
internal sealed class DatabaseSpans : BaseProcessor<Activity>
{
    /// <summary>Name of the client library's source of spans.</summary>
    public const string Source = "Npgsql";

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == Source && data.GetTagItem("db.namespace") is string { Length: > 0 } database)
        {
            // As AppHost names the resource.
            data.SetTag("peer.service", $"{database}-database");
        }
    }
}
