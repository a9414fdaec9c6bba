using System.Data.Common;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using static ContactPlatform.Contacts.Tests.BulkRuns.BulkCaller;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.BulkRuns;

/// <summary>Runs over several pieces that something happens to in the middle, where a row lock of the test's own has stopped them.</summary>
[Collection(ContactsCollection.Name)]
public sealed class BulkRunWorkTests(ContactsFixture fixture)
{
    private static readonly BulkAction Deactivate = new() { SetRecordState = RecordState.Inactive };

    [Fact]
    public async Task A_cancelled_run_keeps_what_it_changed_and_changes_nobody_more()
    {
        var account = await fixture.NewAccountAsync();
        var ids = await fixture.BulkCrowdAsync(account, 3500);
        long run;
        await using (await HeldRows.ContactAsync(fixture.Host.Database, ids[2200]))
        {
            run = (await account.Bulk().StartAsync(new() { Filter = "" }, Deactivate)).BulkRunId;
            await account.Bulk().StallAsync(run, 2000);
            (await account.Bulk().CancelBulkRunAsync(new() { BulkRunId = run })).BulkRun.Run.CancelRequested.ShouldBeTrue();
        }
        var ended = (await account.Bulk().EndAsync(run)).Run;
        (ended.State, ended.TotalCount, ended.DoneCount, ended.ChangedCount).ShouldBe((RunState.Cancelled, 3500, 2000, 2000));
        (await NumberAsync($"SELECT COUNT(*) FROM contacts WHERE account_id = {account.Id} AND record_state = 2")).ShouldBe(2000);
        (await NumberAsync($"SELECT COUNT(*) FROM bulk_run_pieces WHERE account_id = {account.Id}")).ShouldBe(0);
        (await account.Bulk().CancelBulkRunAsync(new() { BulkRunId = run })).BulkRun.Run.State.ShouldBe(RunState.Cancelled);
        // Those that it left are there for the next.
        var again = (await account.DoAsync(new() { Filter = "" }, Deactivate)).Run;
        (again.ChangedCount, again.UnchangedCount).ShouldBe((1500, 2000));
    }

