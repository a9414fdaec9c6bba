using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>What all events of one act have in common.</summary>
/// <param name="Actor">Who did it.</param>
/// <param name="Cause">What it is put down to.</param>
/// <param name="RunId">The run that did it; 0 for none.</param>
/// <param name="Time">When, UTC, in whole microseconds.</param>
public sealed record TimelineAct(Actor Actor, TimelineCause Cause, long RunId, DateTime Time)
{
    /// <summary>An act of a caller, put down to what kind of caller it is unless something else is said.</summary>
    public static TimelineAct Of(Caller caller, DateTime now, TimelineCause? cause = null) =>
        new(caller.Actor, cause ?? (caller.Actor.Kind == Common.V1.ActorKind.Operator ? TimelineCause.Manual : TimelineCause.Api), 0, now);
}

/// <summary>The events, in short.</summary>
public static class TimelineEvents
{
    /// <summary>The contact was created.</summary>
    public static TimelineEvent Created(IEnumerable<long> labelIds) => new() { Created = new() { LabelIds = { labelIds.Order() } } };

    /// <summary>Fields changed.</summary>
    public static TimelineEvent Updated(IEnumerable<string> fields, IEnumerable<long> customFieldIds) =>
        new() { Updated = new() { FieldNames = { fields }, CustomFieldIds = { customFieldIds.Order() } } };

    /// <summary>The record state was set.</summary>
    public static TimelineEvent RecordState(Contacts.RecordState state) => new() { RecordState = new() { RecordState = (V1.RecordState)state } };

    /// <summary>A label came or went.</summary>
    public static TimelineEvent Label(long labelId, bool added) => new() { Label = new() { LabelId = labelId, Added = added } };

    /// <summary>A list came or went.</summary>
    public static TimelineEvent List(long listId, bool added) => new() { ContactList = new() { ContactListId = listId, Added = added } };

    /// <summary>Unsubscribed, or subscribed again.</summary>
    public static TimelineEvent Consent(bool unsubscribed, string reason) => new() { Consent = new() { Unsubscribed = unsubscribed, Reason = reason } };

    /// <summary>Points were given, or taken.</summary>
    public static TimelineEvent LeadScore(int points, string reason) => new() { LeadScore = new() { Points = points, Reason = reason } };

    /// <summary>Two contacts were merged.</summary>
    public static TimelineEvent Merged(long survivorId, long mergedId, IEnumerable<string> filled, IEnumerable<long> filledCustomFieldIds) =>
        new() { Merged = new() { SurvivorContactId = survivorId, MergedContactId = mergedId, FilledFields = { filled }, FilledCustomFieldIds = { filledCustomFieldIds.Order() } } };
}
