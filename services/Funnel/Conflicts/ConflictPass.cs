using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.V1;

namespace ContactPlatform.Funnel.Conflicts;

/// <summary>Merges the members of a few labels and counts, for each two rules of different stages, the contacts that both claim.</summary>
/// <param name="rules">The rules of each label, one entry a label.</param>
public sealed class ConflictPass(IReadOnlyList<LabelRuleRow[]> rules)
{
    /// <summary>The labels, in the order in which <see cref="RunAsync"/> wants their members.</summary>
    public IEnumerable<long> Labels => rules.Select(r => r[0].LabelId);

    /// <summary>The pairs with contacts in common; the rule with the lower id comes first.</summary>
    public Dictionary<(LabelRuleRow First, LabelRuleRow Second), LabelRuleConflict> Found { get; } = [];

    /// <summary>Reads all members, each label's ascending and in pieces that are not empty.</summary>
    public async Task RunAsync(IReadOnlyList<IAsyncEnumerator<long[]>> members)
    {
        var positions = new int[members.Count];
        var next = new PriorityQueue<int, long>(members.Count);
        for (var label = 0; label < members.Count; label++)
        {
            if (await members[label].MoveNextAsync())
            {
                next.Enqueue(label, members[label].Current[0]);
            }
        }
        var carried = new List<int>(members.Count);
        while (next.TryPeek(out _, out var contact))
        {
            carried.Clear();
            while (next.TryPeek(out var label, out var id) && id == contact)
            {
                carried.Add(label);
                if (++positions[label] < members[label].Current.Length || await NextPieceAsync(label))
                {
                    next.DequeueEnqueue(label, members[label].Current[positions[label]]);
                }
                else
                {
                    next.Dequeue();
                }
            }
            Claim(contact, carried);
        }

        async ValueTask<bool> NextPieceAsync(int label)
        {
            positions[label] = 0;
            return await members[label].MoveNextAsync();
        }
    }

    private void Claim(long contact, List<int> labels)
    {
        if (labels.Count == 1 && rules[labels[0]].Length == 1)
        {
            return;
        }
        var claims = labels.SelectMany(label => rules[label]).OrderBy(r => r.LabelRuleId).ToList();
        for (var i = 0; i < claims.Count; i++)
        {
            for (var j = i + 1; j < claims.Count; j++)
            {
                if (claims[i].Stage != claims[j].Stage)
                {
                    Count(claims[i], claims[j], contact);
                }
            }
        }
    }

    private void Count(LabelRuleRow first, LabelRuleRow second, long contact)
    {
        if (!Found.TryGetValue((first, second), out var conflict))
        {
            Found[(first, second)] = conflict = new()
            {
                FirstLabelRuleId = first.LabelRuleId,
                FirstStage = first.Stage,
                SecondLabelRuleId = second.LabelRuleId,
                SecondStage = second.Stage,
            };
        }
        conflict.ContactCount++;
        if (conflict.SampleContactIds.Count < ConflictFinder.SampleSize)
        {
            conflict.SampleContactIds.Add(contact);
        }
    }
}
