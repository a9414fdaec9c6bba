namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>How large a transmission may be.</summary>
public static class TransmissionLimits
{
    /// <summary>Recipients: one question to Contacts, and one transaction.</summary>
    public const int Recipients = 1_000;

    /// <summary>Characters of a name.</summary>
    public const int Name = 200;

    /// <summary>Keys of the metadata.</summary>
    public const int Metadata = 20;

    /// <summary>Characters of a metadata key.</summary>
    public const int MetadataKey = 60;

    /// <summary>Characters of a metadata value.</summary>
    public const int MetadataValue = 500;

    /// <summary>Files.</summary>
    public const int Files = 10;

    /// <summary>Bytes of all files: what a request's 1 MiB leaves room for.</summary>
    public const int FileBytes = 700_000;

    /// <summary>Characters of a file's name.</summary>
    public const int FileName = 150;

    /// <summary>Recipients that a refusal names.</summary>
    public const int Named = 20;
}
