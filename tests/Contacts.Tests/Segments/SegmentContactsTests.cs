using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>Who is in segments: counted, paged, streamed, frozen, explained.</summary>
[Collection(ContactsCollection.Name)]
public sealed class SegmentContactsTests(ContactsFixture fixture)
{
    /// <summary>The examples of the journeys text, in its words.</summary>
    [Fact]
    public async Task The_examples_of_the_journeys_text_work_as_written()
    {
        var account = await fixture.NewAccountAsync();
        var first = account.Id << 40;
        await WriteAsync(account.Id, first, 6);
        await fixture.ScalarAsync($"""
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time)
            SELECT {account.Id}, {first} + i, CASE WHEN i = 5 THEN 5 ELSE 3 END, i = 3, now() FROM generate_series(1, 5) i WHERE i <> 4;
            INSERT INTO contact_deliverability (account_id, contact_id, revision, status, last_open_time)
            SELECT {account.Id}, {first} + i, 1, 2, CASE WHEN i = 2 THEN TIMESTAMPTZ '2026-04-08 00:00:00Z' ELSE TIMESTAMPTZ '2026-04-07 23:59:59Z' END FROM generate_series(1, 5) i;
            UPDATE contacts SET subscribed_time = CASE WHEN contact_id = {first} THEN TIMESTAMPTZ '2026-05-01 23:59:59Z' ELSE TIMESTAMPTZ '2026-05-02 00:00:00Z' END WHERE account_id = {account.Id} AND contact_id IN ({first}, {first} + 4);
            """);
        // Customer 1 opened before the day, customer 2 on it, and 3 is lost.
        await FindsAsync(account, "funnel_status = Customer AND last_open < 2026-04-08", first + 1);
        await FindsAsync(account, "funnel.stage = CUSTOMER", first + 1, first + 2);
        await FindsAsync(account, "funnel_status = Promoter", first + 5);
        // 0 subscribed on the day, 4 after it; neither has moved, and the default is Aware.
        await FindsAsync(account, "funnel_status = Aware AND subscribed_at > 2026-05-01", first + 4);
        await FindsAsync(account, "funnel.lost_from = Customer", first + 3);

        await fixture.ScalarAsync($"INSERT INTO funnel_defaults (account_id, stage, change_time) VALUES ({account.Id}, 2, now())");
        await FindsAsync(account, "funnel_status = Aware");
        await FindsAsync(account, "funnel_status = Engaged", first, first + 4);
    }

