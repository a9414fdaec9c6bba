using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Google.Protobuf;

namespace ContactPlatform.Testing.Faults;

/// <summary>A run of every kind, each over contacts that no other changes in the same way.</summary>
internal static class FaultRuns
{
    /// <summary>Of Contacts and of Funnel.</summary>
    public static async Task<IReadOnlyList<FaultRun>> AllAsync(FaultBed bed, CancellationToken cancellationToken) =>
        [await LabelRuleAsync(bed, cancellationToken), .. await OfContactsAsync(bed, cancellationToken)];

    /// <summary>Of Contacts: as many as one process works on at a time.</summary>
    public static async Task<IReadOnlyList<FaultRun>> OfContactsAsync(FaultBed bed, CancellationToken cancellationToken) =>
        [await BulkAsync(bed, cancellationToken), await ImportUndoAsync(bed, cancellationToken), Import(bed, cancellationToken)];

    /// <summary>A label rule that changes the whole crowd.</summary>
    public static async Task<FaultRun> LabelRuleAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var rule = await bed.RuleAsync(bed.Crowd.LabelId, bed.NextStage(), cancellationToken);
        return new("label-rule", bed.Stack.Funnel.Database, async (requestId, replica) =>
            (await new LabelRuleService.LabelRuleServiceClient(bed.Stack.Funnel.Replicas[replica].Channel).RunLabelRuleAsync(new() { LabelRuleId = rule, RequestId = requestId }, bed.Stack.Headers, cancellationToken: cancellationToken)).LabelRuleRun.Run.RunId,
            run => bed.AssertExactAsync(run, bed.Crowd, cancellationToken));
    }

    /// <summary>A bulk run that gives the whole crowd a label of its own.</summary>
    public static async Task<FaultRun> BulkAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var label = (await bed.Stack.Labels.CreateLabelAsync(new() { DisplayName = bed.NewName() }, bed.Stack.Headers, cancellationToken: cancellationToken)).Label.LabelId;
        var (set, all) = (new ContactSet { Filter = $"label_id:{bed.Crowd.LabelId}" }, bed.Crowd.Labelled);
        return new("bulk", bed.Stack.Contacts.Database, async (requestId, _) =>
            (await new BulkRunService.BulkRunServiceClient(bed.Stack.Contacts.Service.Channel).CreateBulkRunAsync(new() { Contacts = set, Action = new() { AddLabelId = label }, RequestId = requestId }, bed.Stack.Headers, cancellationToken: cancellationToken)).BulkRun.BulkRunId,
            async run =>
            {
                await ExactlyAsync(1, $"runs WHERE run_id = {run} AND state = 3 AND total_count = {all} AND done_count = {all} AND changed_count = {all}", $"bulk run {run} does not count {all} contacts once each");
                await ExactlyAsync(all, $"label_members l JOIN label_members c ON c.account_id = l.account_id AND c.contact_id = l.contact_id AND c.label_id = {bed.Crowd.LabelId} WHERE l.label_id = {label}", "not everybody has the label");
                await ExactlyAsync(all, $"label_members WHERE label_id = {label}", "others have the label as well");
            });

        Task ExactlyAsync(long count, string what, string otherwise) => MustCountAsync(bed, count, what, otherwise, cancellationToken);
    }

    /// <summary>An import in which of every ten rows one names a contact of an earlier row and changes it, and of every thousand one more is wrong.</summary>
    public static FaultRun Import(FaultBed bed, CancellationToken cancellationToken)
    {
        var rows = Math.Max(5000, bed.Size / 10 * 10);
        var (own, bad, domain) = (rows / 10 * 9, rows / 1000, Domain(bed));
        var file = new StringBuilder("email,given_name,labels\n");
        for (var i = 0; i < rows; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"u{i % own}@{domain},{(i < own ? "A" : "B")},{domain}\n").Append(i % 1000 == 7 ? "bad,,\n" : "");
        }
        return new("import", bed.Stack.Contacts.Database, (requestId, _) => UploadAsync(bed, file, requestId, cancellationToken), async run =>
        {
            await ExactlyAsync(1, $"imports i JOIN runs r ON r.account_id = i.account_id AND r.run_id = i.import_id WHERE import_id = {run} AND state = 3 AND created_count = {own} AND updated_count = {rows - own} AND i.unchanged_count = 0 AND refused_count = {bad}", $"import {run} does not count its rows once each");
            await ExactlyAsync(own, $"contacts WHERE email LIKE '%@{domain}'", "not everybody is there once");
            await ExactlyAsync(rows - own, $"contacts WHERE email LIKE '%@{domain}' AND version = 2 AND given_name = 'B'", "not everybody was changed once");
            await ExactlyAsync(own, $"label_members m JOIN labels l ON l.account_id = m.account_id AND l.label_id = m.label_id WHERE l.display_name = '{domain}'", "not everybody has the label once");
            await ExactlyAsync(bad, $"import_errors WHERE import_id = {run}", "not every wrong row is told once");
        });

        Task ExactlyAsync(long count, string what, string otherwise) => MustCountAsync(bed, count, what, otherwise, cancellationToken);
    }

    /// <summary>An undo of an import that changed as many contacts as it made; of every hundred of either one was changed by somebody else after it.</summary>
    public static async Task<FaultRun> ImportUndoAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var count = Math.Min(bed.Size, 20_000) / 100 * 100;
        var (other, domain) = (count / 100, Domain(bed));
        await ImportAsync(count, "A", "");
        var import = await ImportAsync(2 * count, "B", domain);
        await OwnStack.ExecuteAsync(bed.Stack.Contacts.Database, cancellationToken, $"UPDATE contacts SET given_name = 'C', given_name_key = 'c', version = version + 1 WHERE email LIKE 'u%50@{domain}'");
        return new("import-undo", bed.Stack.Contacts.Database, async (requestId, _) =>
            (await new ImportUndoService.ImportUndoServiceClient(bed.Stack.Contacts.Service.Channel).UndoImportAsync(new() { ImportId = import, RequestId = requestId }, bed.Stack.Headers, cancellationToken: cancellationToken)).ImportUndo.ImportUndoId,
            // Of all undos of the import together, however many were asked for.
            async _ =>
            {
                // Of those that were changed after it, the label that the import gave goes nevertheless.
                await ExactlyAsync(1, $"""
                    (SELECT 1 FROM import_undos u JOIN runs r ON r.account_id = u.account_id AND r.run_id = u.import_undo_id WHERE import_id = {import}
                    HAVING MIN(state) = 3 AND MAX(state) = 3 AND SUM(deleted_count) = {count - other} AND SUM(restored_count) = {count - other} AND SUM(partly_restored_count) = {other} AND SUM(kept_count) = {other} AND SUM(failed_count) = 0) x
                    """, $"the undo of import {import} does not count its contacts once each");
                await ExactlyAsync(count - other, $"contacts WHERE email LIKE '%@{domain}' AND given_name = 'A' AND version = 3", "not everybody has its name back once");
                await ExactlyAsync(2 * other, $"contacts WHERE email LIKE '%@{domain}' AND given_name = 'C'", "not everybody who was changed is there");
                await ExactlyAsync(count + other, $"contacts WHERE email LIKE '%@{domain}'", "not everybody who was made is gone");
                await ExactlyAsync(2 * other, $"import_undo_results x JOIN import_undos u ON u.account_id = x.account_id AND u.import_undo_id = x.import_undo_id WHERE import_id = {import}", "not everybody who stays is told once");
            });

        async Task<long> ImportAsync(int end, string name, string label)
        {
            var file = new StringBuilder("email,given_name,labels\n");
            for (var i = 0; i < end; i++)
            {
                file.Append(CultureInfo.InvariantCulture, $"u{i}@{domain},{name},{label}\n");
            }
            var id = await UploadAsync(bed, file, bed.NewName(), cancellationToken);
            await ImportFaults.EndAsync(bed, id, cancellationToken);
            return id;
        }

        Task ExactlyAsync(long rows, string what, string otherwise) => MustCountAsync(bed, rows, what, otherwise, cancellationToken);
    }

    private static string Domain(FaultBed bed) => $"{bed.NewName().Replace(' ', '-')}.example";

    private static Task<long> UploadAsync(FaultBed bed, StringBuilder file, string requestId, CancellationToken cancellationToken) =>
        ImportFaults.UploadAsync(bed, Encoding.UTF8.GetBytes(file.ToString()).Chunk(100_000).Select(c => UnsafeByteOperations.UnsafeWrap(c)), cancellationToken, requestId);

    private static async Task MustCountAsync(FaultBed bed, long count, string what, string otherwise, CancellationToken cancellationToken)
    {
        var found = await bed.ContactsAsync($"SELECT COUNT(*) FROM {what}", cancellationToken);
        FaultBed.Must(found == count, $"{otherwise}: {found} of {count}");
    }
}
