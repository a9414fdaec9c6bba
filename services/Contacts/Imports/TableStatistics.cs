using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// What the database knows of its tables' sizes and values. It finds out by itself, but within a minute, and until then
/// plans as if they were as small as before: a segment over contacts just imported would run for minutes.
/// </summary>
public static class TableStatistics
{
    /// <summary>Contacts in an import that are worth it; looking costs about as much as importing as many.</summary>
    public const int Noticeable = 2_000;

    private static readonly SqlText Look = new(
        "ANALYZE contacts, label_members, contact_field_values",
        "UPDATE STATISTICS contacts; UPDATE STATISTICS label_members; UPDATE STATISTICS contact_field_values;");

    /// <summary>Has it look now.</summary>
    public static async Task RefreshAsync(ContactsDbContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().Command(Look);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await db.Database.CloseConnectionAsync();
    }
}