    [Fact]
    public async Task The_set_stays_as_it_was_and_who_goes_meanwhile_is_counted()
    {
        var account = await fixture.NewKeyAccountAsync();
        var ids = await fixture.BulkCrowdAsync(account, 3500);
        var label = await account.LabelAsync("x");
        var segment = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "crowd", Filter = "source = crowd" } })).Segment;
        long run;
        await using (await HeldRows.ContactAsync(fixture.Host.Database, ids[2200]))
        {
            run = (await account.Bulk().StartAsync(new() { SegmentId = segment.SegmentId }, new() { AddLabelId = label.LabelId })).BulkRunId;
            await account.Bulk().StallAsync(run, 2000);
            await account.Erasures.EraseContactAsync(new() { ContactId = ids[3100] });
            await account.Merges.MergeContactsAsync(new() { SurvivorContactId = ids[3201], MergedContactId = ids[3200] });
            await account.Contacts.DeleteContactAsync(new() { ContactId = ids[3300] });
            // Joins and leaves too late.
            await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "late@example.org", Source = "crowd" } });
            await account.Segments.DeleteSegmentAsync(new() { SegmentId = segment.SegmentId });
        }
        var ended = (await account.Bulk().EndAsync(run)).Run;
        (ended.State, ended.TotalCount, ended.DoneCount, ended.ChangedCount).ShouldBe((RunState.Succeeded, 3500, 3500, 3497));
        ended.SkipCounts.Select(s => (s.Reason, s.Count)).ShouldBe([("CONTACT_ERASED", 1), ("CONTACT_NOT_FOUND", 2)]);
        await ExactAsync(account, run, label.LabelId, 3497);
    }

    [Fact]
    public async Task A_list_that_goes_meanwhile_ends_its_run_and_the_next_sweeps_what_is_left()
    {
        var account = await fixture.NewAccountAsync();
        var ids = await fixture.BulkCrowdAsync(account, 4500);
        var list = (await account.Lists.CreateContactListAsync(new() { DisplayName = "x" })).ContactList.ContactListId;
        // The run asks for this piece before it asks for the list, and waits for us.
        await using var last = await fixture.OpenAsync();
        DbTransaction rest;
        long run;
        Task deleted;
        // Only whoever refers to the contact waits for this one.
        await using (var connection = await fixture.OpenAsync())
        {
            await using var held = await LockAsync(connection, $"SELECT contact_id FROM contacts WHERE contact_id = {ids[2200]} FOR UPDATE");
            run = (await account.Bulk().StartAsync(Ids(ids), new() { AddContactListId = list })).BulkRunId;
            await account.Bulk().StallAsync(run, 2000);
            // While somebody calls, the run rests between two transactions: only from here on there is one at work.
            await UntilAsync(async () => await WaitingAsync() == 1);
            deleted = account.Lists.DeleteContactListAsync(new() { ContactListId = list }).ResponseAsync;
            // It waits for the one at work, which waits for us.
            await UntilAsync(async () => await WaitingAsync() == 2);
            rest = await LockAsync(last, $"SELECT piece_number FROM bulk_run_pieces WHERE run_id = {run} AND piece_number = 4 FOR UPDATE");
        }
        await deleted;
        await rest.DisposeAsync();
        var ended = (await account.Bulk().EndAsync(run)).Run;
        (ended.State, ended.FailureReason, ended.ChangedCount).ShouldBe((RunState.Failed, "CONTACT_LIST_NOT_FOUND", 4000));
        (await NumberAsync($"SELECT COUNT(*) FROM bulk_run_pieces WHERE account_id = {account.Id}")).ShouldBe(1);
        await account.DoAsync(Ids(ids[..1]), Deactivate);
        (await NumberAsync($"SELECT COUNT(*) FROM bulk_run_pieces WHERE account_id = {account.Id}")).ShouldBe(0);
    }

    [Fact]
    public async Task Runs_side_by_side_over_overlapping_sets_change_each_contact_once()
    {
        var account = await fixture.NewAccountAsync();
        var ids = await fixture.BulkCrowdAsync(account, 3000);
        var label = (await account.LabelAsync("x")).LabelId;
        BulkAction add = new() { AddLabelId = label };
        var runs = await Task.WhenAll(
            account.DoAsync(Ids(ids[..2000]), add), account.DoAsync(Ids(ids[1000..]), add), account.DoAsync(Ids(ids[..2000]), Deactivate), account.DoAsync(Ids(ids[1000..]), Deactivate));
        (runs[0].Run.ChangedCount + runs[1].Run.ChangedCount, runs[2].Run.ChangedCount + runs[3].Run.ChangedCount).ShouldBe((3000, 3000));
        (await NumberAsync($"SELECT COUNT(*) FROM label_members WHERE account_id = {account.Id} AND label_id = {label}")).ShouldBe(3000);
        (await NumberAsync($"SELECT COUNT(*) FROM contacts WHERE account_id = {account.Id} AND record_state = 2 AND version = 2")).ShouldBe(3000);
        (await NumberAsync(Told(account.Id, string.Join(',', runs.Select(r => r.BulkRunId))))).ShouldBe(6000);
        (await account.Timelines.GetTimelineAsync(new() { ContactId = ids[1500] })).Events.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_set_that_was_written_down_in_part_is_written_anew()
    {
        var account = await fixture.NewAccountAsync();
        var contact = await account.CreateAsync("a@example.org");
        var label = await account.LabelAsync("x");
        // As a worker leaves it that dies between the parts of a large set.
        var (id, set, action) = (account.Id << 30, new ContactSet { Filter = "" }.ToByteArray(), new BulkAction { AddLabelId = label.LabelId }.ToByteArray());
        await fixture.ScalarAsync($"""
            INSERT INTO bulk_run_pieces (account_id, run_id, piece_number, contact_ids) SELECT {account.Id}, {id}, i, '\x0100000000000000' FROM generate_series(0, 63) i;
            INSERT INTO bulk_runs (account_id, run_id, contacts, action) VALUES ({account.Id}, {id}, '\x{Convert.ToHexString(set)}', '\x{Convert.ToHexString(action)}');
            INSERT INTO runs (account_id, run_id, kind, subject_id, state, epoch, cursor_id, total_count, done_count, changed_count, unchanged_count, skip_counts, create_time, start_time, actor_kind, actor_subject, actor_name, failure_reason, message, cancel_requested, trace_parent, broken_attempts)
            VALUES ({account.Id}, {id}, 'bulk', 0, 2, 1, 64, 0, 0, 0, 0, '{"{}"}', now(), now(), 1, 's', 'n', '', '', false, '', 0)
            """);
        var ended = (await account.Bulk().EndAsync(id)).Run;
        (ended.State, ended.Epoch, ended.TotalCount, ended.ChangedCount).ShouldBe((RunState.Succeeded, 2, 1, 1), ended.ToString());
        (await account.GetAsync(contact.ContactId)).LabelIds.ShouldBe([label.LabelId]);
        (await NumberAsync($"SELECT COUNT(*) FROM bulk_run_pieces WHERE account_id = {account.Id}")).ShouldBe(0);
    }

    /// <summary>Contacts of which timelines tell by these runs, each as often as it is told.</summary>
    internal static string Told(long account, string runs) => $"""
        SELECT (SELECT COUNT(*) FROM contact_events WHERE account_id = {account} AND run_id IN ({runs}))
          + (SELECT COALESCE(SUM(bit_count(members)), 0) FROM contact_event_blocks WHERE account_id = {account} AND run_id IN ({runs}))
        """;

    private async Task ExactAsync(Account account, long run, long label, long count)
    {
        (await NumberAsync($"SELECT COUNT(*) FROM label_members WHERE account_id = {account.Id} AND label_id = {label}")).ShouldBe(count);
        (await NumberAsync(Told(account.Id, $"{run}"))).ShouldBe(count);
    }

    /// <summary>Who waits for a row that somebody else holds.</summary>
    /// <summary>Locks a row until the transaction is disposed of.</summary>
    private static async Task<DbTransaction> LockAsync(DbConnection connection, string row)
    {
        var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = row;
        command.Transaction = transaction;
        (await command.ExecuteScalarAsync()).ShouldNotBeNull();
        return transaction;
    }

    private Task<long> WaitingAsync() => NumberAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    private async Task<long> NumberAsync(string question) => Convert.ToInt64(await fixture.ScalarAsync(question), System.Globalization.CultureInfo.InvariantCulture);
}
