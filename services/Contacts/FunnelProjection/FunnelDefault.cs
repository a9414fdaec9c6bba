using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>The stage that is shown for contacts without one of their own, as far as Funnel's changes have been applied.</summary>
public abstract class FunnelDefaultColumns : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The stage.</summary>
    public FunnelStage Stage { get; init; }

    /// <summary>Since when, UTC.</summary>
    public DateTime ChangeTime { get; init; }
}

/// <summary>The projection that is read. An account that never chose a default has no row.</summary>
public sealed class FunnelDefault : FunnelDefaultColumns
{
    /// <summary>The default of an account that never chose one, as Funnel has it.</summary>
    public const FunnelStage Initial = FunnelStage.Aware;
}

/// <summary>The projection that is being rebuilt, beside the other; empty otherwise.</summary>
public sealed class RebuiltFunnelDefault : FunnelDefaultColumns;
