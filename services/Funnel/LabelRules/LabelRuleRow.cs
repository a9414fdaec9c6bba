using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>A stored rule: who carries the label gets the stage, each time it is run. Never changed, only deleted.</summary>
public sealed class LabelRuleRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The rule.</summary>
    public long LabelRuleId { get; init; }

    /// <summary>The label.</summary>
    public long LabelId { get; init; }

    /// <summary>The stage. One rule per label and stage.</summary>
    public FunnelStage Stage { get; init; }

    /// <summary>Name for people; may be empty.</summary>
    public required string DisplayName { get; init; }

    /// <summary>When it was created.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>Version of a row that never changes.</summary>
    public const long Version = 1;
}

/// <summary>What a run is about: a copy, so that the run stays what it was when its rule is deleted.</summary>
public sealed class LabelRuleRunRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The rule.</summary>
    public long LabelRuleId { get; init; }

    /// <summary>Its label.</summary>
    public long LabelId { get; init; }

    /// <summary>Its stage.</summary>
    public FunnelStage Stage { get; init; }
}

/// <summary>
/// A piece of what a run has still to do: the members of the label as they were read, up to 1,000 in a row. It is
/// deleted in the transaction that moves them, so what is here is exactly what is left.
/// </summary>
public sealed class LabelRuleTargetRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>Place of the piece, in ascending order of contacts.</summary>
    public int ChunkNumber { get; init; }

    /// <summary>Ids of the contacts, ascending, 8 bytes each with the lowest first.</summary>
    public required byte[] ContactIds { get; init; }
}
