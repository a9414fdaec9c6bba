using System.Text;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Brings text of others to what can be stored: blanks for control characters, no broken characters, not too long.</summary>
public static class EventText
{
    /// <summary>Cleans a text and cuts it.</summary>
    public static string Clean(string? text, int maximum)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }
        var clean = new StringBuilder(Math.Min(text.Length, maximum));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > maximum)
            {
                break;
            }
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }
        return clean.ToString().Trim();
    }
}
