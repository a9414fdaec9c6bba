using ContactPlatform.Common.V1;

namespace ContactPlatform.Funnel.Reports;

/// <summary>
/// Stage and lost as one small number, so that an index finds all moves of a kind: twice the stage (0 for none), plus 1 when
/// lost. A move is twelve times the code before plus the code after; stage_changes has it as a computed column.
/// </summary>
public static class StandingCode
{
    /// <summary>The move of an entry of a history, for both databases.</summary>
    public const string MoveSql = "CAST(COALESCE(from_stage, 0) * 24 + CAST(from_lost AS int) * 12 + COALESCE(to_stage, 0) * 2 + CAST(to_lost AS int) AS smallint)";

    /// <summary>Stands for no contact: before its creation, and after its deletion.</summary>
    public const int Nobody = -1;

    /// <summary>Reads a code.</summary>
    public static (FunnelStage? Stage, bool Lost) Read(int code) => (code < 2 ? null : (FunnelStage)(code / 2), code % 2 == 1);
}
