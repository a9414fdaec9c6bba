using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Changes;

/// <summary>Makes the rows of the change feed. The caller adds them to the context of the transaction that makes the change.</summary>
public static class ContactChanges
{
    /// <summary>Contacts were created.</summary>
    public static OutboxRow Created(Caller caller, DateTime now, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { ContactsCreated = new() { ContactIds = { contactIds } } });

    /// <summary>Fields of contacts changed.</summary>
    public static OutboxRow Updated(Caller caller, DateTime now, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { ContactsUpdated = new() { ContactIds = { contactIds } } });

    /// <summary>Contacts were deleted.</summary>
    public static OutboxRow Deleted(Caller caller, DateTime now, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { ContactsDeleted = new() { ContactIds = { contactIds } } });

    /// <summary>Contacts were erased. <see cref="Deleted"/> follows, for those who know of nothing else.</summary>
    public static OutboxRow Erased(Caller caller, DateTime now, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { ContactsErased = new() { ContactIds = { contactIds } } });

    /// <summary>A contact was merged into another. <see cref="Deleted"/> follows, for those who know of nothing else.</summary>
    public static OutboxRow Merged(Caller caller, DateTime now, long survivorId, long mergedId) =>
        Row(caller, now, new() { ContactMerged = new() { SurvivorContactId = survivorId, MergedContactId = mergedId } });

    /// <summary>The record state of contacts was set.</summary>
    public static OutboxRow RecordStateChanged(Caller caller, DateTime now, bool inactive, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { RecordStateChanged = new() { Inactive = inactive, ContactIds = { contactIds } } });

    /// <summary>A run set the record state of contacts.</summary>
    public static OutboxRow RecordStatesSet(Caller caller, DateTime now, long runId, bool inactive, IEnumerable<long> contactIds) =>
        Row(caller, now, new() { RunId = runId, RecordStateChanged = new() { Inactive = inactive, ContactIds = { contactIds } } });

    /// <summary>Contacts were unsubscribed.</summary>
    public static OutboxRow Unsubscribed(Caller caller, DateTime now, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { ContactsUnsubscribed = new() { ContactIds = { contactIds } } });

    /// <summary>Contacts were subscribed again.</summary>
    public static OutboxRow Resubscribed(Caller caller, DateTime now, string reason, params IEnumerable<long> contactIds) =>
        Row(caller, now, new() { ContactsResubscribed = new() { Reason = reason, ContactIds = { contactIds } } });

    private static OutboxRow Row(Caller caller, DateTime now, V1.StreamChangesResponse change)
    {
        change.AccountId = caller.AccountId;
        change.ChangeTime = Timestamp.FromDateTime(now);
        change.Actor = caller.Actor;
        return OutboxRow.Of(caller.AccountId, change);
    }
}
