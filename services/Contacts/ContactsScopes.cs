using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Contacts;

/// <summary>The scope that each method of Contacts asks for.</summary>
public static class ContactsScopes
{
    /// <summary>The table.</summary>
    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        ["/contactplatform.contacts.v1.ContactService/CreateContact"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactService/GetContact"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ContactService/BatchGetContacts"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ContactService/ListContacts"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ContactService/UpdateContact"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactService/DeleteContact"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactService/SetRecordState"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LeadScoreService/AddLeadScores"] = Scopes.ContactsWrite,

        ["/contactplatform.contacts.v1.LabelService/CreateLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/GetLabel"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.LabelService/ListLabels"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.LabelService/RenameLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/MergeLabels"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/DeleteLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/AddLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/RemoveLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/BatchAddLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/BatchRemoveLabel"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.LabelService/StreamLabelMembers"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ContactListService/CreateContactList"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactListService/GetContactList"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ContactListService/ListContactLists"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ContactListService/RenameContactList"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactListService/DeleteContactList"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactListService/AddContactListMembers"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactListService/RemoveContactListMembers"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ContactListService/ListContactListMembers"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ContactListService/StreamContactListMembers"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ContactMergeService/MergeContacts"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.TimelineService/GetTimeline"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ContactErasureService/EraseContact"] = Scopes.ContactsErase,
        ["/contactplatform.contacts.v1.ContactErasureService/ReadmitAddress"] = Scopes.ContactsErase,

        ["/contactplatform.contacts.v1.ConsentService/UnsubscribeContact"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ConsentService/ResubscribeContact"] = Scopes.ContactsResubscribe,

        ["/contactplatform.contacts.v1.CustomFieldService/CreateCustomField"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.CustomFieldService/GetCustomField"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.CustomFieldService/ListCustomFields"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.CustomFieldService/UpdateCustomField"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.CustomFieldService/DeleteCustomField"] = Scopes.ContactsWrite,

        ["/contactplatform.contacts.v1.SegmentService/CreateSegment"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.SegmentService/GetSegment"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/ListSegments"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/UpdateSegment"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.SegmentService/DeleteSegment"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.SegmentService/ListFilterFields"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/CheckFilter"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/CountSegment"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/ListSegmentContacts"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/StreamSegmentContactIds"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/FreezeSegment"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.SegmentService/GetSegmentSnapshot"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/ListSegmentSnapshots"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/DeleteSegmentSnapshot"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.SegmentService/MatchContacts"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.SegmentService/ExplainContact"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ViewService/CreateView"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ViewService/GetView"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ViewService/ListViews"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ViewService/UpdateView"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ViewService/DeleteView"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ViewService/ListViewRows"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ExportService/ListExportColumns"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ExportService/ExportContacts"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.BulkRunService/CreateBulkRun"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.BulkRunService/GetBulkRun"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.BulkRunService/ListBulkRuns"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.BulkRunService/CancelBulkRun"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.BulkRunService/WatchBulkRun"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ImportService/UploadImport"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ImportService/GetImport"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ImportService/ListImports"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ImportService/CancelImport"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ImportService/WatchImport"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ImportService/DownloadImportErrors"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ImportMappingService/SuggestImportMapping"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ImportUndoService/UndoImport"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ImportUndoService/GetImportUndo"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ImportUndoService/ListImportUndos"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ImportUndoService/CancelImportUndo"] = Scopes.ContactsWrite,
        ["/contactplatform.contacts.v1.ImportUndoService/WatchImportUndo"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ImportUndoService/ListImportUndoResults"] = Scopes.ContactsRead,

        ["/contactplatform.contacts.v1.ProjectionService/ListProjections"] = Scopes.AccessAdmin,
        ["/contactplatform.contacts.v1.ProjectionService/GetProjection"] = Scopes.ContactsRead,
        ["/contactplatform.contacts.v1.ProjectionService/RebuildProjection"] = Scopes.AccessAdmin,
        ["/contactplatform.contacts.v1.ProjectionService/GetProjectionRebuild"] = Scopes.AccessAdmin,
        ["/contactplatform.contacts.v1.ProjectionService/CancelProjectionRebuild"] = Scopes.AccessAdmin,
        ["/contactplatform.contacts.v1.ProjectionService/WatchProjectionRebuild"] = Scopes.AccessAdmin,

        ["/contactplatform.contacts.v1.AccessService/CreateApiKey"] = Scopes.AccessAdmin,
        ["/contactplatform.contacts.v1.AccessService/ListApiKeys"] = Scopes.AccessAdmin,
        ["/contactplatform.contacts.v1.AccessService/RevokeApiKey"] = Scopes.AccessAdmin,
        // Who exchanges a key has no token yet; the key is the proof.
        ["/contactplatform.contacts.v1.AccessService/ExchangeApiKey"] = ScopeTable.Open,
        ["/contactplatform.contacts.v1.AccessService/ExchangeServiceKey"] = ScopeTable.Open,

        ["/contactplatform.contacts.v1.ChangesService/StreamChanges"] = Scopes.ChangesRead,
    });
}
