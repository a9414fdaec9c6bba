using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;

namespace ContactPlatform.Testing.Faults;

/// <summary>The undoing of an import while its service is killed.</summary>
internal static class ImportUndoFaults
{
    /// <summary>Killed at a random moment, an undo goes on and deals with every contact once.</summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        // The import changes as many contacts as it makes; of every hundred of either one is changed by somebody else after it.
        var count = bed.Size / 100 * 100;
        var domain = $"{bed.NewName().Replace(' ', '-')}.example";
        await ImportAsync(0, count, "A", "");
        var import = await ImportAsync(0, 2 * count, "B", "undone");
        await OwnStack.ExecuteAsync(bed.Stack.Contacts.Database, cancellationToken,
            $"UPDATE contacts SET given_name = 'C', given_name_key = 'c', version = version + 1 WHERE email LIKE 'u%50@{domain}'");

        var undos = new ImportUndoService.ImportUndoServiceClient(bed.Stack.Contacts.Service.Channel);
        var undo = (await undos.UndoImportAsync(new() { ImportId = import, RequestId = bed.NewName() }, bed.Stack.Headers, cancellationToken: cancellationToken)).ImportUndo.ImportUndoId;
        await bed.SomeTimeAsync(TimeSpan.FromSeconds(count / 10_000.0), cancellationToken);
        await FaultBed.KillAndStartAsync(bed.Stack.Contacts.Service, cancellationToken);
        await FaultBed.UntilAsync($"undo {undo} ends", async () => await bed.ContactsAsync($"SELECT state FROM runs WHERE run_id = {undo}", cancellationToken) >= 3, cancellationToken, TimeSpan.FromMinutes(10));
        var ended = (await undos.GetImportUndoAsync(new() { ImportUndoId = undo }, bed.Stack.Headers, cancellationToken: cancellationToken)).ImportUndo;
        var other = count / 100;
        FaultBed.Must(ended.Run.State == Common.V1.RunState.Succeeded, $"undo {undo} ended as {ended.Run.State}: {ended.Run.FailureReason} {ended.Run.Message}");
        var counts = (ended.DeletedCount, ended.RestoredCount, ended.PartlyRestoredCount, ended.KeptCount, ended.FailedCount);
        // Of those that were changed after it, the label that the import gave goes nevertheless.
        FaultBed.Must(counts == (count - other, count - other, other, other, 0), $"undo {undo} counts {counts}");
        FaultBed.Must(await NumberAsync("given_name = 'A' AND version = 3") == count - other, "not everybody has its name back once");
        FaultBed.Must(await NumberAsync("given_name = 'C'") == 2 * other, "not everybody who was changed is there");
        FaultBed.Must(await NumberAsync("true") == count + other, "not everybody who was made is gone");
        FaultBed.Must(await bed.ContactsAsync($"SELECT COUNT(*) FROM import_undo_results WHERE import_undo_id = {undo}", cancellationToken) == 2 * other, "not everybody who stays is told");

        Task<long> NumberAsync(string which) => bed.ContactsAsync($"SELECT COUNT(*) FROM contacts WHERE email LIKE '%@{domain}' AND {which}", cancellationToken);

        async Task<long> ImportAsync(int first, int end, string name, string label)
        {
            var file = new StringBuilder("email,given_name,labels\n");
            for (var i = first; i < end; i++)
            {
                file.Append(CultureInfo.InvariantCulture, $"u{i}@{domain},{name},{label}\n");
            }
            var id = await ImportFaults.UploadAsync(bed, Encoding.UTF8.GetBytes(file.ToString()).Chunk(100_000).Select(c => UnsafeByteOperations.UnsafeWrap(c)), cancellationToken);
            await ImportFaults.EndAsync(bed, id, cancellationToken);
            return id;
        }
    }
}
