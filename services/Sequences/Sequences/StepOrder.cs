using System.Globalization;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>
/// All steps that a sequence has or had, in order, so that a contact keeps its place when steps come and go: next for it is
/// the first present step behind the last one that it did, whether that one is still there or not. Steps never change places.
/// </summary>
public sealed class StepOrder
{
    private readonly Dictionary<long, int> places;

    private StepOrder(IReadOnlyList<long> ids)
    {
        Ids = ids;
        places = ids.Index().ToDictionary(i => i.Item, i => i.Index);
    }

    /// <summary>All steps in order.</summary>
    public IReadOnlyList<long> Ids { get; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static StepOrder Read(string text) =>
        new([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture))]);

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', Ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    /// <summary>True when those of the steps that are known here stand in the order that they had.</summary>
    public bool Keeps(IEnumerable<long> steps)
    {
        var known = steps.Where(places.ContainsKey).Select(id => places[id]).ToList();
        return known.Zip(known.Skip(1)).All(p => p.First < p.Second);
    }

    /// <summary>
    /// The order after a change. A new step stands right behind the one before it, so before removed ones: what takes the
    /// place of a step that somebody has done is not next for that contact.
    /// </summary>
    /// <param name="steps">All present steps in their new order, new ones among them; they keep the order.</param>
    public StepOrder With(IReadOnlyList<long> steps)
    {
        var (merged, old) = (new List<long>(Ids.Count + steps.Count), 0);
        foreach (var id in steps)
        {
            if (places.TryGetValue(id, out var place))
            {
                merged.AddRange(Ids.Skip(old).Take(place - old + 1));
                old = place + 1;
            }
            else
            {
                merged.Add(id);
            }
        }
        merged.AddRange(Ids.Skip(old));
        return new(merged);
    }

    /// <summary>Whether one place comes before another; 0 is before the first step.</summary>
    public bool IsBefore(long stepId, long other) => stepId == 0 || places[stepId] < places[other];

    /// <summary>The present steps that a contact has still before it.</summary>
    /// <param name="steps">The present steps in order.</param>
    /// <param name="lastStepId">The last step that it did; 0 for none.</param>
    public IEnumerable<Step> Remaining(IEnumerable<Step> steps, long lastStepId)
    {
        var place = lastStepId == 0 ? -1 : places[lastStepId];
        return steps.Where(s => places[s.StepId] > place);
    }
}
