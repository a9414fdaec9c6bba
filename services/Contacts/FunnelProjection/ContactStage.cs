using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>Where a contact stands in the funnel, as far as Funnel's changes have been applied.</summary>
public abstract class ContactStageColumns : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Its own stage; null where the account's default is shown. Under lost, the stage that it was lost from.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Whether it is lost.</summary>
    public bool Lost { get; init; }

    /// <summary>When stage or lost last changed, UTC.</summary>
    public DateTime ChangeTime { get; init; }
}

/// <summary>The projection that is read. A contact that never moved has no row: no stage of its own, and not lost. Goes with its contact.</summary>
public sealed class ContactStage : ContactStageColumns;

/// <summary>The projection that is being rebuilt, beside the other; empty otherwise. It may name contacts that are deleted.</summary>
public sealed class RebuiltContactStage : ContactStageColumns;
