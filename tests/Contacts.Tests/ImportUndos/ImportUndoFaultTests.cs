using System.Data.Common;
using System.Globalization;
using ContactPlatform.Contacts.Tests.Imports;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.ImportUndos;

[Collection(KilledCollection.Name)]
public sealed class ImportUndoFaultTests(KilledFixture fixture)
{
    private const int Count = 2500;

    /// <summary>Killed in the middle of a piece, an undo goes on where it was; cancelled there, another one goes on.</summary>
    [Fact]
    public async Task A_killed_undo_goes_on_and_a_cancelled_one_can_be_followed_by_another()
    {
        var host = fixture.Host;
        // In whose account nobody else is.
        var caller = new ImportCaller(host, ContactsHost.OtherAccount);
        var undos = new UndoCaller(caller);
        var rows = string.Concat(Enumerable.Range(0, Count).Select(i => $"k{i}@killed.example,A\n"));
        var made = await caller.ImportAsync("email,given_name\n" + rows);
        var changed = await caller.ImportAsync("email,given_name,labels\n" + rows.Replace(",A", ",B,killed", StringComparison.Ordinal), ImportTests.Making);
        await using var db = caller.Database();
        var ids = await db.Contacts.OrderBy(c => c.ContactId).Select(c => c.ContactId).ToListAsync();

        // Pieces of 1,000: the second waits for a row of ours.
        long undo;
        await using (await HoldAsync(ids[1500]))
        {
            undo = (await undos.QueueAsync(changed.ImportId)).ImportUndoId;
            await undos.UntilAsync(undo, u => u.Run.DoneCount == 1000);
            await host.Service.Process.KillAsync(CancellationToken.None);
        }
        await host.Service.StartAgainAsync(CancellationToken.None);
        var ended = await undos.EndAsync(undo);
        (ended.Run.State, ended.RestoredCount, ended.Run.DoneCount, ended.Run.TotalCount).ShouldBe((RunState.Succeeded, Count, Count, Count), ended.Run.Message);
        ended.Run.Epoch.ShouldBeGreaterThan(1);
        (await db.Contacts.CountAsync(c => c.GivenName == "A" && c.Version == 3)).ShouldBe(Count);
        (await db.LabelMembers.CountAsync()).ShouldBe(0);

        // Every contact has another version now, so each is kept; by batches of 2,000.
        await using (await HoldAsync(ids[^1]))
        {
            undo = (await undos.QueueAsync(made.ImportId)).ImportUndoId;
            await undos.UntilAsync(undo, u => u.Run.DoneCount == 2000);
            (await undos.Client.CancelImportUndoAsync(new() { ImportUndoId = undo }, await caller.HeadersAsync())).ImportUndo.Run.CancelRequested.ShouldBeTrue();
        }
        ended = await undos.EndAsync(undo);
        (ended.Run.State, ended.KeptCount).ShouldBe((RunState.Cancelled, 2000));
        using var watch = undos.Client.WatchImportUndo(new() { ImportUndoId = (await undos.QueueAsync(made.ImportId)).ImportUndoId }, await caller.HeadersAsync());
        while (await watch.ResponseStream.MoveNext(CancellationToken.None))
        {
            ended = watch.ResponseStream.Current.ImportUndo;
        }
        (ended.Run.State, ended.KeptCount, ended.Run.TotalCount).ShouldBe((RunState.Succeeded, Count - 2000, Count - 2000));

        async Task<Hold> HoldAsync(long contactId)
        {
            var connection = await host.Database.OpenAsync(CancellationToken.None);
            var transaction = await connection.BeginTransactionAsync();
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"UPDATE contacts SET lead_score = lead_score WHERE contact_id = {contactId}");
            await command.ExecuteNonQueryAsync();
            return new Hold(connection, transaction);
        }
    }

    /// <summary>A contact's row, until disposed.</summary>
    private sealed class Hold(DbConnection connection, DbTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.RollbackAsync();
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
