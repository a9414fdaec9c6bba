using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Consent;

/// <summary>
/// Keeps those who store addresses apart from those who unsubscribe or erase them: neither would see what the other has not
/// committed, and an address could come in that was unsubscribed or erased in the same moment. A lock of the
/// database's own on the account's addresses, until the transaction ends; taken after imports and before contacts.
/// </summary>
public static class AddressGate
{
    private static readonly SqlText Shared = new(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('addresses:' || @account::text, 0))",
        """
        DECLARE @name nvarchar(255) = CONCAT(N'addresses:', @account), @got int;
        EXEC @got = sp_getapplock @Resource = @name, @LockMode = 'Shared', @LockOwner = 'Transaction';
        IF @got < 0 THROW 51000, N'the addresses of the account are being unsubscribed', 1;
        """);

    private static readonly SqlText Alone = new(
        "SELECT pg_advisory_xact_lock(hashtextextended('addresses:' || @account::text, 0))",
        """
        DECLARE @name nvarchar(255) = CONCAT(N'addresses:', @account), @got int;
        EXEC @got = sp_getapplock @Resource = @name, @LockMode = 'Exclusive', @LockOwner = 'Transaction';
        IF @got < 0 THROW 51000, N'the addresses of the account are being stored', 1;
        """);

    /// <summary>For who stores addresses, or lifts an unsubscription.</summary>
    public static Task ShareAsync(ContactsDbContext db, CancellationToken cancellationToken) => LockAsync(db, Shared, cancellationToken);

    /// <summary>For who unsubscribes or erases addresses: from then on nobody comes in, and no address moves to another contact.</summary>
    public static Task HoldAsync(ContactsDbContext db, CancellationToken cancellationToken) => LockAsync(db, Alone, cancellationToken);

    private static async Task LockAsync(ContactsDbContext db, SqlText sql, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
