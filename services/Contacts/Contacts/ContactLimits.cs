namespace ContactPlatform.Contacts.Contacts;

/// <summary>Limits of contact.proto, in characters or entries.</summary>
public static class ContactLimits
{
    /// <summary>Given name, family name, source and owner.</summary>
    public const int Text = 200;

    /// <summary>Labels named at creation.</summary>
    public const int Labels = 100;

    /// <summary>Ids in BatchGetContacts.</summary>
    public const int BatchGet = 1000;
}
