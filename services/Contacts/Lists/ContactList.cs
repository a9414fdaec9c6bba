using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Lists;

/// <summary>A static list as stored. Its name is unique among the account's lists without regard to case; the database holds that.</summary>
public sealed class ContactList : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long ContactListId { get; init; }

    /// <summary>Name as it is shown; in the form of labels' names.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Name as it is compared: <see cref="Labels.LabelName.Key"/>.</summary>
    public required string NameKey { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When its name last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change of the name; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>Says that a contact is on a list. Goes with either of them.</summary>
public sealed class ContactListMember : IAccountOwned
{
    /// <summary>The account of both.</summary>
    public long AccountId { get; init; }

    /// <summary>The list.</summary>
    public long ContactListId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>When it was put there, UTC.</summary>
    public DateTime AddTime { get; init; }
}
