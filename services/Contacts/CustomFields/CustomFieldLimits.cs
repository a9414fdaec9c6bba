namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Limits of custom_field.proto, in entries, characters or digits.</summary>
public static class CustomFieldLimits
{
    /// <summary>Fields of an account.</summary>
    public const int Fields = 100;

    /// <summary>Characters in a display name or a choice.</summary>
    public const int Name = 100;

    /// <summary>Choices of a field.</summary>
    public const int Choices = 200;

    /// <summary>Characters in a text, in NFC. SQL Server's indexes take keys of 1,700 bytes, PostgreSQL's of 2,704.</summary>
    public const int Text = 400;

    /// <summary>Digits of a number.</summary>
    public const int Digits = 28;

    /// <summary>Digits of a number after the point.</summary>
    public const int Decimals = 10;
}
