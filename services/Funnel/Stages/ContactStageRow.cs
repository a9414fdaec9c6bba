using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.Stages;

/// <summary>What of a contact a command can move.</summary>
/// <param name="Stage">The stage; null when the contact has none of its own.</param>
/// <param name="Lost">Whether it is lost. The stage is kept beneath.</param>
/// <param name="LostCause">Why; unspecified when it is not lost.</param>
public readonly record struct Standing(FunnelStage? Stage, bool Lost, LostCause LostCause);

/// <summary>Where a contact stands: the projection of its history, and what Funnel knows of its record.</summary>
public sealed class ContactStageRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Its own stage; null where the account's default is shown.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Whether it is lost.</summary>
    public bool Lost { get; init; }

    /// <summary>Why; unspecified when it is not lost.</summary>
    public LostCause LostCause { get; init; }

    /// <summary>Whether its record is inactive, as far as Funnel has heard. An inactive record is always lost.</summary>
    public bool RecordInactive { get; init; }

    /// <summary>Number of entries in its history.</summary>
    public long Version { get; init; }

    /// <summary>Time of the last entry; null when there is none. Never before the create time.</summary>
    public DateTime? ChangeTime { get; init; }

    /// <summary>When the contact came into being.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it was deleted: it counts in reports until then, and its history ends there. Null while it exists.</summary>
    public DateTime? DeleteTime { get; init; }

    /// <summary>The contact into which it was merged; null when it was not. A merged contact is deleted, too.</summary>
    public long? MergedInto { get; init; }

    /// <summary>What a command can move.</summary>
    public Standing Standing => new(Stage, Lost, LostCause);

    /// <summary>The row after a change.</summary>
    public ContactStageRow After(Standing to, DateTime changeTime) => new()
    {
        AccountId = AccountId,
        ContactId = ContactId,
        Stage = to.Stage,
        Lost = to.Lost,
        LostCause = to.LostCause,
        RecordInactive = RecordInactive,
        Version = Version + 1,
        ChangeTime = changeTime,
        CreateTime = CreateTime,
    };
}
