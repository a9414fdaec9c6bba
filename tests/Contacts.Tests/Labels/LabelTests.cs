using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Tests.Labels;

[Collection(ContactsCollection.Name)]
public sealed class LabelTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_label_is_found_by_id_and_by_name_without_regard_to_case()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("  Käufer ΣΊΣΥΦΟΣ ");
        (label.DisplayName, label.MemberCount).ShouldBe(("Käufer ΣΊΣΥΦΟΣ", 0));
        (await account.Labels.GetLabelAsync(new() { LabelId = label.LabelId })).Label.ShouldBe(label);
        (await account.Labels.GetLabelAsync(new() { DisplayName = "ka\u0308ufer σίσυφος" })).Label.ShouldBe(label);
        var facts = await account.Labels.CreateLabelAsync(new() { DisplayName = "KÄUFER σίσυφοσ" }).ForAsync(ContactsReasons.LabelExists);
        (facts["field"], facts["label_id"]).ShouldBe(("display_name", $"{label.LabelId}"));
        (await account.Labels.GetLabelAsync(new() { DisplayName = "nobody" }).ForAsync(ContactsReasons.LabelNotFound))["field"].ShouldBe("display_name");
    }

    [Fact]
    public async Task Malformed_requests_name_their_fields()
    {
        var labels = (await fixture.NewAccountAsync()).Labels;
        foreach (var name in (string[])["", "  ", "a,b", "a;b", "a\tb", new string('x', 101), new string('x', 100_000)])
        {
            await labels.CreateLabelAsync(new() { DisplayName = name }).FieldsAsync("display_name");
        }
        await labels.CreateLabelAsync(new() { DisplayName = "", RequestId = new string('r', 65) }).FieldsAsync("display_name", "request_id");
        await labels.GetLabelAsync(new()).FieldsAsync("key");
        await labels.GetLabelAsync(new() { LabelId = -1 }).FieldsAsync("label_id");
        await labels.GetLabelAsync(new() { DisplayName = "," }).FieldsAsync("display_name");
        await labels.ListLabelsAsync(new() { PageSize = -1 }).FieldsAsync("page_size");
        await labels.ListLabelsAsync(new() { PageToken = "x" }).ForAsync(CommonReasons.PageTokenInvalid);
        await labels.RenameLabelAsync(new()).FieldsAsync("label_id", "display_name");
        await labels.MergeLabelsAsync(new()).FieldsAsync("source_label_id", "target_label_id");
        await labels.MergeLabelsAsync(new() { SourceLabelId = 5, TargetLabelId = 5 }).FieldsAsync("target_label_id");
        await labels.DeleteLabelAsync(new()).FieldsAsync("label_id");
        await labels.AddLabelAsync(new()).FieldsAsync("contact_id", "label_id");
        await labels.RemoveLabelAsync(new()).FieldsAsync("contact_id", "label_id");
        await labels.BatchAddLabelAsync(new()).FieldsAsync("contact_ids", "label_id");
        await labels.BatchAddLabelAsync(new() { LabelId = 1, ContactIds = { 1, 0 } }).FieldsAsync("contact_ids[1]");
        await labels.BatchRemoveLabelAsync(new()).FieldsAsync("contact_ids", "label_id");
        await labels.StreamLabelMembers(new()).FieldsAsync("label_id");
        foreach (var many in (AsyncLimit[])[
            ids => labels.BatchAddLabelAsync(new() { LabelId = 1, ContactIds = { ids } }).ForAsync(CommonReasons.LimitExceeded),
            ids => labels.BatchRemoveLabelAsync(new() { LabelId = 1, ContactIds = { ids } }).ForAsync(CommonReasons.LimitExceeded)])
        {
            var facts = await many(Enumerable.Range(1, 10_001).Select(i => (long)i));
            (facts["field"], facts["limit"], facts["actual"]).ShouldBe(("contact_ids", "10000", "10001"));
        }
    }

    private delegate Task<IDictionary<string, string>> AsyncLimit(IEnumerable<long> ids);

    [Fact]
    public async Task A_request_id_makes_one_label_and_one_name_has_one_winner()
    {
        var account = await fixture.NewAccountAsync();
        var request = new V1.CreateLabelRequest { DisplayName = "once", RequestId = "r" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => account.Labels.CreateLabelAsync(request).ResponseAsync));
        var id = replies.Select(r => r.Label.LabelId).Distinct().ShouldHaveSingleItem();
        await account.Labels.CreateLabelAsync(new() { DisplayName = "other", RequestId = "r" }).ForAsync(CommonReasons.RequestIdReused);
        await account.Labels.DeleteLabelAsync(new() { LabelId = id });
        await account.Labels.CreateLabelAsync(request).ForAsync(ContactsReasons.LabelNotFound);

        var races = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                return (await account.Labels.CreateLabelAsync(new() { DisplayName = "race" })).Label.LabelId;
            }
            catch (Grpc.Core.RpcException e)
            {
                Refused.Check(e, ContactsReasons.LabelExists);
                return 0;
            }
        }));
        races.Count(r => r > 0).ShouldBe(1);
    }

    [Fact]
    public async Task A_renamed_label_keeps_its_members()
    {
        var account = await fixture.NewAccountAsync();
        var (label, other) = (await account.LabelAsync("before"), await account.LabelAsync("taken"));
        await account.CreateAsync("a@example.org", label.LabelId);
        var renamed = (await account.Labels.RenameLabelAsync(new() { LabelId = label.LabelId, DisplayName = "After", Etag = label.Etag })).Label;
        (renamed.DisplayName, renamed.MemberCount).ShouldBe(("After", 1));
        renamed.Etag.ShouldNotBe(label.Etag);
        (await account.Labels.RenameLabelAsync(new() { LabelId = label.LabelId, DisplayName = "After" })).Label.ShouldBe(renamed);
        // Its own name in another case is no conflict.
        (await account.Labels.RenameLabelAsync(new() { LabelId = label.LabelId, DisplayName = "AFTER" })).Label.DisplayName.ShouldBe("AFTER");
        (await account.Labels.RenameLabelAsync(new() { LabelId = label.LabelId, DisplayName = "Taken" }).ForAsync(ContactsReasons.LabelExists))["label_id"].ShouldBe($"{other.LabelId}");
        await account.Labels.RenameLabelAsync(new() { LabelId = label.LabelId, DisplayName = "x", Etag = label.Etag }).ForAsync(CommonReasons.EtagMismatch);
        (await account.Labels.RenameLabelAsync(new() { LabelId = 999999999, DisplayName = "x" }).ForAsync(ContactsReasons.LabelNotFound))["label_id"].ShouldBe("999999999");
    }

    [Fact]
    public async Task One_contact_gains_and_loses_a_label_once()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        var contact = await account.CreateAsync("a@example.org");
        var one = new V1.AddLabelRequest { ContactId = contact.ContactId, LabelId = label.LabelId };
        (await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await account.Labels.AddLabelAsync(one)).Changed))).Count(c => c).ShouldBe(1);
        var with = await account.GetAsync(contact.ContactId);
        with.LabelIds.ShouldBe([label.LabelId]);
        // Its labels changed, the record itself did not: an editor's etag stays good.
        with.UpdateTime.ShouldBeGreaterThan(contact.UpdateTime);
        with.Etag.ShouldBe(contact.Etag);
        var off = new V1.RemoveLabelRequest { ContactId = contact.ContactId, LabelId = label.LabelId };
        (await account.Labels.RemoveLabelAsync(off)).Changed.ShouldBeTrue();
        (await account.Labels.RemoveLabelAsync(off)).Changed.ShouldBeFalse();
        (await account.GetAsync(contact.ContactId)).LabelIds.ShouldBeEmpty();
        (await account.Labels.AddLabelAsync(new() { ContactId = 999999999, LabelId = label.LabelId }).ForAsync(ContactsReasons.ContactNotFound))["contact_id"].ShouldBe("999999999");
        await account.Labels.AddLabelAsync(new() { ContactId = contact.ContactId, LabelId = 999999999 }).ForAsync(ContactsReasons.LabelNotFound);
    }

    [Fact]
    public async Task Many_gain_and_lose_a_label_at_once()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        var had = await account.CreateAsync("a@example.org", label.LabelId);
        var (b, c) = (await account.CreateAsync("b@example.org"), await account.CreateAsync("c@example.org"));
        var added = await account.Labels.BatchAddLabelAsync(new() { LabelId = label.LabelId, ContactIds = { 999999999, c.ContactId, had.ContactId, b.ContactId, b.ContactId } });
        (added.ChangedCount, added.UnchangedCount).ShouldBe((2, 1));
        added.MissingContactIds.ShouldBe([999999999L]);
        (await account.GetAsync(had.ContactId)).UpdateTime.ShouldBe(had.UpdateTime);
        (await account.GetAsync(b.ContactId)).UpdateTime.ShouldBeGreaterThan(b.UpdateTime);
        (await account.Labels.GetLabelAsync(new() { LabelId = label.LabelId })).Label.MemberCount.ShouldBe(3);
        var removed = await account.Labels.BatchRemoveLabelAsync(new() { LabelId = label.LabelId, ContactIds = { had.ContactId, b.ContactId, 999999999 } });
        (removed.ChangedCount, removed.UnchangedCount).ShouldBe((2, 0));
        removed.MissingContactIds.ShouldBe([999999999L]);
        (await account.Labels.BatchRemoveLabelAsync(new() { LabelId = label.LabelId, ContactIds = { b.ContactId, c.ContactId } })).UnchangedCount.ShouldBe(1);
        await account.Labels.BatchAddLabelAsync(new() { LabelId = 999999999, ContactIds = { b.ContactId } }).ForAsync(ContactsReasons.LabelNotFound);
        await account.Labels.BatchRemoveLabelAsync(new() { LabelId = 999999999, ContactIds = { b.ContactId } }).ForAsync(ContactsReasons.LabelNotFound);
    }

    [Fact]
    public async Task A_merged_label_gives_its_members_to_the_other()
    {
        var account = await fixture.NewAccountAsync();
        // Once in each direction: the locks are taken by id, the work goes by source and target.
        foreach (var upwards in (bool[])[true, false])
        {
            var (first, second) = (await account.LabelAsync($"first {upwards}"), await account.LabelAsync($"second {upwards}"));
            var (source, target) = upwards ? (first, second) : (second, first);
            var both = await account.CreateAsync($"both{upwards}@example.org", source.LabelId, target.LabelId);
            var one = await account.CreateAsync($"one{upwards}@example.org", source.LabelId);
            await account.CreateAsync($"two{upwards}@example.org", target.LabelId);
            var merged = await account.Labels.MergeLabelsAsync(new() { SourceLabelId = source.LabelId, TargetLabelId = target.LabelId });
            (merged.Label.LabelId, merged.Label.MemberCount, merged.GainedCount).ShouldBe((target.LabelId, 3, 1));
            (await account.GetAsync(both.ContactId)).LabelIds.ShouldBe([target.LabelId]);
            (await account.GetAsync(one.ContactId)).LabelIds.ShouldBe([target.LabelId]);
            await account.Labels.GetLabelAsync(new() { LabelId = source.LabelId }).ForAsync(ContactsReasons.LabelNotFound);
        }
    }

    [Fact]
    public async Task A_deleted_label_is_off_its_members()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        var contact = await account.CreateAsync("a@example.org", label.LabelId);
        await account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId, Etag = "fff" }).ForAsync(CommonReasons.EtagMismatch);
        (await account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId, Etag = label.Etag })).RemovedCount.ShouldBe(1);
        var after = await account.GetAsync(contact.ContactId);
        after.LabelIds.ShouldBeEmpty();
        after.UpdateTime.ShouldBeGreaterThan(contact.UpdateTime);
        await account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId }).ForAsync(ContactsReasons.LabelNotFound);
        await account.LabelAsync("x");
    }

    [Fact]
    public async Task Labels_are_listed_by_id_with_their_counts()
    {
        var account = await fixture.NewAccountAsync();
        var labels = new List<V1.Label>();
        foreach (var name in (string[])["c", "a", "b"])
        {
            labels.Add(await account.LabelAsync(name));
        }
        await account.CreateAsync("a@example.org", labels[1].LabelId);
        var first = await account.Labels.ListLabelsAsync(new() { PageSize = 2 });
        var second = await account.Labels.ListLabelsAsync(new() { PageSize = 2, PageToken = first.NextPageToken });
        first.Labels.Concat(second.Labels).Select(l => (l.DisplayName, l.MemberCount)).ShouldBe([("c", 0), ("a", 1), ("b", 0)]);
        second.NextPageToken.ShouldBeEmpty();
    }
}
