using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.Stages;

/// <summary>
/// One entry of a contact's history, which is the source of where it stands. Versions are 1, 2, 3, … and part of the
/// key, so that two changes made from the same state cannot both be stored.
/// </summary>
public sealed class StageChangeRow : IAccountOwned
{
#pragma warning disable CS1591 // Documented in contactplatform/funnel/v1/stage.proto, message StageChange.
    public long AccountId { get; init; }
    public long ContactId { get; init; }
    public long Version { get; init; }
    public DateTime ChangeTime { get; init; }
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
    public FunnelStage? FromStage { get; init; }
    public bool FromLost { get; init; }
    public FunnelStage? ToStage { get; init; }
    public bool ToLost { get; init; }
    public StageChangeCause Cause { get; init; }
    public long RunId { get; init; }
    /// <summary>From and to as one number, computed by the database; see <see cref="Reports.StandingCode"/>.</summary>
    public short Move { get; init; }
#pragma warning restore CS1591
}

/// <summary>What all entries of one act have in common.</summary>
/// <param name="Actor">Who did it.</param>
/// <param name="Cause">What moved the contacts.</param>
/// <param name="RunId">The run that did it; 0 for none.</param>
/// <param name="Time">When, in whole microseconds.</param>
public sealed record Act(Actor Actor, StageChangeCause Cause, long RunId, DateTime Time);
