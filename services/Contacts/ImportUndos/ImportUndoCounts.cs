using System.Collections.Immutable;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>Contacts dealt with, as of a committed piece.</summary>
/// <param name="Total">All that there are to deal with.</param>
/// <param name="Deleted">Deleted.</param>
/// <param name="Restored">As before.</param>
/// <param name="Partly">Partly as before.</param>
/// <param name="Unchanged">Were as before already.</param>
/// <param name="Left">Kept or failed, by reason.</param>
public sealed record ImportUndoCounts(long Total, long Deleted, long Restored, long Partly, long Unchanged, ImmutableSortedDictionary<string, long> Left)
{
    private static readonly string Gone = ContactsReasons.ContactNotFound.Name;

    /// <summary>Contacts that are gone.</summary>
    public long Failed => Left.GetValueOrDefault(Gone);

    /// <summary>Contacts that stay as they are.</summary>
    public long Kept => Left.Values.Sum() - Failed;

    /// <summary>The counts as stored.</summary>
    public static ImportUndoCounts Of(RunWork work, ImportUndoRow undo) =>
        new(work.Row.TotalCount, undo.DeletedCount, undo.RestoredCount, undo.PartlyRestoredCount, work.Row.UnchangedCount, work.Skipped.ToImmutableSortedDictionary());

    /// <summary>Counts one more contact that is left as it is.</summary>
    public ImportUndoCounts PlusLeft(string reason) => this with { Left = Left.SetItem(reason, Left.GetValueOrDefault(reason) + 1) };

    /// <summary>Shows them as the run's.</summary>
    public void CopyTo(RunWork work)
    {
        (work.Row.TotalCount, work.Row.ChangedCount, work.Row.UnchangedCount) = (Total, Deleted + Restored + Partly, Unchanged);
        work.Row.DoneCount = work.Row.ChangedCount + Unchanged + Left.Values.Sum();
        work.Skipped.Clear();
        foreach (var (reason, count) in Left)
        {
            work.Skip(reason, count);
        }
    }
}
