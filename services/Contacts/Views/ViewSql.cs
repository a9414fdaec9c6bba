using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Filters;

namespace ContactPlatform.Contacts.Views;

/// <summary>
/// The statements that sort a set of contacts by a column; made from a filter, like those of SegmentSql. Who has a value
/// and who has none are asked for apart: so the first can walk along the column's index, where it has one. The set is found
/// once and kept: PostgreSQL would take the few rows of a page for a reason to find it anew for every row that it passes.
/// </summary>
public static class ViewSql
{
    /// <summary>`@take` contacts with their values; behind `@value` and `@after`, unless from the beginning.</summary>
    /// <param name="query">The set.</param>
    /// <param name="order">What it is sorted by.</param>
    /// <param name="key">Parameter of the custom field; null for none.</param>
    /// <param name="descending">The other direction.</param>
    /// <param name="begin">True for the beginning.</param>
    /// <param name="sqlServer">The dialect.</param>
    public static string Valued(FilterQuery query, ColumnOrder order, string? key, bool descending, bool begin, bool sqlServer)
    {
        var sign = Sign(descending);
        var behind = begin ? "" : $" AND o.{order.Column} {sign}= @value AND (o.{order.Column} {sign} @value OR o.contact_id {sign} @after)";
        return $"{Set(query, sqlServer)}SELECT {Top(sqlServer)}o.contact_id, o.{order.Column} FROM {order.Rows.Table} o WHERE {Own(order, key)}{behind} AND o.contact_id IN (SELECT s.contact_id FROM s) "
            + $"ORDER BY o.{order.Column}{Direction(descending)}, o.contact_id{Direction(descending)}{Limit(sqlServer)}";
    }

    /// <summary>`@take` contacts without a value; behind `@after`, unless from the beginning.</summary>
    public static string Missing(FilterQuery query, ColumnOrder order, string? key, bool descending, bool begin, bool sqlServer) =>
        $"{Set(query, sqlServer)}SELECT {Top(sqlServer)}c.contact_id FROM contacts c WHERE c.account_id = @account{(begin ? "" : $" AND c.contact_id {Sign(descending)} @after")} "
        + $"AND NOT EXISTS (SELECT 1 FROM {order.Rows.Table} o WHERE {Own(order, key)} AND o.contact_id = c.contact_id) AND c.contact_id IN (SELECT s.contact_id FROM s) "
        + $"ORDER BY c.contact_id{Direction(descending)}{Limit(sqlServer)}";

    private static string Own(ColumnOrder order, string? key) =>
        $"o.account_id = @account{(key is null ? "" : $" AND o.{order.Rows.KeyColumn} = {key}")}{(order.CanBeNull ? $" AND o.{order.Column} IS NOT NULL" : "")}{(order.CanBeEmpty ? $" AND o.{order.Column} <> ''" : "")}";

    private static string Set(FilterQuery query, bool sqlServer) => $"WITH s AS {(sqlServer ? "" : "MATERIALIZED ")}(SELECT {query.Id} AS contact_id FROM {query.From} WHERE {query.Where}) ";

    private static string Sign(bool descending) => descending ? "<" : ">";

    private static string Direction(bool descending) => descending ? " DESC" : "";

    private static string Top(bool sqlServer) => sqlServer ? "TOP (@take) " : "";

    private static string Limit(bool sqlServer) => sqlServer ? " OPTION (RECOMPILE)" : " LIMIT @take";
}
