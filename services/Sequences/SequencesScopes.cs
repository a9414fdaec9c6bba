using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Sequences;

/// <summary>The scope of each of Sequences' methods.</summary>
public static class SequencesScopes
{
    private const string Sequence = "/contactplatform.sequences.v1.SequenceService/";
    private const string Enrollment = "/contactplatform.sequences.v1.EnrollmentService/";
    private const string Run = "/contactplatform.sequences.v1.EnrollmentRunService/";
    private const string Matrix = "/contactplatform.sequences.v1.StatusMatrixService/";
    private const string Replies = "/contactplatform.sequences.v1.ReplyService/";
    private const string Webhooks = "/contactplatform.sequences.v1.ReplyWebhookService/";
    private const string Statistics = "/contactplatform.sequences.v1.SequenceStatisticsService/";
    private const string Consistency = "/contactplatform.sequences.v1.ConsistencyService/";
    private const string Tasks = "/contactplatform.sequences.v1.TaskService/";
    private const string LeadScores = "/contactplatform.sequences.v1.LeadScoreRuleService/";
    private const string Automations = "/contactplatform.sequences.v1.AutomationService/";
    private const string Changes = "/contactplatform.sequences.v1.ChangesService/";

    /// <summary>The table.</summary>
    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        [Sequence + "CreateSequence"] = Scopes.SequencesWrite,
        [Sequence + "GetSequence"] = Scopes.SequencesRead,
        [Sequence + "ListSequences"] = Scopes.SequencesRead,
        [Sequence + "UpdateSequence"] = Scopes.SequencesWrite,
        [Sequence + "ListSequenceVersions"] = Scopes.SequencesRead,
        [Sequence + "ActivateSequence"] = Scopes.SequencesWrite,
        [Sequence + "PauseSequence"] = Scopes.SequencesWrite,
        [Sequence + "ArchiveSequence"] = Scopes.SequencesWrite,
        [Sequence + "PreviewSequence"] = Scopes.SequencesRead,
        [Enrollment + "EnrollContacts"] = Scopes.SequencesWrite,
        [Enrollment + "UnenrollContacts"] = Scopes.SequencesWrite,
        [Enrollment + "MoveEnrollment"] = Scopes.SequencesWrite,
        [Enrollment + "GetEnrollment"] = Scopes.SequencesRead,
        [Enrollment + "ListEnrollments"] = Scopes.SequencesRead,
        [Enrollment + "ListEnrollmentChanges"] = Scopes.SequencesRead,
        [Enrollment + "GetContactStatus"] = Scopes.SequencesRead,
        [Enrollment + "ListContactStatusChanges"] = Scopes.SequencesRead,
        [Run + "CreateEnrollmentRun"] = Scopes.SequencesWrite,
        [Run + "GetEnrollmentRun"] = Scopes.SequencesRead,
        [Run + "ListEnrollmentRuns"] = Scopes.SequencesRead,
        [Run + "CancelEnrollmentRun"] = Scopes.SequencesWrite,
        [Run + "WatchEnrollmentRun"] = Scopes.SequencesRead,
        [Matrix + "GetTransitionMatrix"] = Scopes.SequencesRead,
        [Matrix + "CheckTransition"] = Scopes.SequencesRead,
        [Matrix + "SetStatus"] = Scopes.SequencesWrite,
        [Matrix + "RemoveStatus"] = Scopes.SequencesWrite,
        [Matrix + "BatchSetStatus"] = Scopes.SequencesWrite,
        [Replies + "RecordReply"] = Scopes.SequencesWrite,
        [Replies + "GetReply"] = Scopes.SequencesRead,
        [Replies + "ListReplies"] = Scopes.SequencesRead,
        [Replies + "SetReplyCategory"] = Scopes.SequencesWrite,
        // Whoever knows the path of a webhook speaks for contacts.
        [Webhooks + "CreateReplyWebhook"] = Scopes.AccessAdmin,
        [Webhooks + "ListReplyWebhooks"] = Scopes.AccessAdmin,
        [Webhooks + "DeleteReplyWebhook"] = Scopes.AccessAdmin,
        [Statistics + "GetSequenceStatistics"] = Scopes.SequencesRead,
        [Consistency + "CheckConsistency"] = Scopes.SequencesRead,
        [Consistency + "RepairConsistency"] = Scopes.SequencesWrite,
        [Tasks + "GetTask"] = Scopes.SequencesRead,
        [Tasks + "ListTasks"] = Scopes.SequencesRead,
        [Tasks + "CompleteTask"] = Scopes.SequencesWrite,
        [Tasks + "SkipTask"] = Scopes.SequencesWrite,
        [Tasks + "SnoozeTask"] = Scopes.SequencesWrite,
        [Tasks + "AssignTask"] = Scopes.SequencesWrite,
        [LeadScores + "CreateLeadScoreRule"] = Scopes.SequencesWrite,
        [LeadScores + "GetLeadScoreRule"] = Scopes.SequencesRead,
        [LeadScores + "ListLeadScoreRules"] = Scopes.SequencesRead,
        [LeadScores + "UpdateLeadScoreRule"] = Scopes.SequencesWrite,
        [LeadScores + "DeleteLeadScoreRule"] = Scopes.SequencesWrite,
        [LeadScores + "ListLeadScoreAwards"] = Scopes.SequencesRead,
        [Automations + "CreateAutomationRule"] = Scopes.SequencesWrite,
        [Automations + "GetAutomationRule"] = Scopes.SequencesRead,
        [Automations + "ListAutomationRules"] = Scopes.SequencesRead,
        [Automations + "UpdateAutomationRule"] = Scopes.SequencesWrite,
        [Automations + "DeleteAutomationRule"] = Scopes.SequencesWrite,
        [Automations + "ListAutomationFirings"] = Scopes.SequencesRead,
        [Automations + "DryRunAutomationRules"] = Scopes.SequencesRead,
        [Changes + "StreamChanges"] = Scopes.ChangesRead,
        [Changes + "GetBacklog"] = Scopes.ChangesRead,
    });
}
