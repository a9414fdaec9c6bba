namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>How a variable's value is written where it stands.</summary>
public enum Escaping
{
    /// <summary>As it is: subjects and plain texts.</summary>
    None,

    /// <summary>With `&lt;`, `&gt;`, `&amp;` and quotes as HTML writes them.</summary>
    Html,

    /// <summary>Percent-encoded, as a part of a link's address.</summary>
    Url,
}

/// <summary>A piece of a template.</summary>
public abstract record TemplatePart
{
    private TemplatePart()
    {
    }

    /// <summary>Text that stands as it is.</summary>
    public sealed record Literal(string Text) : TemplatePart;

    /// <summary>A place for a variable's value.</summary>
    public sealed record Variable(string Name, Escaping Escaping) : TemplatePart;

    /// <summary>The address of a link whose clicks are told; its number is the place among the template's links, from 0.</summary>
    public sealed record Link(int Number) : TemplatePart;
}

/// <summary>A template that cannot be used, and why.</summary>
/// <param name="Position">Characters before the mistake.</param>
/// <param name="Problem">What is wrong and what is allowed.</param>
public sealed record TemplateFault(int Position, string Problem);
