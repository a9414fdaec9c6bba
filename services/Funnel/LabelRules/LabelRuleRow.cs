using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

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

/// <summary>What a run, or the undoing of one, is about: a copy, so that the run stays what it was when its rule is deleted.</summary>
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

    /// <summary>The run that this one undoes; 0 for a run of the rule itself.</summary>
    public long UndoneRunId { get; init; }

    /// <summary>The preview whose set the run has to find; 0 for none.</summary>
    public long PreviewId { get; init; }

    /// <summary>How the set differed from the preview's, as the contract's message; null when it did not.</summary>
    public byte[]? MembersDifference { get; init; }

    /// <summary>The same for a run that undoes this one.</summary>
    public LabelRuleRunRow Undoing(long runId) => new()
    {
        AccountId = AccountId,
        RunId = runId,
        LabelRuleId = LabelRuleId,
        LabelId = LabelId,
        Stage = Stage,
        UndoneRunId = RunId,
    };
}

/// <summary>
/// A piece of a set: the members of the label as they were read, up to 1,000 in a row. A run's piece is deleted in the
/// transaction that moves them, so what is here is exactly what is left; a preview's stays until the preview ends.
/// </summary>
public sealed class LabelRuleTargetRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run, or the preview: their ids come from one sequence.</summary>
    public long RunId { get; init; }

    /// <summary>Place of the piece, in ascending order of contacts.</summary>
    public int ChunkNumber { get; init; }

    /// <summary>Ids of the contacts, ascending, 8 bytes each with the lowest first.</summary>
    public required byte[] ContactIds { get; init; }
}

/// <summary>Finds rules.</summary>
public static class LabelRuleRows
{
    /// <summary>Finds a rule.</summary>
    /// <exception cref="RefusalException">LABEL_RULE_NOT_FOUND.</exception>
    public static async Task<LabelRuleRow> FindRuleAsync(this FunnelDbContext db, long id, CancellationToken cancellationToken) =>
        await db.LabelRules.AsNoTracking().SingleOrDefaultAsync(r => r.LabelRuleId == id, cancellationToken) ?? throw Missing(id);

    /// <summary>The refusal when there is no such rule.</summary>
    public static RefusalException Missing(long id) =>
        new(new Refusal(FunnelReasons.LabelRuleNotFound, $"there is no label rule {id}").With("label_rule_id", id));
}
