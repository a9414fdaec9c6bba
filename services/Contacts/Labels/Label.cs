using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Labels;

/// <summary>A label as stored. Its name is unique in the account without regard to case; the database holds that.</summary>
public sealed class Label : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long LabelId { get; init; }

    /// <summary>Name as it is shown.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Name as it is compared: <see cref="LabelName.Key"/>.</summary>
    public required string NameKey { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When its name last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change of the name; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>Says that a contact carries a label. Goes with either of them.</summary>
public sealed class LabelMember : IAccountOwned
{
    /// <summary>The account of both.</summary>
    public long AccountId { get; init; }

    /// <summary>The label.</summary>
    public long LabelId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }
}
