namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>How much of a message that somebody hands in is read. What is larger is refused before it is decoded.</summary>
public static class MailLimits
{
    /// <summary>Bytes of a message.</summary>
    public const int Message = 1 << 20;

    /// <summary>Bytes of one block of fields: a header, or a group of a report.</summary>
    public const int Header = 64 << 10;

    /// <summary>Fields of one block.</summary>
    public const int Fields = 500;

    /// <summary>Bytes of one unfolded field that are kept; the rest is dropped.</summary>
    public const int Field = 4 << 10;

    /// <summary>Parts of a message, counted over all levels.</summary>
    public const int Parts = 50;

    /// <summary>Levels of parts within parts.</summary>
    public const int Depth = 5;
}
