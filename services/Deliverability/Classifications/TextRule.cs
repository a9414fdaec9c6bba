using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>A mail service or program whose wording the rules know.</summary>
/// <param name="Name">Short name, part of the ids of its rules.</param>
/// <param name="Source">Where its wording is published.</param>
/// <param name="Marks">
/// Any of these in the diagnostic, or in the name of the server that said it, shows that it is this one. None: its rules
/// are tried on every text, since a program's wording is met on hosts of any name.
/// </param>
/// <param name="Rules">What its wording means, in order.</param>
public sealed record MailSystem(string Name, string Source, string[] Marks, TextRule[] Rules);

/// <summary>One rule about a text.</summary>
/// <param name="Name">Unique within its system.</param>
/// <param name="Class">What it means.</param>
/// <param name="Words">
/// It fits a text that has any of these, in lower case, blanks folded to one; `*` stands for anything between two parts.
/// </param>
public sealed record TextRule(string Name, FailureClass Class, params string[] Words)
{
    private readonly string[][] parts = Array.ConvertAll(Words, w => w.Split('*'));

    /// <summary>True when the rule fits a folded text.</summary>
    public bool Fits(string folded)
    {
        foreach (var wanted in parts)
        {
            if (Has(folded, wanted))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Has(string folded, string[] wanted)
    {
        var at = 0;
        foreach (var part in wanted)
        {
            var found = folded.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }
            at = found + part.Length;
        }
        return true;
    }
}
