using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;

namespace ContactPlatform.Contacts.Imports;

/// <summary>A contact as a batch of rows finds it, or makes it, and changes it.</summary>
public sealed class ImportDraft
{
    private List<long>? carried;
    private SortedDictionary<string, string?>? before;
    private List<(long FieldId, FieldValue Value)>? has;
    private List<(long FieldId, FieldValue Value)>? set;

    /// <summary>Version of the record as it was found; 0 for a new contact.</summary>
    public long Version { get; init; }

    /// <summary>Since when it is unsubscribed, UTC; null while it is not.</summary>
    public DateTime? UnsubscribedTime { get; set; }

    /// <summary>Its id; 0 for a new contact until it is written.</summary>
    public long ContactId { get; set; }

    /// <summary>True when a row of this batch makes it.</summary>
    public bool IsNew { get; init; }

    /// <summary>Email; null when there is none.</summary>
    public string? Email { get; init; }

    /// <summary>Phone; null when there is none.</summary>
    public string? Phone { get; set; }

    /// <summary>Given name.</summary>
    public required string GivenName { get; set; }

    /// <summary>Family name.</summary>
    public required string FamilyName { get; set; }

    /// <summary>IANA name of the time zone.</summary>
    public required string TimeZone { get; set; }

    /// <summary>Where it came from.</summary>
    public required string Source { get; set; }

    /// <summary>When it subscribed, UTC.</summary>
    public DateTime? SubscribedTime { get; set; }

    /// <summary>Subject of the operator who looks after it.</summary>
    public required string Owner { get; set; }

    /// <summary>Stage named for it; the last row's.</summary>
    public FunnelStage Stage { get; set; }

    /// <summary>True when its own data, not only its labels, differ from what is stored.</summary>
    public bool DataChanged { get; private set; }

    /// <summary>Names of the fields that rows have changed, as in Contact.</summary>
    public IReadOnlyCollection<string> ChangedFields => before?.Keys ?? (IReadOnlyCollection<string>)[];

    /// <summary>What it had in those fields before the batch; null for nothing.</summary>
    public IReadOnlyDictionary<string, string?> Before => before ?? NothingBefore;

    /// <summary>Labels that it gains.</summary>
    public List<long> Gained { get; } = [];

    /// <summary>Values of custom fields that it gets, by the field's id.</summary>
    public IReadOnlyList<(long FieldId, FieldValue Value)> Set => set ?? [];

    /// <summary>What it had in a custom field before the batch; null for nothing.</summary>
    public FieldValue? HadBefore(long fieldId) => has?.Find(v => v.FieldId == fieldId).Value;

    /// <summary>Its data, as the rows leave it.</summary>
    public ContactValues Values => new(Email, Phone, GivenName, FamilyName, TimeZone, Source, SubscribedTime, Owner);

    /// <summary>What finds it.</summary>
    public string Key => Email ?? Phone!;

    /// <summary>Makes the contact that a row describes.</summary>
    public static ImportDraft New(ImportLine line)
    {
        var draft = OwnData(line);
        if (line.Custom.Count > 0)
        {
            draft.set = [.. line.Custom];
        }
        return draft;
    }

    private static ImportDraft OwnData(ImportLine line) => new()
    {
        IsNew = true,
        Email = line.Email.Length > 0 ? line.Email : null,
        Phone = line.Phone.Length > 0 ? line.Phone : null,
        GivenName = line.GivenName,
        FamilyName = line.FamilyName,
        TimeZone = line.TimeZone,
        Source = line.Source,
        SubscribedTime = line.SubscribedTime,
        Owner = line.Owner,
    };

    /// <summary>Notes a label that it carries already.</summary>
    public void Carries(long labelId) => (carried ??= []).Add(labelId);

    /// <summary>Notes what it has in a custom field already.</summary>
    public void Has(long fieldId, FieldValue value) => (has ??= []).Add((fieldId, value));

    /// <summary>Adds a label; false when it carries it already.</summary>
    public bool AddLabel(long labelId)
    {
        // A contact has few labels: looking through them is quicker than hashing.
        if (Gained.Contains(labelId) || carried?.Contains(labelId) == true)
        {
            return false;
        }
        Gained.Add(labelId);
        return true;
    }

    /// <summary>Takes over a row's values that are given and differ.</summary>
    /// <returns>True when something changed.</returns>
    public bool Apply(ImportLine line)
    {
        var changed = false;
        Phone = Newer("phone", Phone ?? "", line.Phone, ref changed) is { Length: > 0 } phone ? phone : null;
        GivenName = Newer("given_name", GivenName, line.GivenName, ref changed);
        FamilyName = Newer("family_name", FamilyName, line.FamilyName, ref changed);
        TimeZone = Newer("time_zone", TimeZone, line.TimeZone, ref changed);
        Source = Newer("source", Source, line.Source, ref changed);
        Owner = Newer("owner", Owner, line.Owner, ref changed);
        if (line.SubscribedTime is { } time && time != SubscribedTime)
        {
            Note("subscribed_time", SubscribedTime is { } earlier ? Clock.Write(earlier) : null);
            (SubscribedTime, changed) = (time, true);
        }
        foreach (var (fieldId, value) in line.Custom)
        {
            changed |= Put(fieldId, value);
        }
        DataChanged |= changed;
        return changed;
    }

    /// <summary>Sets a custom field; false when it has this value already.</summary>
    private bool Put(long fieldId, FieldValue value)
    {
        // Few again: looking through them is quicker than hashing.
        var at = set?.FindIndex(v => v.FieldId == fieldId) ?? -1;
        if (at >= 0)
        {
            var same = set![at].Value == value;
            set[at] = (fieldId, value);
            return !same;
        }
        if (has?.Contains((fieldId, value)) == true)
        {
            return false;
        }
        (set ??= []).Add((fieldId, value));
        return true;
    }

    private string Newer(string field, string current, string given, ref bool changed)
    {
        if (given.Length == 0 || given == current)
        {
            return current;
        }
        changed = true;
        Note(field, current.Length > 0 ? current : null);
        return given;
    }

    /// <summary>The first note counts: later ones are of what the batch itself has written.</summary>
    private void Note(string field, string? value) => (before ??= new(StringComparer.Ordinal)).TryAdd(field, value);

    private static readonly SortedDictionary<string, string?> NothingBefore = [];
}
