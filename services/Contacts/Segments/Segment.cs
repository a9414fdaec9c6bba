using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Segments;

/// <summary>A filter that was saved under a name, which is unique in the account without regard to case; the database holds that.</summary>
public sealed class Segment : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long SegmentId { get; init; }

    /// <summary>Name as it is shown.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Name as it is compared: <see cref="TextKey"/>.</summary>
    public required string NameKey { get; set; }

    /// <summary>The filter as it was written; it could be read when it was saved.</summary>
    public required string FilterText { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When its name or filter last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>Contacts that a filter found at one moment, written down.</summary>
public sealed class SegmentSnapshot : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long SegmentSnapshotId { get; init; }

    /// <summary>Segment that it was taken of; 0 for a filter. It may be gone.</summary>
    public long SegmentId { get; init; }

    /// <summary>The filter.</summary>
    public required string FilterText { get; init; }

    /// <summary>Contacts written down.</summary>
    public long ContactCount { get; set; }

    /// <summary>When it was taken, UTC.</summary>
    public DateTime CreateTime { get; init; }
}

/// <summary>A contact that is in a snapshot. Goes with the snapshot; it may name contacts that are deleted, which readers leave out.</summary>
public sealed class SegmentSnapshotMember : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The snapshot.</summary>
    public long SegmentSnapshotId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }
}
