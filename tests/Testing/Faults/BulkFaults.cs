using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Testing.Faults;

/// <summary>Bulk runs while their service is killed.</summary>
internal static class BulkFaults
{
    /// <summary>Killed (kill -9) at random moments, a run over a snapshot goes on, and everybody in it gains the label once.</summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var (stack, channel) = (bed.Stack, bed.Stack.Contacts.Service.Channel);
        var segments = new SegmentService.SegmentServiceClient(channel);
        var label = (await stack.Labels.CreateLabelAsync(new() { DisplayName = bed.NewName() }, stack.Headers, cancellationToken: cancellationToken)).Label.LabelId;
        var snapshot = (await segments.FreezeSegmentAsync(new() { Contacts = new() { Filter = $"label_id:{bed.Crowd.LabelId}" } }, stack.Headers, cancellationToken: cancellationToken)).Snapshot.SegmentSnapshotId;
        var request = new CreateBulkRunRequest { Contacts = new() { SegmentSnapshotId = snapshot }, Action = new() { AddLabelId = label }, RequestId = bed.NewName() };
        var run = (await new BulkRunService.BulkRunServiceClient(channel).CreateBulkRunAsync(request, stack.Headers, cancellationToken: cancellationToken)).BulkRun.BulkRunId;
        // It is faster than a label rule.
        await bed.SomeTimeAsync(bed.RunTime / 3, cancellationToken);
        bed.Log($"{await bed.ContactsAsync($"SELECT done_count FROM runs WHERE run_id = {run}", cancellationToken)} were done");
        await FaultBed.KillAndStartAsync(stack.Contacts.Service, cancellationToken);
        await FaultBed.UntilAsync($"bulk run {run} ends", async () => await bed.ContactsAsync($"SELECT state FROM runs WHERE run_id = {run}", cancellationToken) >= 3, cancellationToken);

        var all = bed.Crowd.Labelled;
        FaultBed.Must(await bed.ContactsAsync($"SELECT COUNT(*) FROM runs WHERE run_id = {run} AND state = 3 AND total_count = {all} AND done_count = {all} AND changed_count = {all}", cancellationToken) == 1, $"bulk run {run} does not count {all} contacts once each");
        var exact = await bed.ContactsAsync(
            $"""
            SELECT COUNT(*) FROM segment_snapshot_members s JOIN label_members l ON l.account_id = s.account_id AND l.label_id = {label} AND l.contact_id = s.contact_id
            WHERE s.segment_snapshot_id = {snapshot}
              AND 1 = (SELECT COUNT(*) FROM contact_events e WHERE e.account_id = s.account_id AND e.contact_id = s.contact_id AND e.run_id = {run})
                + (SELECT COUNT(*) FROM contact_event_blocks b WHERE b.account_id = s.account_id AND b.block_id = s.contact_id / 1000 AND b.run_id = {run} AND get_bit(b.members, (s.contact_id % 1000)::int) = 1)
            """, cancellationToken);
        FaultBed.Must(exact == all, $"{exact} of {all} contacts have the label and are told of it once");
        FaultBed.Must(await bed.ContactsAsync($"SELECT COUNT(*) FROM label_members WHERE label_id = {label}", cancellationToken) == all, "others have the label as well");
        FaultBed.Must(await bed.ContactsAsync($"SELECT COUNT(*) FROM bulk_run_pieces WHERE run_id = {run}", cancellationToken) == 0, "pieces of the set are left");
        // An account has at most 100.
        await stack.Contacts.Service.Channel.ConnectAsync(cancellationToken);
        await segments.DeleteSegmentSnapshotAsync(new() { SegmentSnapshotId = snapshot }, stack.Headers, cancellationToken: cancellationToken);
    }
}
