using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Funnel.Conflicts;

/// <summary>
/// Finds rules that claim the same contacts for different stages. The members of several labels are read side by side, each
/// ascending, so that all claims on a contact are seen at once and nothing but counts and samples is kept.
/// </summary>
public sealed class ConflictFinder(LabelMembers members)
{
    /// <summary>Rules compared in one call.</summary>
    public const int MaximumRules = 100;

    /// <summary>Contacts named for a pair.</summary>
    public const int SampleSize = 20;

    /// <summary>Labels read side by side. Each holds a connection to Contacts' database, so more than twice as many are read in several passes.</summary>
    public const int LabelsInBlock = 8;

    /// <summary>Compares rules pair by pair.</summary>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async Task<IReadOnlyList<LabelRuleConflict>> FindAsync(long account, IReadOnlyList<LabelRuleRow> rules, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(LabelRuleRow First, LabelRuleRow Second), LabelRuleConflict>();
        foreach (var labels in Passes([.. rules.Select(r => r.LabelId).Distinct().Order()]))
        {
            var pass = new ConflictPass([.. rules.Where(r => labels.Contains(r.LabelId)).GroupBy(r => r.LabelId, (_, same) => same.ToArray())]);
            var readers = pass.Labels.Select(label => ReadAsync(account, label, cancellationToken).GetAsyncEnumerator(cancellationToken)).ToList();
            try
            {
                await pass.RunAsync(readers);
            }
            finally
            {
                foreach (var reader in readers)
                {
                    await reader.DisposeAsync();
                }
            }
            // A pair whose labels come together in several passes is the same pair each time.
            foreach (var (pair, conflict) in pass.Found)
            {
                found[pair] = conflict;
            }
        }
        return [.. found.Values.OrderByDescending(c => c.ContactCount).ThenBy(c => c.FirstLabelRuleId).ThenBy(c => c.SecondLabelRuleId)];
    }

    /// <summary>Sets of labels so small that they can be read side by side, in which every two labels come together at least once.</summary>
    public static IEnumerable<long[]> Passes(long[] labels)
    {
        if (labels.Length <= 2 * LabelsInBlock)
        {
            return [labels];
        }
        var blocks = labels.Chunk(LabelsInBlock).ToList();
        return blocks.SelectMany((first, i) => blocks.Skip(i + 1).Select(second => (long[])[.. first, .. second]));
    }

    /// <summary>The members of a label; none when it is gone.</summary>
    private async IAsyncEnumerable<long[]> ReadAsync(long account, long label, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var chunks = members.ChunksAsync(account, label, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await chunks.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (RefusalException e) when (e.Refusal.Reason == FunnelReasons.LabelNotFound)
            {
                yield break;
            }
            yield return chunks.Current;
        }
    }
}
