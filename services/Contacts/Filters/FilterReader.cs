using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.Labels;
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
        var labels = await LabelsAsync(filter, cancellationToken);
        // All of them, also for a name that is in none of the tables: the nearest may be one of these.
        var fields = filter.Clauses.Any(c => Dimensions.Find(c.Field) is null) ? await CustomFieldsAsync(cancellationToken) : [];
        var stage = filter.Clauses.Any(c => Dimensions.Find(c.Field)?.Rows == FilterRows.Stages)
            ? await db.FunnelDefaults.AsNoTracking().Select(d => (Common.V1.FunnelStage?)d.Stage).SingleOrDefaultAsync(cancellationToken) : null;
        return new(
            labels.ToDictionary(l => l.NameKey, l => l.LabelId), labels.ToDictionary(l => l.LabelId, l => l.DisplayName),
            fields.ToDictionary(f => f.Dimension.Name, f => f.Dimension), fields.ToDictionary(f => f.Dimension.Name, f => f.Id),
            stage ?? FunnelDefault.Initial, now);
    }

    private async Task<List<Label>> LabelsAsync(Filter filter, CancellationToken cancellationToken)
    {
        var named = filter.Clauses.Where(c => !c.Value.IsAny).ToLookup(c => Dimensions.Find(c.Field) is { Type: FilterType.Label } d ? d.IsLabelId() ? "id" : "name" : "");
        string[] keys = [.. named["name"].Select(c => TextKey.Of(c.Value.Text)).Distinct()];
        long[] ids = [.. named["id"].Select(c => long.TryParse(c.Value.Text, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : 0).Distinct()];
        return keys.Length + ids.Length == 0 ? []
            : await db.Labels.AsNoTracking().Where(l => keys.Contains(l.NameKey) || ids.Contains(l.LabelId)).ToListAsync(cancellationToken);
    }
}
