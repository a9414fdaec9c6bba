namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>
/// The statements of one table of the projection, and of the one aside, which has the same columns: `account_id`, `contact_id`, and
/// these. What is told of rows comes as JSON in `@rows`.
/// </summary>
/// <param name="Table">Its name; that of the one aside begins with `rebuilt_`.</param>
/// <param name="Key">What its key has besides the contact, with its type; null for nothing.</param>
/// <param name="Columns">Its other columns, with their types for PostgreSQL and SQL Server.</param>
/// <param name="Newer">Whether a row is newer than another, as a condition on the aliases `d` and `r`.</param>
internal sealed record SequencesProjectionSql(string Table, string? Key, (string Name, string Postgres, string SqlServer)[] Columns, string Newer)
{
    private string Keys => $"account_id, contact_id{(Key is null ? "" : $", {Key}")}";

    private string Values => string.Join(", ", Columns.Select(c => c.Name));

    private string Set => string.Join(", ", Columns.Select(c => $"{c.Name} = r.{c.Name}"));

    private string Same => $"r.account_id = d.account_id AND r.contact_id = d.contact_id{(Key is null ? "" : $" AND r.{Key} = d.{Key}")}";

    private string KeyOfRow => Key is null ? "" : $", r.{Key}";

    private string Rows => $"json_to_recordset(@rows::json) AS r(account_id bigint, contact_id bigint{(Key is null ? "" : $", {Key} bigint")}, {string.Join(", ", Columns.Select(c => $"{c.Name} {c.Postgres}"))})";

    private string JsonRows => $"OPENJSON(@rows) WITH (account_id bigint, contact_id bigint{(Key is null ? "" : $", {Key} bigint")}, {string.Join(", ", Columns.Select(c => $"{c.Name} {c.SqlServer}"))}) AS r";

    private string FromRow => string.Join(", ", Columns.Select(c => c.Postgres == "timestamp" ? $"r.{c.Name} AT TIME ZONE 'UTC'" : $"r.{c.Name}"));

    private string Plain => string.Join(", ", Columns.Select(c => $"r.{c.Name}"));

    /// <summary>Writes what is told. Shared, a contact cannot go before its row is there, and takes it along when it goes after.</summary>
    public (string Postgres, string SqlServer) Put() => (
        $"""
        INSERT INTO {Table} AS d ({Keys}, {Values})
        SELECT c.account_id, c.contact_id{KeyOfRow}, {FromRow} FROM {Rows}
        CROSS JOIN LATERAL (SELECT account_id, contact_id FROM contacts WHERE account_id = r.account_id AND contact_id = r.contact_id LIMIT 1 FOR KEY SHARE) AS c
        {Conflict()}
        """,
        $"""
        SET NOCOUNT ON;
        UPDATE d SET {Set} FROM {Table} AS d JOIN {JsonRows} ON {Same} WHERE {Newer};
        INSERT INTO {Table} ({Keys}, {Values})
        SELECT r.account_id, r.contact_id{KeyOfRow}, {Plain}
        FROM {JsonRows} JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
        WHERE NOT EXISTS (SELECT 1 FROM {Table} AS d WITH (UPDLOCK, HOLDLOCK) WHERE {Same});
        """);

    /// <summary>The same aside, whether the contacts are there or not.</summary>
    public (string Postgres, string SqlServer) PutRebuilt() => (
        $"""
        INSERT INTO rebuilt_{Table} AS d ({Keys}, {Values}) SELECT r.account_id, r.contact_id{KeyOfRow}, {FromRow} FROM {Rows}
        {Conflict()}
        """,
        $"""
        SET NOCOUNT ON;
        UPDATE d SET {Set} FROM rebuilt_{Table} AS d JOIN {JsonRows} ON {Same} WHERE {Newer};
        INSERT INTO rebuilt_{Table} ({Keys}, {Values})
        SELECT r.account_id, r.contact_id{KeyOfRow}, {Plain} FROM {JsonRows} WHERE NOT EXISTS (SELECT 1 FROM rebuilt_{Table} AS d WHERE {Same});
        """);

    /// <summary>Empties the table aside.</summary>
    public string Empty() => $"TRUNCATE TABLE rebuilt_{Table}";

    /// <summary>Lets the database count the rows aside.</summary>
    public (string Postgres, string SqlServer) CountRebuilt() => ($"ANALYZE rebuilt_{Table}", $"UPDATE STATISTICS rebuilt_{Table}");

    /// <summary>Lets the database count the rows.</summary>
    public (string Postgres, string SqlServer) Count() => ($"ANALYZE {Table}", $"UPDATE STATISTICS {Table}");

    /// <summary>Takes away what is not aside.</summary>
    public string MendGone() => $"DELETE FROM {Table} WHERE NOT EXISTS (SELECT 1 FROM rebuilt_{Table} AS r WHERE {Same.Replace("d.", $"{Table}.", StringComparison.Ordinal)})";

    /// <summary>Puts right what differs.</summary>
    public (string Postgres, string SqlServer) MendWrong() => (
        $"UPDATE {Table} AS d SET {Set} FROM rebuilt_{Table} AS r WHERE {Same} AND ({Of("d")}) IS DISTINCT FROM ({Plain})",
        $"UPDATE d SET {Set} FROM {Table} AS d JOIN rebuilt_{Table} AS r ON {Same} WHERE EXISTS (SELECT {Of("d")} EXCEPT SELECT {Plain})");

    /// <summary>Adds what is missing, of contacts that exist.</summary>
    public (string Postgres, string SqlServer) MendMissing() => (
        $"""
        INSERT INTO {Table} ({Keys}, {Values})
        SELECT r.account_id, r.contact_id{KeyOfRow}, {Plain} FROM rebuilt_{Table} AS r JOIN contacts AS c ON c.account_id = r.account_id AND c.contact_id = r.contact_id
        WHERE NOT EXISTS (SELECT 1 FROM {Table} AS d WHERE {Same})
        FOR KEY SHARE OF c
        """,
        $"""
        INSERT INTO {Table} ({Keys}, {Values})
        SELECT r.account_id, r.contact_id{KeyOfRow}, {Plain} FROM rebuilt_{Table} AS r
        JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
        WHERE NOT EXISTS (SELECT 1 FROM {Table} AS d WHERE {Same})
        """);

    private string Of(string row) => string.Join(", ", Columns.Select(c => $"{row}.{c.Name}"));

    private string Conflict() =>
        $"ON CONFLICT ({Keys}) DO UPDATE SET {string.Join(", ", Columns.Select(c => $"{c.Name} = excluded.{c.Name}"))} WHERE {Newer.Replace("r.", "excluded.", StringComparison.Ordinal)}";
}
