using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Contacts.Imports;

/// <summary>What a batch of rows makes of its contacts.</summary>
public sealed class ImportOutcome
{
    /// <summary>Contacts to create, in the order of the file.</summary>
    public List<ImportDraft> Created { get; } = [];

    /// <summary>Contacts that were there and whose own data or labels change.</summary>
    public HashSet<ImportDraft> Changed { get; } = [];

    /// <summary>Contacts for which a stage is named.</summary>
    public HashSet<ImportDraft> Staged { get; } = [];

    /// <summary>Refused rows.</summary>
    public List<(ImportLine Line, IReadOnlyList<LineProblem> Problems)> Refused { get; } = [];

    /// <summary>Rows that made a contact.</summary>
    public int CreatedRows => Created.Count;

    /// <summary>Rows that changed a contact.</summary>
    public int UpdatedRows { get; set; }

    /// <summary>Rows that found their contact as it already was.</summary>
    public int UnchangedRows { get; set; }

    /// <summary>Rows whose unsubscribed address no contact has.</summary>
    public int RememberedRows { get; set; }

    /// <summary>Contacts that come in as unsubscribed, or become it.</summary>
    public List<long> Unsubscribed { get; } = [];
}

/// <summary>
/// Decides what rows do to contacts. No row touches the record state, nor anything else that says whether a contact may
/// be written to: an import can only add to what is known of somebody.
/// </summary>
/// <param name="plan">What the import is to do.</param>
/// <param name="labelsHeader">Header of the column with labels, for problems.</param>
public sealed class ImportDecisions(ImportPlan plan, string labelsHeader)
{
    /// <summary>Decides about the rows of a batch, in the order of the file: later rows see what earlier ones did.</summary>
    /// <param name="lines">The rows.</param>
    /// <param name="known">The contacts that exist, by key; contacts that rows make are added.</param>
    /// <param name="labelIds">Ids of the labels that exist or may be made, by key.</param>
    /// <param name="seen">Says whether an earlier batch of a dry run would have made this key's contact.</param>
    /// <param name="erased">Says whether this email or phone was erased.</param>
    public ImportOutcome Decide(IReadOnlyList<ImportLine> lines, IDictionary<string, ImportDraft> known, IReadOnlyDictionary<string, long> labelIds, Func<string, bool> seen, Func<string, bool> erased)
    {
        var outcome = new ImportOutcome();
        foreach (var line in lines)
        {
            if (line.Problems.Count > 0)
            {
                outcome.Refused.Add((line, line.Problems));
                continue;
            }
            var exists = known.TryGetValue(line.Key, out var draft);
            if (!exists && seen(line.Key))
            {
                // Nothing of it was written, so what an update would change cannot be told.
                (exists, draft) = (true, null);
            }
            if ((Problem(line, exists, labelIds) ?? Erased(line, exists, draft, erased)) is { } problem)
            {
                outcome.Refused.Add((line, [problem]));
            }
            else if (!exists)
            {
                draft = ImportDraft.New(line);
                known.Add(line.Key, draft);
                outcome.Created.Add(draft);
                Follow(line, draft, labelIds, outcome);
            }
            else if (draft is null)
            {
                outcome.UpdatedRows++;
            }
            else if (draft.Apply(line) | Follow(line, draft, labelIds, outcome))
            {
                outcome.UpdatedRows++;
                if (!draft.IsNew)
                {
                    outcome.Changed.Add(draft);
                }
            }
            else
            {
                outcome.UnchangedRows++;
            }
        }
        return outcome;
    }

    /// <summary>An address that is already stored, because it was let in or never belonged to the erased alone, is no problem.</summary>
    private static LineProblem? Erased(ImportLine line, bool exists, ImportDraft? draft, Func<string, bool> erased)
    {
        var email = !exists && line.Email.Length > 0 && erased(line.Email);
        var phone = line.Phone.Length > 0 && line.Phone != draft?.Phone && erased(line.Phone);
        return email || phone
            ? new(LineReasons.ContactErased, "", $"names {(email && phone ? "an email and a phone that were" : email ? "an email that was" : "a phone that was")} erased; ReadmitAddress lets {(email && phone ? "each" : "it")} in again")
            : null;
    }

    /// <summary>Refuses the rows whose choice in a field is one of those that are gone.</summary>
    public static void RefuseGone(IReadOnlyList<ImportLine> lines, long fieldId, string header, IReadOnlyCollection<string> gone)
    {
        foreach (var line in lines)
        {
            if (line.Custom.FirstOrDefault(v => v.FieldId == fieldId).Value is { Key: { } key } value && gone.Contains(key) && !line.Problems.Any(p => p.Field == header))
            {
                line.Problems = [.. line.Problems, new(LineReasons.InvalidField, header, $"is {FieldText.Shown(value.Text!)}, a choice that the field no longer has")];
            }
        }
    }

    private LineProblem? Problem(ImportLine line, bool exists, IReadOnlyDictionary<string, long> labelIds)
    {
        if (exists && plan.Mode == ImportMode.Create)
        {
            return new(LineReasons.ContactExists, "", "names a contact that exists, or that an earlier row makes; this import only creates");
        }
        if (!exists && plan.Mode == ImportMode.Update)
        {
            return new(LineReasons.ContactNotFound, "", "names a contact that does not exist; this import only updates");
        }
        return line.Labels.FirstOrDefault(l => !labelIds.ContainsKey(l.Key)) is { Key: not null } missing
            ? new(LineReasons.LabelNotFound, labelsHeader, $"names the label \"{missing.Value}\", which the account does not have")
            : null;
    }

    /// <summary>Adds what goes with a contact: labels and the stage. The stage is Funnel's, so whether it changes is not known here.</summary>
    /// <returns>True when the contact gains a label.</returns>
    private bool Follow(ImportLine line, ImportDraft draft, IReadOnlyDictionary<string, long> labelIds, ImportOutcome outcome)
    {
        var gained = false;
        foreach (var id in plan.Config.LabelIds)
        {
            gained |= draft.AddLabel(id);
        }
        foreach (var (key, _) in line.Labels)
        {
            gained |= draft.AddLabel(labelIds[key]);
        }
        var stage = line.Stage != FunnelStage.Unspecified ? line.Stage : plan.Config.Stage;
        if (stage != FunnelStage.Unspecified)
        {
            draft.Stage = stage;
            outcome.Staged.Add(draft);
        }
        return gained;
    }
}
