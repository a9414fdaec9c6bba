using System.Data.Common;

namespace ContactPlatform.Funnel.Tests;

/// <summary>A contact's row, locked until disposed: a run comes as far as the piece that holds it.</summary>
public sealed class RowHold : IAsyncDisposable
{
    private readonly DbConnection connection;
    private readonly DbTransaction transaction;

    private RowHold(DbConnection connection, DbTransaction transaction) => (this.connection, this.transaction) = (connection, transaction);

    public static async Task<RowHold> TakeAsync(PlatformFixture platform, long contactId)
    {
        // Asked for, so that Funnel has its row whether the feed has brought it or not.
        await platform.StageAsync(contactId);
        var connection = await platform.Funnel.Database.OpenAsync(default);
        var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"UPDATE contact_stages SET lost = lost WHERE contact_id = {contactId}";
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        return new RowHold(connection, transaction);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.RollbackAsync();
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
