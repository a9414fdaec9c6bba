using System.Collections.Frozen;
using ContactPlatform.Common.V1;

namespace ContactPlatform.Contacts.Filters;

/// <summary>What of an account a filter can refer to, and what it means by now.</summary>
/// <param name="Labels">Ids of labels by <see cref="TextKey"/> of their name, those that the filter names.</param>
/// <param name="LabelIds">Names of labels by id, those that the filter names.</param>
/// <param name="Fields">Fields by name: custom fields.</param>
/// <param name="FieldIds">Ids of custom fields by that name.</param>
/// <param name="DefaultStage">Stage of contacts without one of their own.</param>
/// <param name="Now">The moment of the call, UTC.</param>
public sealed record FilterScope(
    IReadOnlyDictionary<string, long> Labels, IReadOnlyDictionary<long, string> LabelIds, IReadOnlyDictionary<string, Dimension> Fields,
    IReadOnlyDictionary<string, long> FieldIds, FunnelStage DefaultStage, DateTime Now)
{
    /// <summary>An account that has nothing.</summary>
    public static FilterScope Empty(DateTime now) => new(
        FrozenDictionary<string, long>.Empty, FrozenDictionary<long, string>.Empty, FrozenDictionary<string, Dimension>.Empty, FrozenDictionary<string, long>.Empty,
        FunnelStage.Aware, now);
}
