using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Reads filters, and looks up what they name.</summary>
public sealed class FilterReader(ContactsDbContext db)
{
    private static readonly SqlText Labels = new(
        "SELECT label_id, name_key, display_name FROM labels WHERE account_id = @account AND (name_key = ANY(ARRAY(SELECT json_array_elements_text(@labels::json))) OR label_id = ANY(@label_ids))",
        """
        SELECT label_id, name_key, display_name FROM labels WHERE account_id = @account
          AND (name_key IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@labels)) OR label_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@label_ids)))
        """);

    private static readonly SqlText Lists = new(
        "SELECT contact_list_id, name_key, display_name FROM contact_lists WHERE account_id = @account AND (name_key = ANY(ARRAY(SELECT json_array_elements_text(@lists::json))) OR contact_list_id = ANY(@list_ids))",
        """
        SELECT contact_list_id, name_key, display_name FROM contact_lists WHERE account_id = @account
          AND (name_key IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@lists)) OR contact_list_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@list_ids)))
        """);

    private static readonly SqlText DefaultStage = new("SELECT stage FROM funnel_defaults WHERE account_id = @account");

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
        var (labels, lists, fields, stage, reads) = (new NamesFound(), new NamesFound(), new List<CustomField>(), FunnelDefault.Initial, new List<SqlRead>());
        var (labelNames, labelIds) = Named(filter, FilterType.Label);
        if (labelNames.Length + labelIds.Length > 0)
        {
            reads.Add(new(Labels, labels.Add));
        }
        var (listNames, listIds) = Named(filter, FilterType.List);
        if (listNames.Length + listIds.Length > 0)
        {
            reads.Add(new(Lists, lists.Add));
        }
        if (filter.Clauses.Any(c => Dimensions.Find(c.Field) is null))
        {
            // All of them, also for a name that is in none of the tables: the nearest may be one of these.
            reads.Add(new(CustomFieldRows.All, row => fields.Add(CustomFieldRows.Read(row))));
        }
        if (filter.Clauses.Any(c => Dimensions.Find(c.Field)?.Rows == FilterRows.Stages))
        {
            reads.Add(new(DefaultStage, row => stage = (Common.V1.FunnelStage)row.GetInt16(0)));
        }
        await db.ReadAsync(reads, command => command
            .With("labels", JsonSerializer.Serialize(labelNames)).WithIds("label_ids", labelIds).With("lists", JsonSerializer.Serialize(listNames)).WithIds("list_ids", listIds), cancellationToken);
        var dimensions = fields.OrderBy(f => f.FieldKey, StringComparer.Ordinal).Select(f => (Id: f.CustomFieldId, Dimension: Dimensions.Of(f))).ToList();
        return new(labels.Names, lists.Names, dimensions.ToDictionary(f => f.Dimension.Name, f => f.Dimension), dimensions.ToDictionary(f => f.Dimension.Name, f => f.Id), stage, now);
    }

    /// <summary>Keys of names, and ids, by which a filter names labels or lists.</summary>
    private static (string[] Names, long[] Ids) Named(Filter filter, FilterType type)
    {
        var byId = filter.Clauses.Where(c => !c.Value.IsAny && Dimensions.Find(c.Field)?.Type == type).ToLookup(c => Dimensions.Find(c.Field)!.ById, c => c.Value.Text);
        return ([.. byId[false].Select(TextKey.Of).Distinct()],
            [.. byId[true].Select(t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Distinct()]);
    }

    /// <summary>Labels or lists as they are read.</summary>
    private sealed class NamesFound
    {
        private readonly Dictionary<string, long> ids = [];
        private readonly Dictionary<long, string> names = [];

        public FilterNames Names => new(ids, names);

        public void Add(DbDataReader row)
        {
            ids.Add(row.GetString(1), row.GetInt64(0));
            names.Add(row.GetInt64(0), row.GetString(2));
        }
    }
}
