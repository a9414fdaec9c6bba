using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Funnel;

/// <summary>The scope of each of Funnel's methods.</summary>
public static class FunnelScopes
{
    private const string Stages = "/contactplatform.funnel.v1.StageService/";
    private const string LabelRules = "/contactplatform.funnel.v1.LabelRuleService/";
    private const string Previews = "/contactplatform.funnel.v1.LabelRulePreviewService/";
    private const string Undos = "/contactplatform.funnel.v1.LabelRuleUndoService/";
    private const string Reports = "/contactplatform.funnel.v1.FunnelReportService/";
    private const string Changes = "/contactplatform.funnel.v1.ChangesService/";

    /// <summary>The table.</summary>
    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        [Stages + "GetContactStage"] = Scopes.FunnelRead,
        [Stages + "BatchGetContactStages"] = Scopes.FunnelRead,
        [Stages + "SetStage"] = Scopes.FunnelWrite,
        [Stages + "BatchSetStage"] = Scopes.FunnelWrite,
        [Stages + "MarkLost"] = Scopes.FunnelWrite,
        [Stages + "ReactivateContact"] = Scopes.FunnelWrite,
        [Stages + "ListStageChanges"] = Scopes.FunnelRead,
        [Stages + "GetDefaultStage"] = Scopes.FunnelRead,
        [Stages + "SetDefaultStage"] = Scopes.FunnelWrite,
        [LabelRules + "CreateLabelRule"] = Scopes.FunnelWrite,
        [LabelRules + "GetLabelRule"] = Scopes.FunnelRead,
        [LabelRules + "ListLabelRules"] = Scopes.FunnelRead,
        [LabelRules + "DeleteLabelRule"] = Scopes.FunnelWrite,
        [LabelRules + "RunLabelRule"] = Scopes.FunnelWrite,
        [LabelRules + "GetLabelRuleRun"] = Scopes.FunnelRead,
        [LabelRules + "ListLabelRuleRuns"] = Scopes.FunnelRead,
        [LabelRules + "CancelLabelRuleRun"] = Scopes.FunnelWrite,
        [LabelRules + "WatchLabelRuleRun"] = Scopes.FunnelRead,
        [Previews + "PreviewLabelRule"] = Scopes.FunnelRead,
        [Previews + "GetLabelRuleConflicts"] = Scopes.FunnelRead,
        [Undos + "UndoLabelRuleRun"] = Scopes.FunnelWrite,
        [Undos + "ListUndoResults"] = Scopes.FunnelRead,
        [Reports + "GetFunnelReport"] = Scopes.FunnelRead,
        [Reports + "GetFunnelFlow"] = Scopes.FunnelRead,
        [Changes + "StreamChanges"] = Scopes.ChangesRead,
        [Changes + "GetBacklog"] = Scopes.ChangesRead,
    });
}
