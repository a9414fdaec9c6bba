using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>Reads and writes bulk_run.proto.</summary>
public static class BulkRunProto
{
    /// <summary>Reads an action.</summary>
    public static V1.BulkAction Action(this Violations violations, V1.BulkAction? action)
    {
        switch (action?.ActionCase)
        {
            case V1.BulkAction.ActionOneofCase.SetRecordState:
                ContactProto.Read(action.SetRecordState, violations, "action.set_record_state");
                break;
            case V1.BulkAction.ActionOneofCase.AddLabelId:
                violations.Id(action.AddLabelId, "action.add_label_id");
                break;
            case V1.BulkAction.ActionOneofCase.RemoveLabelId:
                violations.Id(action.RemoveLabelId, "action.remove_label_id");
                break;
            case V1.BulkAction.ActionOneofCase.AddContactListId:
                violations.Id(action.AddContactListId, "action.add_contact_list_id");
                break;
            case V1.BulkAction.ActionOneofCase.RemoveContactListId:
                violations.Id(action.RemoveContactListId, "action.remove_contact_list_id");
                break;
            default:
                violations.Add("action", "is missing; expected set_record_state, add_label_id, remove_label_id, add_contact_list_id or remove_contact_list_id");
                break;
        }
        return action ?? new();
    }

    /// <summary>The label that an action is about; none or one.</summary>
    public static long[] Labels(V1.BulkAction action) => action.ActionCase switch
    {
        V1.BulkAction.ActionOneofCase.AddLabelId => [action.AddLabelId],
        V1.BulkAction.ActionOneofCase.RemoveLabelId => [action.RemoveLabelId],
        _ => [],
    };

    /// <summary>The static list that an action is about; none or one.</summary>
    public static long[] Lists(V1.BulkAction action) => action.ActionCase switch
    {
        V1.BulkAction.ActionOneofCase.AddContactListId => [action.AddContactListId],
        V1.BulkAction.ActionOneofCase.RemoveContactListId => [action.RemoveContactListId],
        _ => [],
    };

    /// <summary>Writes a run.</summary>
    public static V1.BulkRun ToProto(this BulkRunRow row, RunRow run) => new()
    {
        BulkRunId = row.RunId,
        Contacts = V1.ContactSet.Parser.ParseFrom(row.Contacts),
        Action = V1.BulkAction.Parser.ParseFrom(row.Action),
        Run = run.ToProto(),
    };
}
