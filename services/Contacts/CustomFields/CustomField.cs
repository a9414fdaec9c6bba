using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>What a custom field holds, with the numbers of contactplatform.contacts.v1.CustomFieldType.</summary>
public enum CustomFieldType : short
{
    /// <summary>Text of one line.</summary>
    Text = 1,

    /// <summary>Decimal number, exact.</summary>
    Number = 2,

    /// <summary>Day of the calendar, without time or zone.</summary>
    Date = 3,

    /// <summary>True or false.</summary>
    Boolean = 4,

    /// <summary>One of the field's choices.</summary>
    Choice = 5,
}

/// <summary>A field that an account has added to its contacts. Its key is unique in the account and never changes, nor does its type.</summary>
public sealed class CustomField : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long CustomFieldId { get; init; }

    /// <summary>Name for programs, files and filters; see <see cref="CustomFieldKey"/>.</summary>
    public required string FieldKey { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; set; }

    /// <summary>What it holds.</summary>
    public CustomFieldType Type { get; init; }

    /// <summary>What a <see cref="CustomFieldType.Choice"/> allows, in the order in which people see it; empty for other types.</summary>
    public List<string> Choices { get; set; } = [];

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When its name or choices last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change of the name or the choices; the etag.</summary>
    public long Version { get; set; } = 1;
}
