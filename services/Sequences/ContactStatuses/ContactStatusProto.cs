using ContactPlatform.Sequences.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.ContactStatuses;

/// <summary>Writes contact_status.proto.</summary>
public static class ContactStatusProto
{
    /// <summary>Shows what holds of a contact.</summary>
    public static ContactStatus ToProto(this ContactStatusRow row) => new()
    {
        ContactId = row.ContactId,
        OptedOut = row.OptedOut,
        CallStatus = row.CallStatus,
        Version = row.Version,
        EngagementStatus = row.Engagement,
        EngagementTime = row.EngagementTime is { } changed ? Timestamp.FromDateTime(changed) : null,
        FirstWorkingTime = row.FirstWorkingTime is { } first ? Timestamp.FromDateTime(first) : null,
        OptOutTime = row.OptOutTime is { } optOut ? Timestamp.FromDateTime(optOut) : null,
        OptInTime = row.OptInTime is { } optIn ? Timestamp.FromDateTime(optIn) : null,
    };

    /// <summary>The same without times.</summary>
    public static ContactStatus ToBareProto(this ContactStatusRow row) => new()
    {
        ContactId = row.ContactId,
        OptedOut = row.OptedOut,
        CallStatus = row.CallStatus,
        Version = row.Version,
        EngagementStatus = row.Engagement,
    };

    /// <summary>Shows an entry of a history.</summary>
    public static ContactStatusChange ToProto(this ContactStatusChangeRow row) => new()
    {
        ContactId = row.ContactId,
        Version = row.Version,
        ChangeTime = Timestamp.FromDateTime(row.ChangeTime),
        Actor = new() { Kind = row.ActorKind, Subject = row.ActorSubject, DisplayName = row.ActorName },
        From = new() { ContactId = row.ContactId, OptedOut = row.FromOptedOut, CallStatus = row.FromCallStatus, EngagementStatus = row.FromEngagement, Version = row.Version - 1 },
        To = new() { ContactId = row.ContactId, OptedOut = row.ToOptedOut, CallStatus = row.ToCallStatus, EngagementStatus = row.ToEngagement, Version = row.Version },
    };
}
