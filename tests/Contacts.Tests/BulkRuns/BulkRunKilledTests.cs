using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Grpc.Core.Interceptors;
using static ContactPlatform.Contacts.Tests.BulkRuns.BulkCaller;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.BulkRuns;

/// <summary>Two overlapping runs whose process is killed (kill -9) in the middle of both.</summary>
[Collection(KilledCollection.Name)]
public sealed class BulkRunKilledTests(KilledFixture fixture)
{
    [Fact]
    public async Task Runs_go_on_after_a_kill_and_change_each_contact_once()
    {
        var host = fixture.Host;
        if (host.Database.Provider != "PostgreSql")
        {
            return;
        }
        var headers = await host.HeadersAsync(ContactsHost.Account, default);
        var invoker = host.Service.Channel.Intercept(metadata =>
        {
            metadata.Add(headers[0]);
            return metadata;
        });
        var (bulk, lists) = (new BulkRunService.BulkRunServiceClient(invoker), new ContactListService.ContactListServiceClient(invoker));
        const long First = 1_000_000_000;
        await OwnStack.ExecuteAsync(host.Database, default, BulkCrowd.Insert(ContactsHost.Account, First, 5000));
        long[] ids = [.. Enumerable.Range(0, 5000).Select(i => First + i)];
        var list = (await lists.CreateContactListAsync(new() { DisplayName = "x" })).ContactList.ContactListId;
        var label = (await new LabelService.LabelServiceClient(invoker).CreateLabelAsync(new() { DisplayName = "x" })).Label.LabelId;
        long one, two;
        await using (await HeldRows.ContactAsync(host.Database, First + 2500))
        {
            one = (await bulk.StartAsync(new() { Filter = "source = crowd" }, new() { AddLabelId = label })).BulkRunId;
            two = (await bulk.StartAsync(Ids(ids[2000..]), new() { SetRecordState = RecordState.Inactive })).BulkRunId;
            await bulk.StallAsync(one, 2000);
            // It holds what it has done of its first pieces.
            await UntilAsync(async () => await OwnStack.NumberAsync(host.Database, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", default) == 2);
            await host.Service.Process.KillAsync(default);
        }
        // Somebody joins the filter between the attempts; the set stays.
        await OwnStack.ExecuteAsync(host.Database, default, BulkCrowd.Insert(ContactsHost.Account, First + 5000, 1));
        await host.Service.StartAgainAsync(default);

        var (first, second) = ((await bulk.EndAsync(one)).Run, (await bulk.EndAsync(two)).Run);
        (first.State, first.TotalCount, first.DoneCount, first.ChangedCount).ShouldBe((RunState.Succeeded, 5000, 5000, 5000), first.ToString());
        (second.State, second.TotalCount, second.DoneCount, second.ChangedCount).ShouldBe((RunState.Succeeded, 3000, 3000, 3000), second.ToString());
        (first.Epoch > 1 && second.Epoch > 1).ShouldBeTrue();
        (await OwnStack.NumberAsync(host.Database, $"SELECT COUNT(*) FROM label_members WHERE label_id = {label}", default)).ShouldBe(5000);
        (await OwnStack.NumberAsync(host.Database, "SELECT COUNT(*) FROM contacts WHERE record_state = 2 AND version = 2", default)).ShouldBe(3000);
        (await OwnStack.NumberAsync(host.Database, BulkRunWorkTests.Told(ContactsHost.Account, $"{one}"), default)).ShouldBe(5000);
        (await OwnStack.NumberAsync(host.Database, BulkRunWorkTests.Told(ContactsHost.Account, $"{two}"), default)).ShouldBe(3000);
        // The next run of the account looks at nothing that these have left.
        await bulk.EndAsync((await bulk.StartAsync(Ids(First), new() { AddContactListId = list })).BulkRunId);
        (await OwnStack.NumberAsync(host.Database, "SELECT COUNT(*) FROM bulk_run_pieces", default)).ShouldBe(0);
    }
}