    [Fact]
    public async Task Pages_follow_each_other_and_their_tokens_are_bound()
    {
        var account = await fixture.NewAccountAsync();
        var first = account.Id << 40;
        await WriteAsync(account.Id, first, 25);
        var segment = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "odd", Filter = "lead_score = 1" } })).Segment;
        var set = new V1.ContactSet { SegmentId = segment.SegmentId };
        var (ids, token) = (new List<long>(), "");
        do
        {
            var page = await account.Segments.ListSegmentContactsAsync(new() { Contacts = set, PageSize = 5, PageToken = token });
            page.Contacts.Count.ShouldBeInRange(1, 5);
            page.Contacts.ShouldAllBe(c => c.LeadScore == 1 && c.Email.Length > 0);
            ids.AddRange(page.Contacts.Select(c => c.ContactId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        ids.ShouldBe(Enumerable.Range(0, 25).Where(i => i % 2 == 1).Select(i => first + i));

        token = (await account.Segments.ListSegmentContactsAsync(new() { Contacts = set, PageSize = 5 })).NextPageToken;
        await account.Segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = "lead_score = 1" }, PageToken = token }).ForAsync(CommonReasons.PageTokenInvalid);
        await account.Segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = segment.SegmentId, Filter = "lead_score = 0" }, UpdateMask = FieldMask.FromString("filter") });
        await account.Segments.ListSegmentContactsAsync(new() { Contacts = set, PageToken = token }).ForAsync(CommonReasons.PageTokenInvalid);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(400)]
    public async Task Pages_along_a_label_are_whole_however_many_of_its_members_fulfil_the_rest(int every)
    {
        var account = await fixture.NewAccountAsync();
        var (first, all, some) = (account.Id << 40, (await account.LabelAsync("all")).LabelId, (await account.LabelAsync("some")).LabelId);
        await WriteAsync(account.Id, first, 1300);
        await fixture.ScalarAsync($"""
            INSERT INTO label_members (account_id, label_id, contact_id) SELECT {account.Id}, {all}, {first} + i FROM generate_series(0, 1299) i;
            INSERT INTO label_members (account_id, label_id, contact_id) SELECT {account.Id}, {some}, {first} + i FROM generate_series(0, 1299, {every}) i;
            """);
        long[] members = [.. Enumerable.Range(0, 1300).Where(i => i % every == 0).Select(i => first + i)];
        (await PagesAsync("label:all AND label:some")).ShouldBe(members);
        (await PagesAsync("label:all AND NOT label:some")).ShouldBe(Enumerable.Range(0, 1300).Select(i => first + i).Except(members));
        (await PagesAsync("label:all AND (label:some OR list:*)")).ShouldBe(members);

        async Task<List<long>> PagesAsync(string filter)
        {
            var (found, request) = (new List<long>(), new V1.ListSegmentContactsRequest { Contacts = new() { Filter = filter }, PageSize = 100 });
            do
            {
                var page = await account.Segments.ListSegmentContactsAsync(request);
                found.AddRange(page.Contacts.Select(c => c.ContactId));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return found;
        }
    }

    [Fact]
    public async Task A_snapshot_keeps_who_was_there_but_for_the_deleted()
    {
        var account = await fixture.NewAccountAsync();
        var first = account.Id << 40;
        await WriteAsync(account.Id, first, 20_000);
        var segment = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "odd", Filter = "lead_score = 1" } })).Segment;
        var request = new V1.FreezeSegmentRequest { Contacts = new() { SegmentId = segment.SegmentId }, RequestId = "f" };
        var snapshot = (await account.Segments.FreezeSegmentAsync(request)).Snapshot;
        (snapshot.SegmentId, snapshot.Filter, snapshot.ContactCount).ShouldBe((segment.SegmentId, "lead_score = 1", 10_000));
        (await account.Segments.FreezeSegmentAsync(request)).Snapshot.ShouldBe(snapshot);
        (await account.Segments.GetSegmentSnapshotAsync(new() { SegmentSnapshotId = snapshot.SegmentSnapshotId })).Snapshot.ShouldBe(snapshot);
        (await account.Segments.ListSegmentSnapshotsAsync(new())).Snapshots.ShouldBe([snapshot]);

        await fixture.ScalarAsync($"UPDATE contacts SET lead_score = 0 WHERE account_id = {account.Id} AND contact_id < {first} + 10000");
        await account.Contacts.DeleteContactAsync(new() { ContactId = first + 1 });
        await account.Segments.DeleteSegmentAsync(new() { SegmentId = segment.SegmentId });
        var set = new V1.ContactSet { SegmentSnapshotId = snapshot.SegmentSnapshotId };
        (await account.Segments.CountSegmentAsync(new() { Contacts = set })).ContactCount.ShouldBe(9999);
        (await IdsAsync(account, set)).ShouldBe(Enumerable.Range(1, 9999).Select(i => first + (2 * i) + 1));
        (await account.Segments.ListSegmentContactsAsync(new() { Contacts = set, PageSize = 2 })).Contacts.Select(c => c.ContactId).ShouldBe([first + 3, first + 5]);

        await account.Segments.DeleteSegmentSnapshotAsync(new() { SegmentSnapshotId = snapshot.SegmentSnapshotId });
        (await fixture.ScalarAsync($"SELECT COUNT(*) FROM segment_snapshot_members WHERE account_id = {account.Id}")).ShouldBe(0L);
        (await account.Segments.CountSegmentAsync(new() { Contacts = set }).ForAsync(ContactsReasons.SegmentSnapshotNotFound))["segment_snapshot_id"].ShouldBe($"{snapshot.SegmentSnapshotId}");
        await account.Segments.DeleteSegmentSnapshotAsync(new() { SegmentSnapshotId = snapshot.SegmentSnapshotId }).ForAsync(ContactsReasons.SegmentSnapshotNotFound);
        await account.Segments.GetSegmentSnapshotAsync(new()).FieldsAsync("segment_snapshot_id");
        await account.Segments.FreezeSegmentAsync(request).ForAsync(ContactsReasons.SegmentSnapshotNotFound);

        // Twins that cannot see each other make one.
        var twin = new V1.FreezeSegmentRequest { Contacts = new() { Filter = "lead_score = 0" }, RequestId = "twins" };
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => account.Segments.FreezeSegmentAsync(twin).ResponseAsync));
        taken.Select(t => t.Snapshot).Distinct().ShouldHaveSingleItem();
        (await account.Segments.ListSegmentSnapshotsAsync(new())).Snapshots.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_contact_is_explained_clause_by_clause()
    {
        var account = await fixture.NewAccountAsync();
        var (vip, other) = (await account.LabelAsync("VIP"), await account.LabelAsync("other"));
        var contact = (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "ana@example.org", GivenName = "Ana", SubscribedTime = Timestamp.FromDateTime(new(2026, 5, 1, 10, 0, 0, 500, DateTimeKind.Utc)) }, LabelIds = { vip.LabelId } })).Contact;
        var list = (await account.Lists.CreateContactListAsync(new() { DisplayName = "Spring fair" })).ContactList.ContactListId;
        await account.Lists.CreateContactListAsync(new() { DisplayName = "nobody" });
        await account.Lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { contact.ContactId } });
        await fixture.ScalarAsync($"""
            INSERT INTO custom_fields (account_id, custom_field_id, field_key, display_name, type, choices, create_time, update_time, version) VALUES ({account.Id}, 1, 'points', 'Points', 2, ARRAY[]::text[], now(), now(), 1);
            INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, number_value) VALUES ({account.Id}, {contact.ContactId}, 1, 12.50);
            """);
        var filter = "given_name = ana AND NOT family_name = li label:vip label:other OR label:* field.points < 10 subscribed_time > 2026-05-01 funnel.stage = customer funnel.lost = true funnel.lost_from:* phone:* lead_score:* list:\"spring FAIR\" list:nobody list:* label_id:" + other.LabelId;
        var explained = await account.Segments.ExplainContactAsync(new() { ContactId = contact.ContactId, Contacts = new() { Filter = filter } });
        explained.Matches.ShouldBeFalse();
        explained.Clauses.Select(c => (c.Clause.Text, c.Holds, c.HasValue ? c.Value : null)).ShouldBe([
            ("given_name = ana", true, "Ana"), ("family_name = li", false, null), ("label:vip", true, "VIP"), ("label:other", false, null), ("label:*", true, "1"), ("field.points < 10", false, "12.5"),
            ("subscribed_time > 2026-05-01", false, "2026-05-01T10:00:00.5Z"), ("funnel.stage = customer", false, "AWARE"), ("funnel.lost = true", false, "false"), ("funnel.lost_from:*", false, null),
            ("phone:*", false, null), ("lead_score:*", true, "0"), ("list:\"spring FAIR\"", true, "Spring fair"), ("list:nobody", false, null), ("list:*", true, "1"), ($"label_id:{other.LabelId}", false, null)]);
        (await account.Segments.ExplainContactAsync(new() { ContactId = contact.ContactId, Contacts = new() { Filter = "" } })).Matches.ShouldBeTrue();

        var survivor = await account.CreateAsync("survivor@example.org");
        await account.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor.ContactId, MergedContactId = contact.ContactId });
        (await account.Segments.ExplainContactAsync(new() { ContactId = contact.ContactId, Contacts = new() { Filter = "" } }).ForAsync(ContactsReasons.ContactNotFound))["merged_into_contact_id"].ShouldBe($"{survivor.ContactId}");
    }

    private async Task FindsAsync(Account account, string filter, params long[] ids)
    {
        (await IdsAsync(account, new() { Filter = filter })).ShouldBe(ids, filter);
        (await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filter } })).ContactCount.ShouldBe(ids.Length);
        (await account.Segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = filter } })).Contacts.Select(c => c.ContactId).ShouldBe(ids);
    }

    private static async Task<IReadOnlyList<long>> IdsAsync(Account account, V1.ContactSet set)
    {
        using var call = account.Segments.StreamSegmentContactIds(new() { Contacts = set });
        var (parts, ids) = (new List<V1.StreamSegmentContactIdsResponse>(), new List<long>());
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            parts.Add(part);
            ids.AddRange(part.ContactIds);
        }
        parts[..^1].ShouldAllBe(p => !p.Complete && p.ContactIds.Count == 8192);
        parts[^1].Complete.ShouldBeTrue();
        return ids;
    }

    /// <summary>Writes contacts with every second one's lead score 1.</summary>
    private Task<object?> WriteAsync(long account, long first, int count) => fixture.ScalarAsync($"""
        INSERT INTO contacts (account_id, contact_id, email, given_name, given_name_key, family_name, family_name_key, source, source_key, time_zone, record_state, owner, lead_score, create_time, update_time, version)
        SELECT {account}, {first} + i, 'c' || i || '@example.org', '', '', '', '', '', '', '', 1, '', i % 2, now(), now(), 1 FROM generate_series(0, {count - 1}) i;
        """);
}
