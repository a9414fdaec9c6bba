using System.Collections.Frozen;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>What callers may set of a contact, in normal form.</summary>
/// <param name="Email">Email, or null.</param>
/// <param name="Phone">Phone, or null.</param>
/// <param name="GivenName">Given name.</param>
/// <param name="FamilyName">Family name.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="Source">Where the contact came from.</param>
/// <param name="SubscribedTime">When it subscribed, UTC.</param>
/// <param name="Owner">Who looks after it.</param>
public sealed record ContactValues(string? Email, string? Phone, string GivenName, string FamilyName, string TimeZone, string Source, DateTime? SubscribedTime, string Owner)
{
    /// <summary>The fields that an update mask can name, each with how it is taken over.</summary>
    public static readonly FrozenDictionary<string, Func<ContactValues, ContactValues, ContactValues>> Fields =
        new Dictionary<string, Func<ContactValues, ContactValues, ContactValues>>
        {
            ["email"] = (to, from) => to with { Email = from.Email },
            ["phone"] = (to, from) => to with { Phone = from.Phone },
            ["given_name"] = (to, from) => to with { GivenName = from.GivenName },
            ["family_name"] = (to, from) => to with { FamilyName = from.FamilyName },
            ["time_zone"] = (to, from) => to with { TimeZone = from.TimeZone },
            ["source"] = (to, from) => to with { Source = from.Source },
            ["subscribed_time"] = (to, from) => to with { SubscribedTime = from.SubscribedTime },
            ["owner"] = (to, from) => to with { Owner = from.Owner },
        }.ToFrozenDictionary();

    /// <summary>The values of a stored contact.</summary>
    public static ContactValues Of(Contact contact) => new(
        contact.Email, contact.Phone, contact.GivenName, contact.FamilyName, contact.TimeZone, contact.Source, contact.SubscribedTime, contact.Owner);

    /// <summary>Names of the fields in which these values differ from others, in ordinal order.</summary>
    public IEnumerable<string> Differing(ContactValues others) =>
        Fields.Where(f => f.Value(others, this) != others).Select(f => f.Key).Order(StringComparer.Ordinal);

    /// <summary>Puts the values into a contact.</summary>
    public void CopyTo(Contact contact)
    {
        (contact.Email, contact.Phone) = (Email, Phone);
        (contact.GivenName, contact.FamilyName) = (GivenName, FamilyName);
        (contact.TimeZone, contact.Source) = (TimeZone, Source);
        (contact.SubscribedTime, contact.Owner) = (SubscribedTime, Owner);
    }
}
