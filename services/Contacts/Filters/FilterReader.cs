using System.Globalization;
using ContactPlatform.Contacts.FunnelProjection;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Reads filters, and looks up what they name.</summary>
public sealed class FilterReader(ContactsDbContext db)
{
    /// <summary>Reads a filter and gives it its meaning.</summary>
    /// <param name="text">The filter.</param>
    /// <param name="now">What `now` means in it, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">INVALID_FIELD with the position; LIMIT_EXCEEDED.</exception>
    public async Task<BoundFilter> ReadAsync(string text, DateTime now, CancellationToken cancellationToken)
    {
        var filter = FilterParser.Parse(text);
        return FilterBinder.Bind(filter, await ScopeAsync(filter, now, cancellationToken));
    }

    /// <summary>The account's custom fields as filters name them, by key.</summary>
    public async Task<IReadOnlyList<(long Id, Dimension Dimension)>> CustomFieldsAsync(CancellationToken cancellationToken) =>
        [.. (await db.CustomFields.AsNoTracking().OrderBy(f => f.FieldKey).ToListAsync(cancellationToken)).Select(f => (f.CustomFieldId, Dimensions.Of(f)))];

    private async Task<FilterScope> ScopeAsync(Filter filter, DateTime now, CancellationToken cancellationToken)
    {
        var (labelNames, labelIds) = Named(filter, FilterType.Label);
        var labels = labelNames.Length + labelIds.Length == 0 ? []
            : await db.Labels.AsNoTracking().Where(l => labelNames.Contains(l.NameKey) || labelIds.Contains(l.LabelId)).Select(l => new { Id = l.LabelId, l.NameKey, l.DisplayName }).ToListAsync(cancellationToken);
        var (listNames, listIds) = Named(filter, FilterType.List);
        var lists = listNames.Length + listIds.Length == 0 ? []
            : await db.ContactLists.AsNoTracking().Where(l => listNames.Contains(l.NameKey) || listIds.Contains(l.ContactListId)).Select(l => new { Id = l.ContactListId, l.NameKey, l.DisplayName }).ToListAsync(cancellationToken);
        // All of them, also for a name that is in none of the tables: the nearest may be one of these.
        var fields = filter.Clauses.Any(c => Dimensions.Find(c.Field) is null) ? await CustomFieldsAsync(cancellationToken) : [];
        var stage = filter.Clauses.Any(c => Dimensions.Find(c.Field)?.Rows == FilterRows.Stages)
            ? await db.FunnelDefaults.AsNoTracking().Select(d => (Common.V1.FunnelStage?)d.Stage).SingleOrDefaultAsync(cancellationToken) : null;
        return new(
            new(labels.ToDictionary(l => l.NameKey, l => l.Id), labels.ToDictionary(l => l.Id, l => l.DisplayName)),
            new(lists.ToDictionary(l => l.NameKey, l => l.Id), lists.ToDictionary(l => l.Id, l => l.DisplayName)),
            fields.ToDictionary(f => f.Dimension.Name, f => f.Dimension), fields.ToDictionary(f => f.Dimension.Name, f => f.Id),
            stage ?? FunnelDefault.Initial, now);
    }

    /// <summary>Keys of names, and ids, by which a filter names labels or lists.</summary>
    private static (string[] Names, long[] Ids) Named(Filter filter, FilterType type)
    {
        var byId = filter.Clauses.Where(c => !c.Value.IsAny && Dimensions.Find(c.Field)?.Type == type).ToLookup(c => Dimensions.Find(c.Field)!.ById, c => c.Value.Text);
        return ([.. byId[false].Select(TextKey.Of).Distinct()],
            [.. byId[true].Select(t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Distinct()]);
    }
}
