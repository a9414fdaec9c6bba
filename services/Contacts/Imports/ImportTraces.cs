using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Removes what imports have kept of an address: refused rows, and files.</summary>
public static class ImportTraces
{
    /// <summary>What a blanked row says in place of its problem.</summary>
    public const string Blanked = "the row named a contact that was erased";

    private const int BatchSize = 1000;
    private static readonly char[] Separators = [',', ';', '\t', '|', '"', '\r', '\n', '<', '>'];

    /// <summary>Waits for the batches at work, and keeps others from beginning.</summary>
    private static readonly SqlText HoldOpen = new(
        """
        SELECT i.import_id FROM imports i JOIN runs r ON r.account_id = i.account_id AND r.run_id = i.import_id
        WHERE i.account_id = @account AND r.state < 3 ORDER BY i.import_id FOR UPDATE OF i
        """,
        """
        SELECT i.import_id FROM imports i WITH (UPDLOCK, ROWLOCK) JOIN runs r ON r.account_id = i.account_id AND r.run_id = i.import_id
        WHERE i.account_id = @account AND r.state < 3 ORDER BY i.import_id
        """);

    /// <summary>Holds the imports that have not ended until the transaction ends: from then on each sees what this one committed.</summary>
    /// <returns>Their ids.</returns>
    public static async Task<List<long>> HoldOpenAsync(ContactsDbContext db, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(HoldOpen, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    }

    /// <summary>Blanks the refused rows that hold one of the addresses, and removes the files of ended imports.</summary>
    /// <returns>Number of rows blanked.</returns>
    public static async Task<long> RemoveAsync(ContactsDbContext db, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        await db.ImportChunks.Where(c => db.Runs.Any(r => r.RunId == c.ImportId && r.State >= RunState.Succeeded)).ExecuteDeleteAsync(cancellationToken);
        var found = new List<(long ImportId, long Number)>();
        await foreach (var row in db.ImportErrors.AsNoTracking().Select(e => new { e.ImportId, e.Number, e.Raw, e.Problem }).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (addresses.Any(a => EmailAddress.IsEmail(a) ? Holds(row.Raw, a, null) || Holds(row.Problem, a, null) : Holds(row.Raw, null, a) || Holds(row.Problem, null, a)))
            {
                found.Add((row.ImportId, row.Number));
            }
        }
        var blanked = 0L;
        foreach (var import in found.GroupBy(f => f.ImportId, f => f.Number))
        {
            foreach (var numbers in import.Chunk(BatchSize))
            {
                blanked += await db.ImportErrors.Where(e => e.ImportId == import.Key && numbers.Contains(e.Number))
                    .ExecuteUpdateAsync(set => set.SetProperty(e => e.Raw, "").SetProperty(e => e.Problem, Blanked), cancellationToken);
            }
        }
        return blanked;
    }

    /// <summary>True when a row holds an address, in whatever way it was written.</summary>
    /// <param name="row">The row as it stood in the file.</param>
    /// <param name="email">The email in normal form; null for none.</param>
    /// <param name="phone">The phone in normal form; null for none.</param>
    public static bool Holds(string row, string? email, string? phone)
    {
        if (email is not null && row.Contains(email, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        // Reading each part is dear: only where the row has the mark of an email at all.
        return (email is not null && row.Contains('@', StringComparison.Ordinal)
                && row.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Any(p => EmailAddress.TryNormalise(p, out var normal) is null && normal == email))
            || (phone is not null && Digits(row).Contains(phone[1..], StringComparison.Ordinal));
    }

    private static string Digits(string row) => string.Concat(row.Where(char.IsAsciiDigit));
}
