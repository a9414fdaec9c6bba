using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>
/// What a contact has in a custom field: exactly one of the values, by the field's type. No row: the contact has none.
/// Goes with its contact and with its field.
/// </summary>
public sealed class ContactFieldValue : IAccountOwned
{
    /// <summary>The account of both.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>The field.</summary>
    public long CustomFieldId { get; init; }

    /// <summary>Text or choice, as it is shown.</summary>
    public string? TextValue { get; set; }

    /// <summary>The same as it is compared: <see cref="TextKey"/>.</summary>
    public string? TextKey { get; set; }

    /// <summary>Number.</summary>
    public decimal? NumberValue { get; set; }

    /// <summary>Day.</summary>
    public DateOnly? DateValue { get; set; }

    /// <summary>True or false.</summary>
    public bool? BooleanValue { get; set; }
}
