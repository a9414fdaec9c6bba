using System.Collections.Immutable;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Rows dealt with, as of a committed batch.</summary>
public sealed record ImportCounts(long Created, long Updated, long Unchanged, long Refused, long Remembered, long Unsubscribed, ImmutableSortedDictionary<string, long> RefusedByReason)
{
    /// <summary>None.</summary>
    public static readonly ImportCounts Zero = new(0, 0, 0, 0, 0, 0, ImmutableSortedDictionary<string, long>.Empty);

    /// <summary>All of them.</summary>
    public long Done => Created + Updated + Unchanged + Refused + Remembered;

    /// <summary>The counts as stored.</summary>
    public static ImportCounts Of(RunWork work, ImportRow import) =>
        new(import.CreatedCount, import.UpdatedCount, import.UnchangedCount, import.RefusedCount, import.RememberedCount, import.UnsubscribedCount, work.Skipped.ToImmutableSortedDictionary());

    /// <summary>Adds a batch. A row with several problems is counted by the first.</summary>
    public ImportCounts Plus(ImportOutcome outcome)
    {
        var byReason = RefusedByReason;
        foreach (var reason in outcome.Refused.GroupBy(r => r.Problems[0].Reason))
        {
            byReason = byReason.SetItem(reason.Key, byReason.GetValueOrDefault(reason.Key) + reason.Count());
        }
        return new(Created + outcome.CreatedRows, Updated + outcome.UpdatedRows, Unchanged + outcome.UnchangedRows, Refused + outcome.Refused.Count, Remembered + outcome.RememberedRows, Unsubscribed + outcome.Unsubscribed.Count, byReason);
    }

    /// <summary>Shows them as the run's.</summary>
    public void CopyTo(RunWork work)
    {
        (work.Row.DoneCount, work.Row.ChangedCount, work.Row.UnchangedCount) = (Done, Created + Updated + Remembered, Unchanged);
        work.Skipped.Clear();
        foreach (var (reason, count) in RefusedByReason)
        {
            work.Skip(reason, count);
        }
    }
}
