using System.Data.Common;
using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace ContactPlatform.Contacts.Views;

/// <summary>Reads pages of views, each in one snapshot of the database.</summary>
public sealed class ViewReads(ContactsDbContext db, ContactSets sets, SegmentReads segments, ViewStore views, ContactRowStore rows, IOptions<SegmentOptions> options)
{
    /// <summary>Reads a page.</summary>
    /// <exception cref="RefusalException">VIEW_NOT_FOUND, INVALID_FIELD, LIMIT_EXCEEDED, PAGE_TOKEN_INVALID, FILTER_TOO_SLOW.</exception>
    public async Task<V1.ListViewRowsResponse> PageAsync(long viewId, int size, string pageToken, CancellationToken cancellationToken)
    {
        await using var transaction = await sets.BeginAsync(cancellationToken);
        var (view, columns, order) = await views.ShapeAsync(viewId, cancellationToken);
        var found = await sets.FindAsync(new() { SegmentId = view.SegmentId }, cancellationToken, paged: order.IsById);
        // A custom field that was made anew under the same key is another one.
        var binding = BoundToken.Binding("ListViewRows", view.ViewId, order.ToString(), order.Column.Order!.Key ?? 0, found.Binding);
        var place = ViewPlace.Read(pageToken, binding, order.Column.Type);
        var places = order.IsById
            ? [.. (await segments.IdsAsync(transaction, found, place.ContactId, size + 1, cancellationToken)).Select(id => new ViewPlace(id, null))]
            : await ContactSets.WithinAsync(options.Value.TimeoutSeconds, () => SortedAsync(transaction, found.Query, order, place, size + 1, cancellationToken));
        return await ShowAsync(columns, places, size, binding, cancellationToken);
    }

    private async Task<V1.ListViewRowsResponse> ShowAsync(IReadOnlyList<ContactColumn> columns, List<ViewPlace> places, int size, string binding, CancellationToken cancellationToken)
    {
        var reply = new V1.ListViewRowsResponse { Columns = { columns.Select(ColumnProto.ToProto) } };
        var parts = ColumnTable.Parts(columns);
        long[] ids = [.. places.Take(size).Select(p => p.ContactId)];
        // In the same snapshot: each of them is there.
        var byId = (await ContactSets.WithinAsync(options.Value.TimeoutSeconds, () => rows.ReadAsync(ids, parts, cancellationToken))).ToDictionary(r => r.Contact.ContactId);
        var bytes = 0;
        foreach (var id in ids)
        {
            var row = new V1.ViewRow { ContactId = id, Cells = { columns.Select(c => c.Cell(byId[id])) } };
            if ((bytes += row.CalculateSize()) > ViewLimits.PageBytes && reply.Rows.Count > 0)
            {
                break;
            }
            reply.Rows.Add(row);
        }
        if (reply.Rows.Count < places.Count)
        {
            reply.NextPageToken = places[reply.Rows.Count - 1].ToToken(binding);
        }
        return reply;
    }

    private async Task<List<ViewPlace>> SortedAsync(IDbContextTransaction transaction, FilterQuery query, ViewOrder order, ViewPlace after, int count, CancellationToken cancellationToken)
    {
        var (by, descending) = (order.Column.Order!, order.Descending);
        var key = by.Key is { } field ? query.Parameters.Add(field) : null;
        var places = new List<ViewPlace>();
        var begin = after == ViewPlace.Start;
        if (begin || after.Value is not null)
        {
            await using var valued = Command(ViewSql.Valued(query, by, key, descending, begin, db.IsSqlServer), begin ? null : after);
            await ReadAsync(valued, reader => Value(reader, order.Column.Type));
            begin = true;
        }
        if (by.CanBeMissing && places.Count < count)
        {
            await using var missing = Command(ViewSql.Missing(query, by, key, descending, begin, db.IsSqlServer), begin ? null : after);
            await ReadAsync(missing, _ => null);
        }
        return places;

        DbCommand Command(string sql, ViewPlace? behind)
        {
            var command = sets.Command(transaction, sql, query.Parameters, options.Value.TimeoutSeconds).With("take", count - places.Count);
            if (behind is not null)
            {
                command.With("after", behind.ContactId);
            }
            return behind?.Value is { } value ? command.With("value", value) : command;
        }

        async Task ReadAsync(DbCommand command, Func<DbDataReader, object?> value)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                places.Add(new(reader.GetInt64(0), value(reader)));
            }
        }
    }

    /// <summary>The value of a row as a token holds it and a statement takes it.</summary>
    private static object Value(DbDataReader reader, FilterType type) => type switch
    {
        FilterType.Date => DateOnly.FromDateTime(reader.GetDateTime(1)),
        FilterType.Time => DateTime.SpecifyKind(reader.GetDateTime(1), DateTimeKind.Utc),
        FilterType.Number => Convert.ToDecimal(reader.GetValue(1), System.Globalization.CultureInfo.InvariantCulture),
        _ => reader.GetString(1),
    };
}
