using System.Security.Cryptography;
using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>The runs of Contacts while their process is killed or frozen, or while they get into each other's way; and exports that are cut.</summary>
internal static class ContactsFaults
{
    /// <summary>Killed (kill -9) at a random moment, a run of every kind goes on and deals with everybody once.</summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var runs = await RunsUnderWay.StartAsync(bed, await FaultRuns.OfContactsAsync(bed, cancellationToken));
        await bed.SomeTimeAsync(cancellationToken);
        await runs.SayAsync(cancellationToken);
        await FaultBed.KillAndStartAsync(bed.Stack.Contacts.Service, cancellationToken);
        await runs.EndExactAsync(cancellationToken);
    }

    /// <summary>
    /// The process is frozen while it is within a piece of each run, longer than its leases; another ends the runs; then it
    /// wakes up, and must not write.
    /// </summary>
    public static async Task ZombieAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var prepared = await FaultRuns.OfContactsAsync(bed, cancellationToken);
        var zombie = bed.Stack.Contacts.Service;
        RunsUnderWay runs;
        // A contact in the middle of the crowd stops the bulk run, the gate of addresses the import and the undo.
        await using (await HeldRows.TakeAsync(bed.Stack.Contacts.Database, cancellationToken,
            $"UPDATE contacts SET owner = owner WHERE contact_id = {bed.Crowd.LabelledIds.ElementAt(bed.Random.Next(bed.Crowd.Labelled))}",
            $"SELECT pg_advisory_xact_lock(hashtextextended('addresses:{ContactsHost.Account}', 0))"))
        {
            runs = await RunsUnderWay.StartAsync(bed, prepared);
            await FaultBed.UntilAsync("every run waits within a piece", async () =>
                await bed.ContactsAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", cancellationToken) == prepared.Count, cancellationToken);
            await runs.SayAsync(cancellationToken);
            zombie.Process.Suspend();
        }
        try
        {
            await using var other = await bed.Stack.StartOtherContactsAsync(cancellationToken);
            other.Service.ExpectErrors("");
            await runs.EndExactAsync(cancellationToken);
            await runs.MustHaveChangedHandsAsync(cancellationToken);
            zombie.Process.Resume();
            // It has said that the runs are somebody else's, or at least has had the time to do harm.
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            await runs.EndExactAsync(cancellationToken);
        }
        finally
        {
            zombie.Process.Resume();
        }
    }

    /// <summary>Several runs at once over sets that share contacts: each contact is changed once, by one of them.</summary>
    public static async Task OverlappingAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var crowd = await Crowd.FillAsync(bed.Stack, Math.Max(1500, bed.Size / 10), 0, cancellationToken);
        long[] ids = [.. crowd.LabelledIds];
        var bulk = new BulkRunService.BulkRunServiceClient(bed.Stack.Contacts.Service.Channel);
        var target = (await bed.Stack.Labels.CreateLabelAsync(new() { DisplayName = bed.NewName() }, bed.Stack.Headers, cancellationToken: cancellationToken)).Label.LabelId;
        var undo = await FaultRuns.ImportUndoAsync(bed, cancellationToken);
        // The same sets in the opposite order as well, so that whoever locks in another order would be found out.
        var set = new ContactSet { Filter = $"label_id:{crowd.LabelId}" };
        var part = new ContactSet { ContactIds = new() { ContactIds_ = { ids.Reverse().Where((_, i) => i % 3 != 0).Take(10_000) } } };
        BulkAction add = new() { AddLabelId = target }, off = new() { SetRecordState = RecordState.Inactive };
        var asked = await Task.WhenAll(new[] { (set, add), (part, off), (part, add), (set, off) }.Select(async run =>
            (await bulk.CreateBulkRunAsync(new() { Contacts = run.Item1, Action = run.Item2, RequestId = bed.NewName() }, bed.Stack.Headers, cancellationToken: cancellationToken)).BulkRun.BulkRunId));
        var undos = await Task.WhenAll(undo.AskAsync(bed.NewName(), 0), undo.AskAsync(bed.NewName(), 0));
        foreach (var run in asked.Concat(undos))
        {
            await bed.EndAsync(bed.Stack.Contacts.Database, run, cancellationToken);
        }

        await MustAsync(crowd.Count, $"COALESCE(SUM(changed_count), 0) FROM runs WHERE state = 3 AND run_id IN ({asked[0]}, {asked[2]})", "the runs did not label everybody once");
        await MustAsync(crowd.Count, $"COALESCE(SUM(changed_count), 0) FROM runs WHERE state = 3 AND run_id IN ({asked[1]}, {asked[3]})", "the runs did not set everybody's state once");
        await MustAsync(crowd.Count, $"COUNT(*) FROM label_members WHERE label_id = {target}", "not everybody has the label");
        await MustAsync(crowd.Count, $"COUNT(*) FROM contacts WHERE record_state = 2 AND version = 2 AND contact_id BETWEEN {crowd.FirstId} AND {crowd.FirstId + crowd.Count - 1}", "not everybody's record was changed once");
        await undo.AssertExactAsync(undos[0]);

        async Task MustAsync(long count, string what, string otherwise)
        {
            var found = await bed.ContactsAsync($"SELECT {what}", cancellationToken);
            FaultBed.Must(found == count, $"{otherwise}: {found} of {count}");
        }
    }

    /// <summary>Killed again and again while it writes a file, it goes on where the reader was, and the file is the one that it writes undisturbed.</summary>
    public static async Task ExportKilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var request = new ExportContactsRequest { Contacts = new() { Filter = $"label_id:{bed.Crowd.LabelId}" } };
        var whole = await ReadAsync(int.MaxValue);
        FaultBed.Must(whole.Complete && whole.Parts >= 3, $"an undisturbed file has {whole.Parts} parts");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var kills = 0; ; kills++)
        {
            // Killed before its end at least once, and undisturbed the last time.
            var (complete, _, digest) = await ReadAsync(kills < 2 ? bed.Random.Next(1, whole.Parts - 1) : int.MaxValue, hash);
            if (complete)
            {
                bed.Log($"{kills} kills");
                FaultBed.Must(kills > 0 && digest == whole.Digest, $"the file is another one after {kills} kills");
                return;
            }
        }

        // Reads so many parts behind the last, then kills the service and reads what was under way.
        async Task<(bool Complete, int Parts, string Digest)> ReadAsync(int parts, IncrementalHash? hash = null)
        {
            using var own = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (read, complete) = (0, false);
            await bed.Stack.Contacts.Service.Channel.ConnectAsync(cancellationToken);
            using var call = new ExportService.ExportServiceClient(bed.Stack.Contacts.Service.Channel).ExportContacts(request, bed.Stack.Headers, cancellationToken: cancellationToken);
            try
            {
                while (await call.ResponseStream.MoveNext(cancellationToken))
                {
                    var part = call.ResponseStream.Current;
                    (hash ?? own).AppendData(part.Data.Span);
                    (read, complete) = (read + 1, part.Complete);
                    if (hash is not null)
                    {
                        request.ResumeToken = part.ResumeToken;
                    }
                    if (read == parts)
                    {
                        await bed.Stack.Contacts.Service.Process.KillAsync(cancellationToken);
                    }
                }
            }
            catch (RpcException e) when (read >= parts)
            {
                bed.Log($"cut after {read} parts: {e.StatusCode}");
                await bed.Stack.Contacts.Service.StartAgainAsync(cancellationToken);
            }
            return (complete, read, complete ? Convert.ToHexString((hash ?? own).GetCurrentHash()) : "");
        }
    }
}
