using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Google.Protobuf;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the services say, and what they heard.</summary>
internal sealed class Script
{
    /// <summary>States that the watched run goes through; null cuts the connection.</summary>
    public Queue<Run?> Runs { get; } = new();

    public int Watches { get; set; }

    /// <summary>How the watched run's members differ from its preview.</summary>
    public MembersDifference? Difference { get; set; }

    public List<LabelRule> Rules { get; } = [];

    public LabelRulePreview Preview { get; set; } = new();

    public List<LabelRuleConflict> Conflicts { get; } = [];

    public List<UndoResult> UndoResults { get; } = [];

    public GetFunnelFlowResponse Flow { get; set; } = new();

    public GetTimelineResponse Timeline { get; } = new();

    /// <summary>The last request of those that tests look at.</summary>
    public IMessage? Asked { get; set; }

    public string? Authorization { get; set; }

    public Google.Rpc.Status? UploadRefusal { get; set; }

    public List<byte> Uploaded { get; } = [];

    public ImportConfig? Config { get; set; }

    public Import? Import { get; set; }
}
