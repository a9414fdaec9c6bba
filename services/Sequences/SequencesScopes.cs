using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Sequences;

/// <summary>The scope of each of Sequences' methods.</summary>
public static class SequencesScopes
{
    private const string Replies = "/contactplatform.sequences.v1.ReplyService/";
    private const string Webhooks = "/contactplatform.sequences.v1.ReplyWebhookService/";
    private const string Changes = "/contactplatform.sequences.v1.ChangesService/";

    /// <summary>The table.</summary>
    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        [Replies + "RecordReply"] = Scopes.SequencesWrite,
        [Replies + "GetReply"] = Scopes.SequencesRead,
        [Replies + "ListReplies"] = Scopes.SequencesRead,
        [Replies + "SetReplyCategory"] = Scopes.SequencesWrite,
        // Whoever knows the path of a webhook speaks for contacts.
        [Webhooks + "CreateReplyWebhook"] = Scopes.AccessAdmin,
        [Webhooks + "ListReplyWebhooks"] = Scopes.AccessAdmin,
        [Webhooks + "DeleteReplyWebhook"] = Scopes.AccessAdmin,
        [Changes + "StreamChanges"] = Scopes.ChangesRead,
        [Changes + "GetBacklog"] = Scopes.ChangesRead,
    });
}
