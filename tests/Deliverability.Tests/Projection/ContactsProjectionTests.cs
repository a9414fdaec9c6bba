using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Projection;

/// <summary>What Deliverability tells can be asked of Contacts: in filters, columns and files.</summary>
[Collection("platform")]
public sealed class ContactsProjectionTests(PlatformFixture platform)
{
    private SegmentService.SegmentServiceClient Segments => new(platform.Contacts.Service.Channel);

    private ProjectionService.ProjectionServiceClient Projections => new(platform.Contacts.Service.Channel);

    private ExportService.ExportServiceClient Exports => new(platform.Contacts.Service.Channel);

    [Fact]
    public async Task A_segment_finds_contacts_by_status_and_times_as_of_a_change_that_it_waits_for()
    {
        var (address, other) = (platform.NewAddress(), platform.NewAddress());
        var contact = await platform.KnownContactAsync(address);
        await platform.KnownContactAsync(other);
        await platform.FoldAsync(address, (FactKind.Delivered, Now), (FactKind.Opened, Now.AddDays(-40)));
        var token = (await platform.Suppressions.AddSuppressionAsync(new() { Address = address }, platform.Headers)).ChangeToken;

        var mine = $"(email = {address} OR email = {other})";
        (await CountAsync($"{mine} AND deliverability.status = UNSUBSCRIBED_BY_US", token)).ShouldBe(1);
        (await CountAsync($"{mine} AND deliverability.status = NEW", token)).ShouldBe(1);
        (await CountAsync($"{mine} AND last_open_time < now-30d AND NOT last_click_time:*", token)).ShouldBe(1);
        var explained = await Segments.ExplainContactAsync(new() { ContactId = contact, Contacts = new() { Filter = "deliverability.status = ACTIVE" }, DeliverabilityChangeToken = token }, platform.Headers);
        (explained.Matches, explained.Clauses.Single().Value).ShouldBe((false, "UNSUBSCRIBED_BY_US"));

        token = (await platform.Suppressions.RemoveSuppressionAsync(new() { Address = address, Reason = "a mistake" }, platform.Headers)).ChangeToken;
        (await CountAsync($"{mine} AND deliverability.status = ACTIVE", token)).ShouldBe(1);
        (await Projections.GetProjectionAsync(new() { Source = "deliverability", ChangeToken = token }, platform.Headers)).Projection.Source.ShouldBe("deliverability");
        (await Projections.ListProjectionsAsync(new() { PageSize = 1 }, platform.Headers)).ShouldSatisfyAllConditions(
            list => list.Projections.ShouldHaveSingleItem().Source.ShouldBe("deliverability"), list => list.NextPageToken.ShouldNotBeEmpty());
        (await Projections.ListProjectionsAsync(new(), platform.Headers)).Projections.Select(p => p.Source).ShouldBe(["deliverability", "sequences"]);
        (await MalformedAsync(() => Segments.CountSegmentAsync(new() { Contacts = new() { Filter = "email:*" }, DeliverabilityChangeToken = "soon" }, platform.Headers).ResponseAsync)).ShouldBe(["deliverability_change_token"]);
        (await MalformedAsync(() => Segments.CheckFilterAsync(new() { Filter = "deliverability.status = BOUNCED" }, platform.Headers).ResponseAsync)).ShouldBe(["filter"]);
    }

