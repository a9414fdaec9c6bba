using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Views;

/// <summary>Views as they are saved, and what refers to them.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ViewTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_view_is_created_read_listed_changed_and_deleted()
    {
        var account = await fixture.NewAccountAsync();
        var (views, segment) = (account.Views(), await account.SegmentAsync("everyone", ""));
        var request = new CreateViewRequest { View = new() { DisplayName = " Newest ", SegmentId = segment, Columns = { "email", "create_time" }, OrderBy = "create_time  desc " }, RequestId = "one" };
        var made = (await views.CreateViewAsync(request)).View;
        (made.DisplayName, made.SegmentId, made.OrderBy, made.Etag).ShouldBe(("Newest", segment, "create_time desc", "1"));
        made.Columns.ShouldBe(["email", "create_time"]);
        (await views.CreateViewAsync(request)).View.ShouldBe(made);
        (await views.GetViewAsync(new() { ViewId = made.ViewId })).View.ShouldBe(made);
        (await views.GetViewAsync(new() { DisplayName = "NEWEST" })).View.ShouldBe(made);

        // The order in which contacts come anyway is written as none.
        var other = (await views.CreateViewAsync(new() { View = new() { DisplayName = "other", SegmentId = segment, Columns = { "labels" }, OrderBy = "contact_id" } })).View;
        other.OrderBy.ShouldBeEmpty();
        var page = await views.ListViewsAsync(new() { PageSize = 1 });
        page.Views.ShouldBe([made]);
        (await views.ListViewsAsync(new() { PageSize = 1, PageToken = page.NextPageToken })).Views.ShouldBe([other]);

        var narrow = await account.SegmentAsync("narrow", "lead_score > 5");
        var changed = (await views.UpdateViewAsync(new()
        {
            View = new() { ViewId = made.ViewId, DisplayName = "ignored", SegmentId = narrow, Columns = { "email" }, Etag = made.Etag }, UpdateMask = FieldMask.FromString("segment_id,columns,order_by"),
        })).View;
        (changed.DisplayName, changed.SegmentId, changed.OrderBy, changed.Etag).ShouldBe(("Newest", narrow, "", "2"));
        changed.Columns.ShouldBe(["email"]);
        // Nothing changes, so neither does the etag.
        (await views.UpdateViewAsync(new() { View = new() { ViewId = made.ViewId, Columns = { "email" } }, UpdateMask = FieldMask.FromString("columns") })).View.ShouldBe(changed);
        await views.DeleteViewAsync(new() { ViewId = made.ViewId, Etag = made.Etag }).ForAsync(CommonReasons.EtagMismatch);
        await views.DeleteViewAsync(new() { ViewId = made.ViewId, Etag = changed.Etag });
        (await views.GetViewAsync(new() { ViewId = made.ViewId }).ForAsync(ContactsReasons.ViewNotFound))["view_id"].ShouldBe($"{made.ViewId}");
        await views.CreateViewAsync(request).ForAsync(ContactsReasons.ViewNotFound);
    }

    [Fact]
    public async Task What_is_no_view_is_refused()
    {
        var account = await fixture.NewAccountAsync();
        var (views, segment) = (account.Views(), await account.SegmentAsync("everyone", ""));
        var made = (await views.CreateViewAsync(New("Été"))).View;
        var facts = await views.CreateViewAsync(New("E\u0301TE\u0301")).ForAsync(ContactsReasons.ViewExists);
        (facts["field"], facts["view_id"]).ShouldBe(("display_name", $"{made.ViewId}"));
        var other = (await views.CreateViewAsync(New("other", "r"))).View;
        await views.CreateViewAsync(New("another", "r")).ForAsync(CommonReasons.RequestIdReused);
        await UpdateAsync("display_name", v => v.DisplayName = "été").ForAsync(ContactsReasons.ViewExists);
        await UpdateAsync("display_name", v => (v.DisplayName, v.Etag) = ("x", "9")).ForAsync(CommonReasons.EtagMismatch);
        await UpdateAsync("display_name", v => (v.DisplayName, v.ViewId) = ("x", 987654321)).ForAsync(ContactsReasons.ViewNotFound);
        (await UpdateAsync("segment_id", v => v.SegmentId = 987654321).ForAsync(ContactsReasons.SegmentNotFound))["segment_id"].ShouldBe("987654321");
        await views.CreateViewAsync(new() { View = new() { DisplayName = "x", SegmentId = 987654321, Columns = { "email" } } }).ForAsync(ContactsReasons.SegmentNotFound);
        await views.DeleteViewAsync(new() { ViewId = 987654321 }).ForAsync(ContactsReasons.ViewNotFound);
        await views.GetViewAsync(new() { DisplayName = "nobody" }).ForAsync(ContactsReasons.ViewNotFound);

        await views.CreateViewAsync(new()).FieldsAsync("view");
        await views.CreateViewAsync(new() { View = new() { ViewId = 1, CreateTime = new(), UpdateTime = new(), Etag = "1", OrderBy = "desc" }, RequestId = new string('r', 65) })
            .FieldsAsync("view.display_name", "view.segment_id", "view.columns", "view.order_by", "view.view_id", "view.create_time", "view.update_time", "view.etag", "request_id");
        await UpdateAsync("columns", v => v.Columns.Add(["email", "field.none", "email", "Email"])).FieldsAsync("view.columns[1]", "view.columns[2]", "view.columns[3]");
        (await UpdateAsync("columns", v => v.Columns.Add(Enumerable.Repeat("email", 51))).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("50");
        foreach (var order in new[] { "labels", "record_state desc", "email asc", "email, phone", "no such", " desc", "email DESC" })
        {
            await UpdateAsync("order_by", v => v.OrderBy = order).FieldsAsync("view.order_by");
        }
        await views.UpdateViewAsync(new()).FieldsAsync("view", "update_mask");
        await UpdateAsync("etag", _ => { }).FieldsAsync("update_mask");
        await views.GetViewAsync(new()).FieldsAsync("key");
        await views.GetViewAsync(new() { ViewId = -1 }).FieldsAsync("view_id");
        await views.ListViewsAsync(new() { PageSize = -1 }).FieldsAsync("page_size");
        await views.ListViewsAsync(new() { PageToken = "x" }).ForAsync(CommonReasons.PageTokenInvalid);
        await views.DeleteViewAsync(new()).FieldsAsync("view_id");
        await views.ListViewRowsAsync(new() { PageSize = 1001, FunnelChangeToken = "x" }).FieldsAsync("view_id", "page_size", "funnel_change_token");
        await views.ListViewRowsAsync(new() { ViewId = 987654321 }).ForAsync(ContactsReasons.ViewNotFound);

        await fixture.ScalarAsync($"""
            INSERT INTO views (account_id, view_id, display_name, name_key, segment_id, column_names, order_by, create_time, update_time, version)
            SELECT {account.Id}, 1000000000 + i, i, i, {segment}, column_names, '', now(), now(), 1 FROM views, generate_series(1, 198) i WHERE account_id = {account.Id} AND view_id = {made.ViewId};
            """);
        (await views.CreateViewAsync(New("one too many")).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("200");

        CreateViewRequest New(string name, string requestId = "") => new() { View = new() { DisplayName = name, SegmentId = segment, Columns = { "email" } }, RequestId = requestId };

        AsyncUnaryCall<UpdateViewResponse> UpdateAsync(string mask, Action<View> set)
        {
            var view = new View { ViewId = other.ViewId };
            set(view);
            return views.UpdateViewAsync(new() { View = view, UpdateMask = FieldMask.FromString(mask) });
        }
    }

    [Fact]
    public async Task A_segment_that_views_show_stays()
    {
        var account = await fixture.NewAccountAsync();
        var segment = await account.SegmentAsync("shown", "");
        var one = (await account.Views().CreateViewAsync(new() { View = new() { DisplayName = "1", SegmentId = segment, Columns = { "email" } } })).View.ViewId;
        var two = (await account.Views().CreateViewAsync(new() { View = new() { DisplayName = "2", SegmentId = segment, Columns = { "email" } } })).View.ViewId;
        var facts = await account.Segments.DeleteSegmentAsync(new() { SegmentId = segment }).ForAsync(ContactsReasons.SegmentInUse);
        (facts["segment_id"], facts["view_ids"], facts["action"]).ShouldBe(($"{segment}", $"{one},{two}", "delete segment"));
        await account.Views().DeleteViewAsync(new() { ViewId = one });
        (await account.Segments.DeleteSegmentAsync(new() { SegmentId = segment }).ForAsync(ContactsReasons.SegmentInUse))["view_ids"].ShouldBe($"{two}");
        await account.Views().DeleteViewAsync(new() { ViewId = two });
        await account.Segments.DeleteSegmentAsync(new() { SegmentId = segment });
    }

    [Fact]
    public async Task Of_who_deletes_a_segment_and_who_shows_it_at_once_one_is_told_of_the_other()
    {
        var account = await fixture.NewAccountAsync();
        for (var i = 0; i < 15; i++)
        {
            var segment = await account.SegmentAsync($"s{i}", "");
            var view = AllowedAsync(account.Views().CreateViewAsync(new() { View = new() { DisplayName = $"v{i}", SegmentId = segment, Columns = { "email" } } }), ContactsReasons.SegmentNotFound);
            var deleted = AllowedAsync(account.Segments.DeleteSegmentAsync(new() { SegmentId = segment }), ContactsReasons.SegmentInUse);
            (await view).ShouldBe(!await deleted);
        }
    }

    [Fact]
    public async Task Of_two_who_change_a_view_or_take_a_name_one_wins()
    {
        var account = await fixture.NewAccountAsync();
        var segment = await account.SegmentAsync("everyone", "");
        var made = (await account.Views().CreateViewAsync(new() { View = new() { DisplayName = "both", SegmentId = segment, Columns = { "email" } } })).View;
        string[] columns = ["phone", "source", "owner", "labels", "stage", "lost"];
        var outcomes = await Task.WhenAll(columns.Select(c => AllowedAsync(
            account.Views().UpdateViewAsync(new() { View = new() { ViewId = made.ViewId, Columns = { c }, Etag = made.Etag }, UpdateMask = FieldMask.FromString("columns") }), CommonReasons.EtagMismatch)));
        outcomes.Count(won => won).ShouldBe(1);
        outcomes = await Task.WhenAll(columns.Select(c => AllowedAsync(
            account.Views().CreateViewAsync(new() { View = new() { DisplayName = "one name", SegmentId = segment, Columns = { c } } }), ContactsReasons.ViewExists)));
        outcomes.Count(won => won).ShouldBe(1);
    }

    private static async Task<bool> AllowedAsync<T>(AsyncUnaryCall<T> call, Reason refusal)
    {
        try
        {
            await call;
            return true;
        }
        catch (RpcException e)
        {
            Refused.Check(e, refusal);
            return false;
        }
    }
}

/// <summary>Views as one account has them.</summary>
internal static class ViewCaller
{
    public static ViewService.ViewServiceClient Views(this Account account) => new(account.Invoker);

    public static async Task<long> SegmentAsync(this Account account, string name, string filter) =>
        (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = name, Filter = filter } })).Segment.SegmentId;
}
