using System.Globalization;
using Npgsql;

namespace ContactPlatform.Testing;

/// <summary>Looks through a whole database for what should be gone.</summary>
public static class Traces
{
    /// <summary>Finds the columns, of text or of bytes, in which a text occurs, whatever its case.</summary>
    /// <param name="database">The database.</param>
    /// <param name="text">ASCII, with no character that LIKE knows.</param>
    /// <returns>`table.column` of each, with the number of rows.</returns>
    public static async Task<List<string>> FindAsync(TestDatabase database, string text)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        var columns = new List<(string Table, string Column, bool Bytes)>();
        await using (var command = new NpgsqlCommand("SELECT table_name, column_name, data_type = 'bytea' FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'character', 'bytea', 'json', 'jsonb', 'ARRAY')", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                columns.Add((reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
            }
        }
        var found = new List<string>();
        foreach (var (table, column, bytes) in columns)
        {
            var value = bytes ? $"encode(\"{column}\", 'escape')" : $"\"{column}\"::text";
            await using var command = new NpgsqlCommand($"SELECT COUNT(*) FROM \"{table}\" WHERE {value} ILIKE $1", connection) { Parameters = { new() { Value = $"%{text}%" } } };
            if (await command.ExecuteScalarAsync() is long and > 0 and var count)
            {
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{table}.{column}: {count}"));
            }
        }
        return found;
    }
}
