namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>How large templates and what is put into them may be.</summary>
public static class TemplateLimits
{
    /// <summary>Characters of a subject, before and after its variables are filled in.</summary>
    public const int Subject = 400;

    /// <summary>Characters of a text or an HTML template: what a request's 1 MiB leaves room for.</summary>
    public const int Body = 400_000;

    /// <summary>Characters of a text or an HTML with its variables filled in.</summary>
    public const int Rendered = 1_000_000;

    /// <summary>Characters of a variable's name.</summary>
    public const int Name = 80;

    /// <summary>Places in one template where a variable stands.</summary>
    public const int Places = 1_000;

    /// <summary>Links of one HTML template that clicks are told of.</summary>
    public const int Links = 500;

    /// <summary>Characters of a variable's value.</summary>
    public const int Value = 4_000;

    /// <summary>Variables that a request or one of its recipients gives.</summary>
    public const int Variables = 100;
}
