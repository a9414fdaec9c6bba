using System.Collections.Frozen;
using ContactPlatform.Common.V1;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Labels or lists that a filter names.</summary>
/// <param name="Ids">Their ids by <see cref="TextKey"/> of their name.</param>
/// <param name="Names">Their names by id.</param>
public sealed record FilterNames(IReadOnlyDictionary<string, long> Ids, IReadOnlyDictionary<long, string> Names)
{
    /// <summary>None.</summary>
    public static readonly FilterNames None = new(FrozenDictionary<string, long>.Empty, FrozenDictionary<long, string>.Empty);
}

/// <summary>What of an account a filter can refer to, and what it means by now.</summary>
/// <param name="Labels">Labels, those that the filter names.</param>
/// <param name="Lists">Static lists, those that the filter names.</param>
/// <param name="Fields">Fields by name: custom fields.</param>
/// <param name="FieldIds">Ids of custom fields by that name.</param>
/// <param name="DefaultStage">Stage of contacts without one of their own.</param>
/// <param name="Now">The moment of the call, UTC.</param>
public sealed record FilterScope(
    FilterNames Labels, FilterNames Lists, IReadOnlyDictionary<string, Dimension> Fields, IReadOnlyDictionary<string, long> FieldIds, FunnelStage DefaultStage, DateTime Now)
{
    /// <summary>An account that has nothing.</summary>
    public static FilterScope Empty(DateTime now) => new(
        FilterNames.None, FilterNames.None, FrozenDictionary<string, Dimension>.Empty, FrozenDictionary<string, long>.Empty, FunnelStage.Aware, now);
}
