using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Contacts;

/// <summary>The reasons of Contacts: contactplatform.contacts.v1.ErrorReason.</summary>
public static class ContactsReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/contacts/v1/error_reason.proto.
    public static readonly Reason ContactNotFound = new("CONTACT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ContactExists = new("CONTACT_EXISTS", StatusCode.AlreadyExists);
    public static readonly Reason LabelNotFound = new("LABEL_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason LabelExists = new("LABEL_EXISTS", StatusCode.AlreadyExists);
    public static readonly Reason ApiKeyNotFound = new("API_KEY_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ApiKeyInvalid = new("API_KEY_INVALID", StatusCode.Unauthenticated);
    public static readonly Reason ImportNotFound = new("IMPORT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ImportFileInvalid = new("IMPORT_FILE_INVALID", StatusCode.InvalidArgument);
    public static readonly Reason ContactUnreachable = new("CONTACT_UNREACHABLE", StatusCode.FailedPrecondition);
    public static readonly Reason ContactListNotFound = new("CONTACT_LIST_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ContactListExists = new("CONTACT_LIST_EXISTS", StatusCode.AlreadyExists);
    public static readonly Reason ContactErased = new("CONTACT_ERASED", StatusCode.FailedPrecondition);
    public static readonly Reason ErasureNotConfigured = new("ERASURE_NOT_CONFIGURED", StatusCode.FailedPrecondition);
    public static readonly Reason ErasureNotFound = new("ERASURE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason CustomFieldNotFound = new("CUSTOM_FIELD_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason CustomFieldExists = new("CUSTOM_FIELD_EXISTS", StatusCode.AlreadyExists);
    public static readonly Reason CustomFieldChoiceInUse = new("CUSTOM_FIELD_CHOICE_IN_USE", StatusCode.FailedPrecondition);
    public static readonly Reason ProjectionNotFound = new("PROJECTION_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason SegmentNotFound = new("SEGMENT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason SegmentExists = new("SEGMENT_EXISTS", StatusCode.AlreadyExists);
    public static readonly Reason SegmentSnapshotNotFound = new("SEGMENT_SNAPSHOT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ImportNotEnded = new("IMPORT_NOT_ENDED", StatusCode.FailedPrecondition);
    public static readonly Reason ImportNotUndoable = new("IMPORT_NOT_UNDOABLE", StatusCode.FailedPrecondition);
    public static readonly Reason FilterTooSlow = new("FILTER_TOO_SLOW", StatusCode.ResourceExhausted);
    public static readonly Reason SegmentInUse = new("SEGMENT_IN_USE", StatusCode.FailedPrecondition);
    public static readonly Reason ViewNotFound = new("VIEW_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ViewExists = new("VIEW_EXISTS", StatusCode.AlreadyExists);
#pragma warning restore CS1591
}
