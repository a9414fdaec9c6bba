using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Filters;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>Segments as they are saved.</summary>
[Collection(ContactsCollection.Name)]
public sealed class SegmentTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_segment_is_created_read_listed_changed_and_deleted()
    {
        var account = await fixture.NewAccountAsync();
        var segments = account.Segments;
        var request = new V1.CreateSegmentRequest { Segment = new() { DisplayName = " At risk ", Filter = "lead_score > 5 AND -record_state = inactive" }, RequestId = "one" };
        var made = (await segments.CreateSegmentAsync(request)).Segment;
        (made.DisplayName, made.Filter, made.Etag).ShouldBe(("At risk", request.Segment.Filter, "1"));
        (await segments.CreateSegmentAsync(request)).Segment.ShouldBe(made);
        (await segments.GetSegmentAsync(new() { SegmentId = made.SegmentId })).Segment.ShouldBe(made);
        (await segments.GetSegmentAsync(new() { DisplayName = "AT RISK" })).Segment.ShouldBe(made);

        var other = (await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "Everyone" } })).Segment;
        other.Filter.ShouldBeEmpty();
        var page = await segments.ListSegmentsAsync(new() { PageSize = 1 });
        page.Segments.ShouldBe([made]);
        (await segments.ListSegmentsAsync(new() { PageSize = 1, PageToken = page.NextPageToken })).Segments.ShouldBe([other]);

        var longest = "email:*".PadRight(FilterLength.Maximum);
        (await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = other.SegmentId, Filter = longest }, UpdateMask = FieldMask.FromString("filter") })).Segment.Filter.ShouldBe(longest);
        await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = other.SegmentId, Filter = longest + " " }, UpdateMask = FieldMask.FromString("filter") }).ForAsync(CommonReasons.LimitExceeded);
        var changed = (await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = made.SegmentId, Filter = "email:*", DisplayName = "ignored", Etag = made.Etag }, UpdateMask = FieldMask.FromString("filter") })).Segment;
        (changed.DisplayName, changed.Filter, changed.Etag).ShouldBe(("At risk", "email:*", "2"));
        // Nothing changes, so neither does the etag.
        (await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = made.SegmentId, DisplayName = "At risk" }, UpdateMask = FieldMask.FromString("display_name") })).Segment.ShouldBe(changed);
        await segments.DeleteSegmentAsync(new() { SegmentId = made.SegmentId, Etag = made.Etag }).ForAsync(CommonReasons.EtagMismatch);
        await segments.DeleteSegmentAsync(new() { SegmentId = made.SegmentId, Etag = changed.Etag });
        (await segments.GetSegmentAsync(new() { SegmentId = made.SegmentId }).ForAsync(ContactsReasons.SegmentNotFound))["segment_id"].ShouldBe($"{made.SegmentId}");
        await segments.CreateSegmentAsync(request).ForAsync(ContactsReasons.SegmentNotFound);
    }

    [Fact]
    public async Task What_is_no_segment_is_refused()
    {
        var account = await fixture.NewAccountAsync();
        var segments = account.Segments;
        var made = (await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "Été" } })).Segment;
        var facts = await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "E\u0301TE\u0301" } }).ForAsync(ContactsReasons.SegmentExists);
        (facts["field"], facts["segment_id"]).ShouldBe(("display_name", $"{made.SegmentId}"));
        var other = (await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "other" }, RequestId = "r" })).Segment;
        await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "another" }, RequestId = "r" }).ForAsync(CommonReasons.RequestIdReused);
        await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = other.SegmentId, DisplayName = "été" }, UpdateMask = FieldMask.FromString("display_name") }).ForAsync(ContactsReasons.SegmentExists);
        await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = other.SegmentId, DisplayName = "x", Etag = "9" }, UpdateMask = FieldMask.FromString("display_name") }).ForAsync(CommonReasons.EtagMismatch);
        await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = 987654321, DisplayName = "x" }, UpdateMask = FieldMask.FromString("display_name") }).ForAsync(ContactsReasons.SegmentNotFound);
        await segments.DeleteSegmentAsync(new() { SegmentId = 987654321 }).ForAsync(ContactsReasons.SegmentNotFound);
        await segments.GetSegmentAsync(new() { DisplayName = "nobody" }).ForAsync(ContactsReasons.SegmentNotFound);

        await segments.CreateSegmentAsync(new()).FieldsAsync("segment");
        await segments.CreateSegmentAsync(new() { Segment = new() { SegmentId = 1, CreateTime = new(), UpdateTime = new(), Etag = "1" }, RequestId = new string('r', 65) })
            .FieldsAsync("segment.display_name", "segment.segment_id", "segment.create_time", "segment.update_time", "segment.etag", "request_id");
        await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "x", Filter = "lead_score >" } }).FieldsAsync("filter");
        await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = other.SegmentId, Filter = "label:gone" }, UpdateMask = FieldMask.FromString("filter") }).FieldsAsync("filter");
        await segments.UpdateSegmentAsync(new()).FieldsAsync("segment", "update_mask");
        await segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = 0, DisplayName = "" }, UpdateMask = FieldMask.FromString("display_name,etag") }).FieldsAsync("segment.segment_id", "segment.display_name", "update_mask");
        await segments.GetSegmentAsync(new()).FieldsAsync("key");
        await segments.GetSegmentAsync(new() { SegmentId = -1 }).FieldsAsync("segment_id");
        await segments.ListSegmentsAsync(new() { PageSize = -1 }).FieldsAsync("page_size");
        await segments.ListSegmentsAsync(new() { PageToken = "x" }).ForAsync(CommonReasons.PageTokenInvalid);
        await segments.DeleteSegmentAsync(new()).FieldsAsync("segment_id");

        await segments.CountSegmentAsync(new()).FieldsAsync("contacts");
        await segments.CountSegmentAsync(new() { Contacts = new() { SegmentId = 0 } }).FieldsAsync("contacts.segment_id");
        await segments.CountSegmentAsync(new() { Contacts = new() { SegmentId = 987654321 } }).ForAsync(ContactsReasons.SegmentNotFound);
        await segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = "" }, PageSize = 1001 }).FieldsAsync("page_size");
        await segments.StreamSegmentContactIds(new() { Contacts = new() { SegmentSnapshotId = -1 } }).FieldsAsync("contacts.segment_snapshot_id");
        await segments.StreamSegmentContactIds(new() { Contacts = new() { Filter = "(" } }).FieldsAsync("filter");
        await segments.FreezeSegmentAsync(new() { Contacts = new() { SegmentSnapshotId = 1 } }).FieldsAsync("contacts.segment_snapshot_id");
        await segments.ExplainContactAsync(new() { Contacts = new() { SegmentSnapshotId = 1 } }).FieldsAsync("contact_id", "contacts.segment_snapshot_id");
        await segments.ExplainContactAsync(new() { ContactId = 987654321, Contacts = new() { Filter = "email:*" } }).ForAsync(ContactsReasons.ContactNotFound);
    }

    [Fact]
    public async Task Two_who_change_a_segment_do_not_overwrite_each_other_and_a_name_is_won_once()
    {
        var account = await fixture.NewAccountAsync();
        var made = (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "both" } })).Segment;
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => AllowedAsync(
            account.Segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = made.SegmentId, Filter = $"lead_score > {i}", Etag = made.Etag }, UpdateMask = FieldMask.FromString("filter") }), CommonReasons.EtagMismatch)));
        outcomes.Count(won => won).ShouldBe(1);
        outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => AllowedAsync(
            account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "one name", Filter = $"lead_score > {i}" } }), ContactsReasons.SegmentExists)));
        outcomes.Count(won => won).ShouldBe(1);
    }

    [Fact]
    public async Task Fields_and_filters_are_described()
    {
        var bed = await FilterBed.CreateAsync(fixture, 1);
        var fields = (await bed.Segments.ListFilterFieldsAsync(new())).Fields;
        var stage = fields.Single(f => f.Name == "funnel.stage");
        (stage.Type, stage.Comparators, stage.Choices.Count).ShouldBe((V1.FilterFieldType.Choice, ["=", "!=", ":"], 5));
        fields.Where(f => f.Name.StartsWith("field.", StringComparison.Ordinal) && !f.Name.Contains("spare", StringComparison.Ordinal)).Select(f => (f.Name, f.Type)).ShouldBe(
            [("field.birthday", V1.FilterFieldType.Date), ("field.nick", V1.FilterFieldType.Text), ("field.points", V1.FilterFieldType.Number), ("field.tier", V1.FilterFieldType.Choice), ("field.vip", V1.FilterFieldType.Boolean)]);
        fields.ShouldAllBe(f => f.Comparators.Count >= 2 && f.Description.Length > 0);

        var check = await bed.Segments.CheckFilterAsync(new() { Filter = "label:VIP field.Points >= 10 OR funnel_status = Customer" });
        check.ExplicitFilter.ShouldBe("label:VIP AND (field.Points >= 10 OR funnel_status = Customer)");
        check.Clauses.Select(c => (c.Position, c.Text, c.Field, c.Type)).ShouldBe(
            [(1, "label:VIP", "label", V1.FilterFieldType.Label), (11, "field.Points >= 10", "field.points", V1.FilterFieldType.Number), (33, "funnel_status = Customer", "funnel.stage", V1.FilterFieldType.Choice)]);
        var refused = await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await bed.Segments.CheckFilterAsync(new() { Filter = "field.tier = platinum" }));
        Refused.Check(refused, CommonReasons.InvalidField)["expected"].ShouldBe("one of gold, Silver Plus, bronze");
        Refused.Check(await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await bed.Segments.CheckFilterAsync(new() { Filter = "field.point = 1" })), CommonReasons.InvalidField)["expected"].ShouldContain("field.points");
    }

    private static async Task<bool> AllowedAsync<T>(Grpc.Core.AsyncUnaryCall<T> call, Reason refusal)
    {
        try
        {
            await call;
            return true;
        }
        catch (Grpc.Core.RpcException e)
        {
            Refused.Check(e, refusal);
            return false;
        }
    }
}
