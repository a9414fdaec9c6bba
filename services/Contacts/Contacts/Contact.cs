using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>An operator's view of a record, with the numbers of contactplatform.contacts.v1.RecordState.</summary>
public enum RecordState : short
{
    /// <summary>In use.</summary>
    Active = 1,

    /// <summary>Out of use.</summary>
    Inactive = 2,
}

/// <summary>
/// A contact as stored. It always has an email or a phone; the email is unique in the account, and the phone among
/// those contacts of the account that have no email. The database holds both rules.
/// </summary>
public sealed class Contact : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long ContactId { get; init; }

    /// <summary>As <see cref="EmailAddress"/> normalises it; null when there is none.</summary>
    public string? Email { get; set; }

    /// <summary>As <see cref="PhoneNumber"/> normalises it; null when there is none.</summary>
    public string? Phone { get; set; }

    /// <summary>Given name; may be empty.</summary>
    public string GivenName
    {
        get;
        set => (field, GivenNameKey) = (value, TextKey.Of(value));
    } = "";

    /// <summary><see cref="TextKey"/> of the given name. This key and the next two are null only in rows from before there were keys; see ContactKeys.</summary>
    public string? GivenNameKey { get; private set; } = "";

    /// <summary>Family name; may be empty.</summary>
    public string FamilyName
    {
        get;
        set => (field, FamilyNameKey) = (value, TextKey.Of(value));
    } = "";

    /// <summary><see cref="TextKey"/> of the family name.</summary>
    public string? FamilyNameKey { get; private set; } = "";

    /// <summary>IANA name; empty when unknown.</summary>
    public string TimeZone { get; set; } = "";

    /// <summary>Whether the account counts the record as active.</summary>
    public RecordState RecordState { get; set; } = RecordState.Active;

    /// <summary>Where the contact came from; may be empty.</summary>
    public string Source
    {
        get;
        set => (field, SourceKey) = (value, TextKey.Of(value));
    } = "";

    /// <summary><see cref="TextKey"/> of the source.</summary>
    public string? SourceKey { get; private set; } = "";

    /// <summary>When the contact subscribed, UTC; null when unknown.</summary>
    public DateTime? SubscribedTime { get; set; }

    /// <summary>When it was unsubscribed, UTC; null while it is not. Only ResubscribeContact takes it away.</summary>
    public DateTime? UnsubscribedTime { get; set; }

    /// <summary>Subject of the operator who looks after it; may be empty.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Points collected by lead scoring.</summary>
    public int LeadScore { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it, its record state or its labels last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change of the record itself, so not with its labels; the etag.</summary>
    public long Version { get; set; } = 1;
}
