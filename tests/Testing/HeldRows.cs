using System.Data.Common;

namespace ContactPlatform.Testing;

/// <summary>What statements have locked, until disposed; then they are undone.</summary>
public sealed class HeldRows : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;

    private HeldRows(DbConnection connection, DbTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>Locks a contact's own row at Contacts: work comes as far as the piece that has it.</summary>
    public static Task<HeldRows> ContactAsync(TestDatabase contacts, long contactId, CancellationToken cancellationToken = default) =>
        TakeAsync(contacts, cancellationToken, $"UPDATE contacts SET owner = owner WHERE contact_id = {contactId}");

    /// <summary>Locks a contact's stage at Funnel: work comes as far as the piece that has it.</summary>
    public static Task<HeldRows> StageAsync(TestDatabase funnel, long contactId, CancellationToken cancellationToken = default) =>
        TakeAsync(funnel, cancellationToken, $"UPDATE contact_stages SET lost = lost WHERE contact_id = {contactId}");

    /// <summary>Runs statements, each of which has to find something.</summary>
    public static async Task<HeldRows> TakeAsync(TestDatabase database, CancellationToken cancellationToken, params string[] statements)
    {
        var connection = await database.OpenAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var statement in statements)
        {
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, statement);
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                throw new InvalidOperationException($"there is nothing to hold: {statement}");
            }
        }
        return new HeldRows(connection, transaction);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.RollbackAsync();
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
