using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>What becomes of a contact that an import changed.</summary>
/// <param name="Values">Its data.</param>
/// <param name="Fields">Names of the fields that go back.</param>
/// <param name="Custom">Custom fields that go back, by id, with the value; null clears it.</param>
/// <param name="Kept">Names of the fields that stay as they are.</param>
/// <param name="Reason">Why those stay; empty when none does.</param>
public sealed record Restoration(ContactValues Values, IReadOnlyList<string> Fields, IReadOnlyDictionary<long, FieldValue?> Custom, IReadOnlyList<string> Kept, string Reason);

/// <summary>What can be undone, and what of a contact. Pure.</summary>
public static class ImportUndoDecisions
{
    /// <summary>Reason under which contacts and fields are kept that somebody changed since.</summary>
    public const string ChangedSince = "CHANGED_SINCE";

    /// <summary>Time after an import's end during which it can be undone.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(30);

    /// <summary>Whether an import can be undone; null: go ahead.</summary>
    public static Refusal? Undo(RunRow run, ImportRow import, ImportConfig config, DateTime now)
    {
        if (!run.Ended)
        {
            return new Refusal(ContactsReasons.ImportNotEnded, $"import {run.RunId} has not ended; cancel it or wait, then undo it")
                .From(EnumWord.Of(run.State), "undo", "SUCCEEDED,FAILED,CANCELLED");
        }
        var (from, allowed, why) =
            config.DryRun ? ("dry run", "another import", "changed nothing")
            : config.Mode == ImportMode.Unsubscribe ? ("unsubscribed", "ResubscribeContact", "unsubscribed addresses; ResubscribeContact subscribes a contact again")
            : !import.Undoable || run.EndTime < now - Period ? ("recorded", "an import of the last 30 days", "ended more than 30 days ago, or what it did was not recorded")
            : ("", "", "");
        return from.Length == 0 ? null : new Refusal(ContactsReasons.ImportNotUndoable, $"import {run.RunId} cannot be undone: it {why}").From(from, "undo", allowed);
    }

    /// <summary>Whether a contact that an import made is as the import left it.</summary>
    /// <param name="version">Version of its record.</param>
    /// <param name="updateTime">When its record, state or labels last changed.</param>
    /// <param name="creation">How the import made it.</param>
    /// <param name="last">The last change by the import itself; null for none.</param>
    /// <param name="onList">Whether it is on a static list: imports put nobody there.</param>
    /// <param name="stage">Where it stands in the funnel, as far as known; null for nowhere.</param>
    public static bool IsUntouched(long version, DateTime updateTime, ImportCreationRow creation, ImportChangeRow? last, bool onList, ContactStage? stage)
    {
        var named = last is { Stage: > 0 } ? last.Stage : creation.Stage;
        return version == (last?.Version ?? 1) && updateTime == (last?.ChangeTime ?? creation.CreateTime) && !onList
            && (stage is null || (!stage.Lost && (short)(stage.Stage ?? 0) == named));
    }

    /// <summary>Puts back the fields that are still as the import left them.</summary>
    /// <param name="now">The contact's data now.</param>
    /// <param name="custom">What it has in custom fields now, by id.</param>
    /// <param name="change">What the import did.</param>
    /// <param name="fields">The account's custom fields, by id.</param>
    /// <param name="erased">Says whether a phone was erased.</param>
    public static Restoration Restore(ContactValues now, IReadOnlyDictionary<long, FieldValue> custom, ImportChange change, IReadOnlyDictionary<long, CustomFields.CustomField> fields, Func<string, bool> erased)
    {
        var (values, back, kept, reason) = (now, new List<string>(), new List<string>(), "");
        foreach (var (name, (before, after)) in change.Fields)
        {
            var (get, set) = ImportChange.Texts[name];
            var current = get(now);
            if (current == before)
            {
                continue;
            }
            // The phone of a contact that has lost its email since is what finds it.
            if (current != after || (name == "phone" && now.Email is null))
            {
                Keep(name, ChangedSince);
            }
            else if (name == "phone" && before is not null && erased(before))
            {
                Keep(name, ContactsReasons.ContactErased.Name);
            }
            else
            {
                values = set(values, before);
                back.Add(name);
            }
        }
        var customBack = new Dictionary<long, FieldValue?>();
        foreach (var (id, (before, after)) in change.Custom)
        {
            // What was in a field that is gone went with it.
            if (!fields.TryGetValue(id, out var field) || custom.GetValueOrDefault(id) == before)
            {
                continue;
            }
            if (custom.GetValueOrDefault(id) != after || (field.Type == CustomFields.CustomFieldType.Choice && before?.Text is { } choice && FieldText.ReadChoice(field, choice, out _) is not null))
            {
                Keep($"{FieldChange.MaskPath}.{field.FieldKey}", ChangedSince);
            }
            else
            {
                customBack.Add(id, before);
            }
        }
        return new(values, back, customBack, kept, reason);

        void Keep(string name, string why)
        {
            kept.Add(name);
            reason = reason.Length == 0 ? why : reason;
        }
    }
}
