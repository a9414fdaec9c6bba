using ContactPlatform.Contacts.Filters;

namespace ContactPlatform.Contacts.Segments;

/// <summary>
/// The statements that ask for a set of contacts. They are made from a filter, so they are no SqlText; tests read the
/// T-SQL of random filters with Microsoft's parser instead.
/// </summary>
public static class SegmentSql
{
    /// <summary>Members that are walked along for each contact of a page: some milliseconds, lost where too few of them fulfil the rest.</summary>
    private const int Walked = 5;

    /// <summary>How many there are.</summary>
    public static string Count(FilterQuery query, bool sqlServer) => sqlServer
        ? $"SELECT COUNT_BIG(*) FROM {query.From} WHERE {query.Where} OPTION (RECOMPILE)"
        : $"SELECT COUNT(*) FROM {query.From} WHERE {query.Where}";

    /// <summary>The ids behind `@after`, `@take` of them; of a query that was compiled for pages.</summary>
    public static string Page(FilterQuery query, bool sqlServer) => sqlServer
        ? $"SELECT TOP (@take) {query.Id} FROM {query.From} WHERE {query.Where} AND {query.Id} > @after ORDER BY {query.Id} OPTION (RECOMPILE)"
        : query.Walk is { } walk ? Page(query, walk)
        : $"SELECT {query.Id} FROM {query.From} WHERE {query.Where} AND {query.Id} > @after ORDER BY {query.Id} LIMIT @take";

    /// <summary>Walks for the page; finds it as the database thinks best when it is not full by then, and more members are left.</summary>
    private static string Page(FilterQuery query, FilterWalk walk) =>
        $"""
        WITH d AS MATERIALIZED (SELECT {walk.Id} AS contact_id FROM {walk.From} WHERE {walk.Where} AND {walk.Id} > @after ORDER BY {walk.Id} LIMIT {Walked} * @take),
        w AS MATERIALIZED (SELECT d.contact_id FROM d WHERE {walk.Holds} ORDER BY d.contact_id LIMIT @take),
        short AS MATERIALIZED (SELECT (SELECT COUNT(*) FROM w) < @take AND (SELECT COUNT(*) FROM d) = {Walked} * @take AS yes)
        SELECT p.contact_id FROM (
          SELECT w.contact_id FROM w WHERE NOT (SELECT yes FROM short)
          UNION ALL
          (SELECT {query.Id} FROM {query.From} WHERE {query.Where} AND {query.Id} > @after AND (SELECT yes FROM short) ORDER BY {query.Id} LIMIT @take)) p
        ORDER BY p.contact_id
        """;

    /// <summary>All ids, ascending.</summary>
    public static string All(FilterQuery query, bool sqlServer) => $"SELECT {query.Id} FROM {query.From} WHERE {query.Where} ORDER BY {query.Id}{Recompile(sqlServer)}";

    /// <summary>Those of the contacts `@ids`, ascending.</summary>
    public static string Among(FilterQuery query, bool sqlServer) =>
        $"SELECT {query.Id} FROM {query.From} WHERE {query.Where} AND {query.Id} {(sqlServer ? "IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))" : "= ANY(@ids)")} ORDER BY {query.Id}{Recompile(sqlServer)}";

    /// <summary>Writes all ids into `@snapshot`.</summary>
    public static string Freeze(FilterQuery query, bool sqlServer) =>
        $"INSERT INTO segment_snapshot_members (account_id, segment_snapshot_id, contact_id) SELECT @account, @snapshot, {query.Id} FROM {query.From} WHERE {query.Where}{Recompile(sqlServer)}";

    private static string Recompile(bool sqlServer) => sqlServer ? " OPTION (RECOMPILE)" : "";
}
