using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.Contacts.Tests.Exports;
using ContactPlatform.Contacts.Tests.Lists;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.SqlServerGate;
using Google.Protobuf;
using Grpc.Core;
using static ContactPlatform.Contacts.Tests.BulkRuns.BulkCaller;
using RunState = ContactPlatform.Common.V1.RunState;
using Set = ContactPlatform.Contacts.V1.ContactSet.SetOneofCase;

namespace ContactPlatform.Contacts.Tests.BulkRuns;

[Collection(ContactsCollection.Name)]
public sealed class BulkRunTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Every_action_changes_exactly_the_contacts_of_every_kind_of_set() =>
        await Task.WhenAll(Enum.GetValues<Set>().Where(k => k != Set.None).Select(ActAsync));

    private async Task ActAsync(Set kind)
    {
        var account = await fixture.NewAccountAsync();
        var (chosen, label, list) = (await account.LabelAsync("chosen"), await account.LabelAsync("x"), await account.ListAsync("x"));
        var other = await account.CreateAsync("other@example.org");
        V1.Contact[] inside = [await account.CreateAsync("a@example.org", chosen.LabelId), await account.CreateAsync("b@example.org", chosen.LabelId), await account.CreateAsync("c@example.org", chosen.LabelId)];
        var set = await SetAsync(account, kind, inside);
        // Of given ids one is nobody's.
        var gone = kind == Set.ContactIds ? 1 : 0;
        long[] ids = [.. inside.Select(c => c.ContactId)];
        (BulkAction Action, int Changed)[] actions =
        [
            (new() { AddLabelId = label.LabelId }, 3), (new() { AddLabelId = label.LabelId }, 0), (new() { AddContactListId = list.ContactListId }, 3),
            (new() { SetRecordState = RecordState.Inactive }, 3), (new() { SetRecordState = RecordState.Active }, 3), (new() { SetRecordState = RecordState.Active }, 0),
            (new() { RemoveContactListId = list.ContactListId }, 3), (new() { RemoveLabelId = label.LabelId }, 3),
        ];
        foreach (var (action, changed) in actions)
        {
            var run = await account.DoAsync(set, action);
            (run.Run.TotalCount, run.Run.ChangedCount, run.Run.UnchangedCount, run.Run.SkipCounts.Sum(s => s.Count)).ShouldBe((3 + gone, changed, 3 - changed, gone), $"{kind} {action}");
            run.Run.SkipCounts.ShouldAllBe(s => s.Reason == "CONTACT_NOT_FOUND");
            (run.Action, run.Run.RunId).ShouldBe((action, run.BulkRunId));
            run.Contacts.ShouldBe(kind == Set.ContactIds ? new() { ContactIds = new() } : set);
            (await StandAsync(account, action, label, list)).ShouldBe(action.ActionCase == BulkAction.ActionOneofCase.SetRecordState && action.SetRecordState == RecordState.Active || action.ToString().Contains("remove", StringComparison.Ordinal) ? [] : ids);
            if (changed > 0)
            {
                var told = (await account.Timelines.GetTimelineAsync(new() { ContactId = ids[1], PageSize = 1 })).Events.Single();
                (told.Cause, told.RunId, told.Actor).ShouldBe((TimelineCause.BulkRun, run.BulkRunId, run.Run.Actor));
            }
        }
        // One event for each change, and the record's version has moved with its state alone.
        (await account.Timelines.GetTimelineAsync(new() { ContactId = ids[1] })).Events.Count.ShouldBe(1 + 6 + (kind == Set.ContactListId ? 1 : 0));
        (await account.GetAsync(ids[1])).Etag.ShouldBe("3");
        (await account.GetAsync(other.ContactId)).ShouldBe(other);
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM bulk_run_pieces WHERE account_id = {account.Id}")).ShouldBe(0L);
    }

    [Fact]
    public async Task New_record_states_are_told_to_other_services_with_the_run()
    {
        var account = await fixture.NewAccountAsync();
        await account.CreateAsync("a@example.org");
        var last = await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "b@example.org" } });
        var run = await account.DoAsync(new() { Filter = "" }, new() { SetRecordState = RecordState.Inactive });
        await account.DoAsync(new() { Filter = "" }, new() { SetRecordState = RecordState.Inactive });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var feed = (await fixture.AccountAsync(0)).Changes.StreamChanges(new() { AfterPosition = last.ChangeToken }, cancellationToken: limit.Token);
        await account.CreateAsync("c@example.org");
        var told = new List<StreamChangesResponse>();
        while (told.Count < 2 && await feed.ResponseStream.MoveNext(limit.Token))
        {
            told.AddRange(Enumerable.Repeat(feed.ResponseStream.Current, feed.ResponseStream.Current.AccountId == account.Id ? 1 : 0));
        }
        (told[0].RunId, told[0].Actor, told[0].RecordStateChanged.Inactive, told[0].RecordStateChanged.ContactIds.Count).ShouldBe((run.BulkRunId, run.Run.Actor, true, 2));
        told[1].ContactsCreated.ShouldNotBeNull();
    }

    [Fact]
    public async Task Malformed_and_unknown_things_are_refused_before_anything_happens()
    {
        var account = await fixture.NewAccountAsync();
        var bulk = account.Bulk();
        var (label, list) = (await account.LabelAsync("x"), await account.ListAsync("x"));
        BulkAction add = new() { AddLabelId = label.LabelId };
        await bulk.CreateBulkRunAsync(new()).FieldsAsync("action", "contacts", "request_id");
        await Ask(new() { SegmentId = -1 }, new() { AddLabelId = -1 }).FieldsAsync("action.add_label_id", "contacts.segment_id");
        await Ask(new() { ContactListId = 0 }, new() { RemoveContactListId = 0 }).FieldsAsync("action.remove_contact_list_id", "contacts.contact_list_id");
        await Ask(Ids(), new() { SetRecordState = (RecordState)9 }).FieldsAsync("action.set_record_state", "contacts.contact_ids.contact_ids");
        await Ask(Ids(1, 0), new() { RemoveLabelId = 0 }).FieldsAsync("action.remove_label_id", "contacts.contact_ids.contact_ids[1]");
        await Ask(new() { Filter = "nonsense = 1" }, add).FieldsAsync("filter");
        await bulk.CreateBulkRunAsync(new() { Contacts = Ids(1), Action = add, RequestId = "r", FunnelChangeToken = "x" }).FieldsAsync("funnel_change_token");
        (await Ask(Ids(Enumerable.Range(1, 10_001).Select(i => (long)i)), add).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("10000");
        await bulk.ListBulkRunsAsync(new() { PageSize = -1 }).FieldsAsync("page_size");
        await bulk.ListBulkRunsAsync(new() { PageToken = "x" }).ForAsync(CommonReasons.PageTokenInvalid);
        foreach (var id in (long[])[0, 4711])
        {
            await RefusedAsync(account, id);
        }
        await UnknownAsync(account, 4711, 4711, new() { SegmentId = 4711 }, ContactsReasons.SegmentNotFound);

        // Another account's things look the same.
        var stranger = await fixture.NewAccountAsync();
        var mine = await account.CreateAsync("a@example.org", label.LabelId);
        var segment = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "s" } })).Segment;
        var snapshot = (await account.Segments.FreezeSegmentAsync(new() { Contacts = new() { SegmentId = segment.SegmentId } })).Snapshot;
        await UnknownAsync(stranger, label.LabelId, list.ContactListId, new() { SegmentSnapshotId = snapshot.SegmentSnapshotId }, ContactsReasons.SegmentSnapshotNotFound);
        await UnknownAsync(stranger, label.LabelId, list.ContactListId, new() { ContactListId = list.ContactListId }, ContactsReasons.ContactListNotFound);
        var theirs = await stranger.DoAsync(Ids(mine.ContactId), new() { SetRecordState = RecordState.Inactive });
        (theirs.Run.ChangedCount, theirs.Run.SkipCounts.Single().Reason).ShouldBe((0, "CONTACT_NOT_FOUND"));
        (await account.GetAsync(mine.ContactId)).ShouldBe(mine);
        await RefusedAsync(account, theirs.BulkRunId);
        (await bulk.ListBulkRunsAsync(new())).BulkRuns.ShouldBeEmpty();

        AsyncUnaryCall<CreateBulkRunResponse> Ask(ContactSet set, BulkAction action) => bulk.CreateBulkRunAsync(new() { Contacts = set, Action = action, RequestId = NewRequestId() });
    }

    [Fact]
    public async Task A_request_id_makes_one_run_and_pages_list_the_newest_first()
    {
        var account = await fixture.NewAccountAsync();
        var (label, contact) = (await account.LabelAsync("x"), await account.CreateAsync("a@example.org"));
        var request = new CreateBulkRunRequest { Contacts = Ids(contact.ContactId), Action = new() { AddLabelId = label.LabelId }, RequestId = "once" };
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await account.Bulk().CreateBulkRunAsync(request)).BulkRun.BulkRunId));
        made.Distinct().ShouldHaveSingleItem();
        var ended = await account.Bulk().EndAsync(made[0]);
        await account.Bulk().CreateBulkRunAsync(new(request) { Action = new() { RemoveLabelId = label.LabelId } }).ForAsync(CommonReasons.RequestIdReused);
        (await account.Bulk().CancelBulkRunAsync(new() { BulkRunId = made[0] }).ForAsync(CommonReasons.RunEnded))["from"].ShouldBe("SUCCEEDED");
        // Also when what it was about is gone.
        await account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId });
        (await account.Bulk().CreateBulkRunAsync(request)).BulkRun.ShouldBe(ended);

        var second = await account.DoAsync(new() { Filter = "" }, new() { SetRecordState = RecordState.Inactive });
        var page = await account.Bulk().ListBulkRunsAsync(new() { PageSize = 1 });
        page.BulkRuns.ShouldBe([second]);
        page = await account.Bulk().ListBulkRunsAsync(new() { PageSize = 1, PageToken = page.NextPageToken });
        (page.BulkRuns.Single(), page.NextPageToken).ShouldBe((ended, ""));
        (await account.Bulk().GetBulkRunAsync(new() { BulkRunId = ended.BulkRunId })).BulkRun.ShouldBe(ended);
    }

    [Fact]
    public async Task Lists_and_given_ids_are_sets_everywhere_but_where_a_filter_is_needed()
    {
        var account = await fixture.NewAccountAsync();
        var list = await account.ListAsync("x");
        V1.Contact[] all = [await account.CreateAsync("a@example.org"), await account.CreateAsync("b@example.org"), await account.CreateAsync("c@example.org")];
        await account.PutAsync(list, all[0], all[2]);
        foreach (var set in (ContactSet[])[new() { ContactListId = list.ContactListId }, Ids(all[2].ContactId, 4711, all[0].ContactId, all[2].ContactId)])
        {
            (await account.Segments.CountSegmentAsync(new() { Contacts = set })).ContactCount.ShouldBe(2);
            var page = await account.Segments.ListSegmentContactsAsync(new() { Contacts = set, PageSize = 1 });
            page.Contacts.Single().ContactId.ShouldBe(all[0].ContactId);
            (await account.Segments.ListSegmentContactsAsync(new() { Contacts = set, PageToken = page.NextPageToken })).Contacts.Single().ContactId.ShouldBe(all[2].ContactId);
            await account.Segments.ListSegmentContactsAsync(new() { Contacts = Ids(all[0].ContactId), PageToken = page.NextPageToken }).ForAsync(CommonReasons.PageTokenInvalid);
            (await account.ExportAsync(new() { Contacts = set, Columns = { "email" } })).ShouldBe("email\r\na@example.org\r\nc@example.org\r\n");
            var field = set.SetCase == Set.ContactIds ? "contacts.contact_ids" : "contacts.contact_list_id";
            await account.Segments.FreezeSegmentAsync(new() { Contacts = set }).FieldsAsync(field);
            await account.Segments.ExplainContactAsync(new() { ContactId = all[0].ContactId, Contacts = set }).FieldsAsync(field);
        }
        await account.Segments.CountSegmentAsync(new() { Contacts = new() { ContactListId = 4711 } }).ForAsync(ContactsReasons.ContactListNotFound);
        var query = ContactSets.IdsQuery([1, 2], sqlServer: true);
        foreach (var sql in (string[])[SegmentSql.Count(query, true), SegmentSql.Page(query, true), SegmentSql.All(query, true)])
        {
            TSql.Errors(sql).ShouldBeEmpty(sql);
        }
    }

    private static async Task<ContactSet> SetAsync(Account account, Set kind, V1.Contact[] inside)
    {
        const string Filter = "label:chosen";
        switch (kind)
        {
            case Set.SegmentId:
                return new() { SegmentId = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "chosen", Filter = Filter } })).Segment.SegmentId };
            case Set.SegmentSnapshotId:
                return new() { SegmentSnapshotId = (await account.Segments.FreezeSegmentAsync(new() { Contacts = new() { Filter = Filter } })).Snapshot.SegmentSnapshotId };
            case Set.ContactListId:
                var list = await account.ListAsync("chosen");
                await account.PutAsync(list, inside);
                return new() { ContactListId = list.ContactListId };
            case Set.ContactIds:
                return Ids(inside.Select(c => c.ContactId).Reverse().Append(999999999).Append(inside[0].ContactId));
            default:
                return new() { Filter = Filter };
        }
    }

    /// <summary>Who carries the label, is on the list, or has an inactive record.</summary>
    private static async Task<IEnumerable<long>> StandAsync(Account account, BulkAction action, Label label, ContactList list) => action.ActionCase switch
    {
        BulkAction.ActionOneofCase.SetRecordState => (await account.Contacts.ListContactsAsync(new() { RecordState = RecordState.Inactive })).Contacts.Select(c => c.ContactId),
        BulkAction.ActionOneofCase.AddLabelId or BulkAction.ActionOneofCase.RemoveLabelId => (await account.Contacts.ListContactsAsync(new() { LabelId = label.LabelId })).Contacts.Select(c => c.ContactId),
        _ => await account.OnAsync(list),
    };

    private static async Task UnknownAsync(Account account, long label, long list, ContactSet set, Reason reason)
    {
        var bulk = account.Bulk();
        foreach (var (contacts, action, expected) in ((ContactSet, BulkAction, Reason)[])
        [
            (Ids(1), new() { AddLabelId = label }, ContactsReasons.LabelNotFound), (Ids(1), new() { RemoveLabelId = label }, ContactsReasons.LabelNotFound),
            (Ids(1), new() { AddContactListId = list }, ContactsReasons.ContactListNotFound), (Ids(1), new() { RemoveContactListId = list }, ContactsReasons.ContactListNotFound),
            (set, new() { SetRecordState = RecordState.Active }, reason),
        ])
        {
            await bulk.CreateBulkRunAsync(new() { Contacts = contacts, Action = action, RequestId = NewRequestId() }).ForAsync(expected);
        }
    }

    private static async Task RefusedAsync(Account account, long id)
    {
        var bulk = account.Bulk();
        if (id == 0)
        {
            await bulk.GetBulkRunAsync(new()).FieldsAsync("bulk_run_id");
            await bulk.CancelBulkRunAsync(new()).FieldsAsync("bulk_run_id");
            await bulk.WatchBulkRun(new()).FieldsAsync("bulk_run_id");
            return;
        }
        await bulk.GetBulkRunAsync(new() { BulkRunId = id }).ForAsync(CommonReasons.RunNotFound);
        await bulk.CancelBulkRunAsync(new() { BulkRunId = id }).ForAsync(CommonReasons.RunNotFound);
        await bulk.WatchBulkRun(new() { BulkRunId = id }).ForAsync(CommonReasons.RunNotFound);
    }
}