    [Fact]
    public async Task A_file_speaks_both_vocabularies()
    {
        var told = new (FactKind Kind, string Word, string System)[]
        {
            (FactKind.MachineOpened, "NEW", "New"), (FactKind.Delivered, "ACTIVE", "Active"), (FactKind.Unavailable, "UNAVAILABLE", "Error"), (FactKind.MailboxFull, "MAILBOX_FULL", "Soft bounced"),
            (FactKind.DoesNotExist, "DOES_NOT_EXIST", "Hard bounced"), (FactKind.Suppressed, "UNSUBSCRIBED_BY_US", "Unsubscribed by us"), (FactKind.Unsubscribed, "UNSUBSCRIBED", "Unsubscribed"), (FactKind.Complaint, "COMPLAINED", "Complaint"),
        };
        var ids = new List<long>();
        var last = "";
        foreach (var (kind, _, _) in told)
        {
            last = platform.NewAddress();
            ids.Add(await platform.KnownContactAsync(last));
            await platform.FoldAsync(last, (kind, Now));
        }
        await UntilAsync(async () => await CountAsync($"email = {last} AND deliverability.status = COMPLAINED", "") == 1);
        using var call = Exports.ExportContacts(new() { Contacts = new() { ContactIds = new() { ContactIds_ = { ids } } }, Columns = { "deliverability_status", "system_status", "last_send_time" } }, platform.Headers);
        var file = new StringBuilder();
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            file.Append(part.Data.ToStringUtf8());
        }
        file.ToString().ShouldBe("deliverability_status,system_status,last_send_time\r\n" + string.Concat(told.Select(t => $"{t.Word},{t.System},\r\n")));
    }

    [Fact]
    public async Task A_rebuilding_puts_right_what_was_wrong()
    {
        var (wrong, missing, never) = (platform.NewAddress(), platform.NewAddress(), platform.NewAddress());
        var (one, two, three) = (await platform.KnownContactAsync(wrong), await platform.KnownContactAsync(missing), await platform.KnownContactAsync(never));
        await platform.FoldAsync(wrong, (FactKind.Sent, Now), (FactKind.Delivered, Now));
        var token = (await platform.Suppressions.AddSuppressionAsync(new() { Address = missing }, platform.Headers)).ChangeToken;
        (await CountAsync($"email = {missing} AND deliverability.status = UNSUBSCRIBED_BY_US", token)).ShouldBe(1);
        await OwnStack.ExecuteAsync(platform.Contacts.Database, CancellationToken.None,
            $"UPDATE contact_deliverability SET status = 8, revision = revision + 1000000 WHERE contact_id = {one}", $"DELETE FROM contact_deliverability WHERE contact_id = {two}",
            $"INSERT INTO contact_deliverability (account_id, contact_id, revision, status) VALUES ({ContactsHost.Account}, {three}, 9, 7)");

        var run = (await Projections.RebuildProjectionAsync(new() { Source = "deliverability" }, platform.Headers)).Run;
        using var watch = Projections.WatchProjectionRebuild(new() { RunId = run.RunId }, platform.Headers);
        await foreach (var state in watch.ResponseStream.ReadAllAsync())
        {
            run = state.Run;
        }
        (run.State, run.ChangedCount).ShouldBe((Common.V1.RunState.Succeeded, 3), run.Message);
        (await CountAsync($"(email = {wrong} AND deliverability.status = ACTIVE) OR (email = {missing} AND deliverability.status = UNSUBSCRIBED_BY_US) OR (email = {never} AND deliverability.status = NEW)", "")).ShouldBe(3);
        await RefusedAsync(StatusCode.NotFound, "PROJECTION_NOT_FOUND", () => Projections.RebuildProjectionAsync(new() { Source = "funnel" }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task Who_unsubscribes_by_a_message_is_unsubscribed_in_Contacts_until_somebody_subscribes_it_again()
    {
        var (address, other) = (platform.NewAddress(), platform.NewAddress());
        var (contact, neighbour) = (await platform.KnownContactAsync(address), await platform.KnownContactAsync(other));
        await platform.FoldAsync(address, (FactKind.Complaint, Now.AddDays(-1)));
        await platform.IngestAsync("relay", [[new() { EventKey = address, Kind = DeliveryEventKind.Unsubscribed, Address = address }]]);
        await UntilAsync(async () => (await ContactAsync()).UnsubscribedTime is not null);
        (await ContactAsync(neighbour)).UnsubscribedTime.ShouldBeNull();
        var timeline = new TimelineService.TimelineServiceClient(platform.Contacts.Service.Channel);
        var consent = (await timeline.GetTimelineAsync(new() { ContactId = contact }, platform.Headers)).Events.First(e => e.Consent is not null);
        (consent.Consent.Unsubscribed, consent.Actor.DisplayName).ShouldBe((true, "deliverability"));
        // Unsubscribing shows another status only where nothing stronger holds.
        await UntilAsync(async () => (await StatusesAsync(contact)).Count == 1);
        (await StatusesAsync(contact)).ShouldBe([("NEW", "COMPLAINED", TimelineCause.Deliverability)]);
        // What Contacts tells of it comes back, and changes nothing.
        await UntilAsync(async () => (await platform.AddressAsync(address)).Facts.Any(f => f.Kind == FactKind.ContactUnsubscribed));

        await new ConsentService.ConsentServiceClient(platform.Contacts.Service.Channel).ResubscribeContactAsync(new() { ContactId = contact, Reason = "asked for it" }, platform.Headers);
        await UntilAsync(async () => (await platform.AddressAsync(address)).Facts.Any(f => f.Kind == FactKind.Resubscribed));
        // An old event that is told late, and whatever else is told of the contact, takes nothing back.
        await platform.IngestAsync("relay", [[new() { EventKey = $"2 {address}", Kind = DeliveryEventKind.Unsubscribed, Address = address, EventTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(Now.AddDays(-9)) },
            new() { EventKey = $"3 {address}", Kind = DeliveryEventKind.Opened, Address = address }]]);
        await UntilAsync(async () => await CountAsync($"email = {address} AND last_open_time:*", "") == 1);
        (await ContactAsync()).UnsubscribedTime.ShouldBeNull();
        // Whoever did it is named; a status that stays as it is, is no news.
        await platform.Suppressions.AddSuppressionAsync(new() { Address = other }, platform.Headers);
        await UntilAsync(async () => (await StatusesAsync(neighbour)).Count == 1);
        (await StatusesAsync(neighbour)).ShouldBe([("NEW", "UNSUBSCRIBED_BY_US", TimelineCause.Api)]);
        (await StatusesAsync(contact)).Count.ShouldBe(1);

        async Task<List<(string, string, TimelineCause)>> StatusesAsync(long id) => [.. (await timeline.GetTimelineAsync(new() { ContactId = id }, platform.Headers)).Events
            .Where(e => e.DeliverabilityStatus is not null).Select(e => (e.DeliverabilityStatus.FromStatus, e.DeliverabilityStatus.Status, e.Cause))];

        async Task<Contact> ContactAsync(long id = 0) => (await platform.ContactService.GetContactAsync(new() { ContactId = id == 0 ? contact : id }, platform.Headers)).Contact;
    }

    private async Task<long> CountAsync(string filter, string changeToken) =>
        (await Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filter }, DeliverabilityChangeToken = changeToken }, platform.Headers)).ContactCount;
}
