using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Refusals about segments. Pure.</summary>
public static class SegmentDecisions
{
    /// <summary>The refusal when the account has no such segment.</summary>
    public static Refusal NotFound(long segmentId) =>
        new Refusal(ContactsReasons.SegmentNotFound, $"there is no segment {segmentId}").With("segment_id", segmentId);

    /// <summary>The refusal when the account has no segment of a name.</summary>
    public static Refusal NotFoundByName() =>
        new Refusal(ContactsReasons.SegmentNotFound, "there is no segment with this name").With("field", "display_name");

    /// <summary>The refusal when another segment has the name.</summary>
    public static Refusal Exists(long segmentId) =>
        new Refusal(ContactsReasons.SegmentExists, $"segment {segmentId} has this name, compared without case; use it, or another name").With("field", "display_name").With("segment_id", segmentId);

    /// <summary>The refusal when the account has no such snapshot.</summary>
    public static Refusal SnapshotNotFound(long snapshotId) =>
        new Refusal(ContactsReasons.SegmentSnapshotNotFound, $"there is no snapshot {snapshotId}").With("segment_snapshot_id", snapshotId);

    /// <summary>The refusal when the database took too long.</summary>
    public static Refusal TooSlow(int seconds) =>
        new Refusal(ContactsReasons.FilterTooSlow, $"the filter took more than {seconds} s of the database's time; ask for less, or for a narrower part first").With("limit_seconds", seconds);
}
