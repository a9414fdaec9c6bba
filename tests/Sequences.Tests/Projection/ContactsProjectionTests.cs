using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Sequences.Tests.Projection;

/// <summary>What Sequences tells can be asked of Contacts: in filters, columns, files and timelines.</summary>
[Collection("platform")]
public sealed class ContactsProjectionTests(PlatformFixture platform)
{
    private SegmentService.SegmentServiceClient Segments => new(platform.Contacts.Service.Channel);

    private ProjectionService.ProjectionServiceClient Projections => new(platform.Contacts.Service.Channel);

    [Fact]
    public async Task Segments_files_and_timelines_tell_of_sequences_and_a_rebuilding_puts_right_what_was_wrong()
    {
        var sequence = (await platform.CreateSequenceAsync()).SequenceId;
        var (worked, enrollment) = await platform.EnrolledAsync(sequence);
        var (left, optedOut, never) = ((await platform.EnrolledAsync(sequence)).ContactId, (await platform.EnrolledAsync(sequence)).ContactId, await platform.CreateContactAsync());
        await platform.ContactedAsync(enrollment);
        await platform.Statuses.SetStatusAsync(new() { SequenceId = sequence, ContactId = worked, Status = SequenceStatus.Replied, ReplyChannel = ReplyChannel.Sms }, platform.Headers);
        await platform.Statuses.SetStatusAsync(new() { SequenceId = sequence, ContactId = worked, Status = SequenceStatus.ToCall }, platform.Headers);
        await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = sequence, ContactIds = { left } }, platform.Headers);
        var token = (await platform.Statuses.SetStatusAsync(new() { ContactId = optedOut, Status = SequenceStatus.OptedOut }, platform.Headers)).ChangeToken;
        (await Segments.CountSegmentAsync(new() { Contacts = new() { Filter = $"sequence.{sequence}:* AND opted_out = true" }, SequencesChangeToken = token }, platform.Headers)).ContactCount.ShouldBe(1);
        (await MalformedAsync(() => Segments.CountSegmentAsync(new() { Contacts = new() { Filter = "" }, SequencesChangeToken = "soon" }, platform.Headers).ResponseAsync)).ShouldBe(["sequences_change_token"]);
        await Projections.GetProjectionAsync(new() { Source = "sequences", ChangeToken = token }, platform.Headers);
        long[] all = [worked, left, optedOut, never];
        await HoldsAsync();

        var explained = await Segments.ExplainContactAsync(new() { ContactId = worked, Contacts = new() { Filter = $"sequence.{sequence}:REPLIED AND engagement.status = WORKING" } }, platform.Headers);
        explained.Clauses.Select(c => (c.Holds, c.Value)).ShouldBe([(true, "FINISHED"), (false, "RESPONDED")]);
        (await MalformedAsync(() => Segments.CheckFilterAsync(new() { Filter = $"sequence.{sequence}:GONE" }, platform.Headers).ResponseAsync)).ShouldBe(["filter"]);
        (await MalformedAsync(() => Segments.CheckFilterAsync(new() { Filter = "sequence.x:ACTIVE" }, platform.Headers).ResponseAsync)).ShouldBe(["filter"]);
        (await FileAsync(worked, optedOut, never)).ShouldBe("engagement_status,opted_out,call_status,sequences\r\n"
            + $"RESPONDED,false,TO_CALL,{sequence}\r\nDO_NOT_CONTACT,true,,{sequence}\r\nOPEN,false,,\r\n");

        await UntilAsync(async () => (await TimelineAsync(optedOut)).Any(e => e.Outreach?.OptedOut == true));
        var events = await TimelineAsync(optedOut);
        events.Count(e => e.Enrollment is not null).ShouldBe(2);
        events.Single(e => e.Enrollment?.FromStatuses.Count == 0).Enrollment.Statuses.ShouldBe(["ACTIVE"]);
        events.Where(e => e.Outreach is not null).Select(e => e.Outreach.EngagementStatus).ShouldBe(["DO_NOT_CONTACT", "ENROLLED"]);

        await OwnStack.ExecuteAsync(platform.Contacts.Database, CancellationToken.None,
            $"UPDATE contact_outreach SET opted_out = false, version = version + 1000000 WHERE contact_id = {optedOut}", $"DELETE FROM contact_enrollments WHERE contact_id = {worked}",
            $"INSERT INTO contact_outreach (account_id, contact_id, version, engagement, opted_out) VALUES ({ContactsHost.Account}, {never}, 9, 7, true)");
        var run = (await Projections.RebuildProjectionAsync(new() { Source = "sequences" }, platform.Headers)).Run;
        using var watch = Projections.WatchProjectionRebuild(new() { RunId = run.RunId }, platform.Headers);
        await foreach (var state in watch.ResponseStream.ReadAllAsync())
        {
            run = state.Run;
        }
        (run.State, run.ChangedCount).ShouldBe((Common.V1.RunState.Succeeded, 3), run.Message);
        await HoldsAsync();

        async Task HoldsAsync()
        {
            await FindsAsync($"sequence.{sequence}:*", worked, optedOut);
            await FindsAsync($"NOT sequence.{sequence}:*", left, never);
            await FindsAsync($"sequence.{sequence}:REPLIED_BY_SMS", worked);
            await FindsAsync($"sequence.{sequence}:REPLIED_BY_EMAIL");
            await FindsAsync($"sequence.{sequence} != REPLIED", optedOut);
            await FindsAsync("engagement.status = OPEN", left, never);
            await FindsAsync("engagement_status = DO_NOT_CONTACT AND opted_out = true", optedOut);
            await FindsAsync("opted_out = false AND call_status = TO_CALL AND engagement.change_time > now-1h", worked);
            await FindsAsync("NOT call_status:* AND opted_out:*", left, optedOut, never);
            await FindsAsync("first_working_time:*", worked);
        }

        async Task FindsAsync(string filter, params long[] expected)
        {
            var found = await Segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = $"({filter}) AND create_time > now-1d" }, PageSize = 1000 }, platform.Headers);
            found.Contacts.Select(c => c.ContactId).Intersect(all).ShouldBe(expected.Order(), filter);
        }
    }

    private async Task<string> FileAsync(params long[] ids)
    {
        using var call = new ExportService.ExportServiceClient(platform.Contacts.Service.Channel)
            .ExportContacts(new() { Contacts = new() { ContactIds = new() { ContactIds_ = { ids } } }, Columns = { "engagement_status", "opted_out", "call_status", "sequences" } }, platform.Headers);
        var file = new StringBuilder();
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            file.Append(part.Data.ToStringUtf8());
        }
        return file.ToString();
    }

    private async Task<List<TimelineEvent>> TimelineAsync(long contact) =>
        [.. (await new TimelineService.TimelineServiceClient(platform.Contacts.Service.Channel).GetTimelineAsync(new() { ContactId = contact }, platform.Headers)).Events];
}
