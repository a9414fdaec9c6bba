using System.Collections.Frozen;
using System.Text.Json;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Imports;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>Something before and after.</summary>
/// <param name="Before">Before the import; null for nothing.</param>
/// <param name="After">As the import left it.</param>
public sealed record Changed<T>(T? Before, T? After) where T : class;

/// <summary>What an import changed in the fields of one contact.</summary>
/// <param name="Fields">By name, as in Contact.</param>
/// <param name="Custom">By the custom field's id.</param>
public sealed record ImportChange(SortedDictionary<string, Changed<string>> Fields, SortedDictionary<long, Changed<FieldValue>> Custom)
{
    /// <summary>The fields that an import can change, each with how it is read and written as text; null for nothing. The email is what finds a contact.</summary>
    public static readonly FrozenDictionary<string, (Func<ContactValues, string?> Get, Func<ContactValues, string?, ContactValues> Set)> Texts =
        new Dictionary<string, (Func<ContactValues, string?>, Func<ContactValues, string?, ContactValues>)>
        {
            ["phone"] = (v => v.Phone, (v, text) => v with { Phone = text }),
            ["given_name"] = (v => Full(v.GivenName), (v, text) => v with { GivenName = text ?? "" }),
            ["family_name"] = (v => Full(v.FamilyName), (v, text) => v with { FamilyName = text ?? "" }),
            ["time_zone"] = (v => Full(v.TimeZone), (v, text) => v with { TimeZone = text ?? "" }),
            ["source"] = (v => Full(v.Source), (v, text) => v with { Source = text ?? "" }),
            ["subscribed_time"] = (v => v.SubscribedTime is { } time ? Clock.Write(time) : null, (v, text) => v with { SubscribedTime = text is null ? null : Clock.Read(text) }),
            ["owner"] = (v => Full(v.Owner), (v, text) => v with { Owner = text ?? "" }),
        }.ToFrozenDictionary();

    /// <summary>What a batch did to a contact that was there.</summary>
    public static ImportChange Of(ImportDraft draft)
    {
        var after = draft.Values;
        return new(
            new(draft.Before.ToDictionary(b => b.Key, b => new Changed<string>(b.Value, Texts[b.Key].Get(after)))),
            new(draft.Set.ToDictionary(s => s.FieldId, s => new Changed<FieldValue>(draft.HadBefore(s.FieldId), s.Value))));
    }

    /// <summary>What several batches did to one contact, one after the other.</summary>
    public static ImportChange Join(IEnumerable<ImportChange> changes)
    {
        var all = new ImportChange([], []);
        foreach (var change in changes)
        {
            foreach (var (name, changed) in change.Fields)
            {
                all.Fields[name] = all.Fields.TryGetValue(name, out var first) ? first with { After = changed.After } : changed;
            }
            foreach (var (id, changed) in change.Custom)
            {
                all.Custom[id] = all.Custom.TryGetValue(id, out var first) ? first with { After = changed.After } : changed;
            }
        }
        return all;
    }

    /// <summary>As it is stored.</summary>
    public string Write() => JsonSerializer.Serialize(this);

    /// <summary>As it was stored.</summary>
    public static ImportChange Read(string text) => JsonSerializer.Deserialize<ImportChange>(text)!;

    private static string? Full(string text) => text.Length > 0 ? text : null;
}
