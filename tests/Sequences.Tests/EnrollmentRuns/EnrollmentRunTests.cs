using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Filters;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.EnrollmentRuns;

[Collection("platform")]
public sealed class EnrollmentRunTests(PlatformFixture platform)
{
    private EnrollmentRunService.EnrollmentRunServiceClient Runs => new(platform.Sequences.Service.Channel);

    [Fact]
    public async Task A_segment_is_enrolled_once_and_everybody_is_counted()
    {
        var sequence = await platform.CreateSequenceAsync();
        var source = platform.NewName();
        var (fine, nameless, already, inactive) = (await NewAsync(), await NewAsync(c => c.GivenName = ""), await NewAsync(), await NewAsync());
        await platform.EnrollAsync(sequence.SequenceId, already);
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = inactive, RecordState = RecordState.Inactive }, platform.Headers);
        var segments = new SegmentService.SegmentServiceClient(platform.Contacts.Service.Channel);
        var segment = (await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = platform.NewName(), Filter = $"source = \"{source}\"" } }, platform.Headers)).Segment.SegmentId;

        var request = new CreateEnrollmentRunRequest { SequenceId = sequence.SequenceId, SegmentId = segment, RequestId = platform.NewName() };
        var asked = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await Runs.CreateEnrollmentRunAsync(request, platform.Headers)).EnrollmentRun.EnrollmentRunId));
        var id = asked.Distinct().Single();
        var run = await EndAsync(id);
        (run.Run.State, run.SegmentId, run.SequenceId).ShouldBe((Common.V1.RunState.Succeeded, segment, sequence.SequenceId));
        (run.Run.TotalCount, run.Run.DoneCount, run.Run.ChangedCount, run.Run.UnchangedCount).ShouldBe((4, 4, 2, 1));
        run.Run.SkipCounts.Select(s => (s.Reason, s.Count)).ShouldBe([("RECORD_INACTIVE", 1L)]);
        var enrolled = (await platform.Enrolling.ListEnrollmentsAsync(new() { SequenceId = sequence.SequenceId }, platform.Headers)).Enrollments;
        enrolled.ToDictionary(e => e.ContactId, e => e.Standing.Status).ShouldBe(new Dictionary<long, EnrollmentStatus>
        {
            [fine] = EnrollmentStatus.Active, [nameless] = EnrollmentStatus.MissingData, [already] = EnrollmentStatus.Active,
        }, ignoreOrder: true);
        (await platform.AskAsync(db => db.EnrollmentRunTargets.CountAsync(t => t.RunId == id))).ShouldBe(0);
        (await Runs.ListEnrollmentRunsAsync(new() { SequenceId = sequence.SequenceId }, platform.Headers)).EnrollmentRuns.Single().ShouldBe(run);
        await RefusedAsync(StatusCode.FailedPrecondition, "RUN_ENDED", async () => await Runs.CancelEnrollmentRunAsync(new() { EnrollmentRunId = id }, platform.Headers));
        await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", async () => await Runs.GetEnrollmentRunAsync(new() { EnrollmentRunId = id }, platform.OtherHeaders));

        Task<long> NewAsync(Action<Contact>? with = null) => platform.CreateContactAsync(c => { c.Source = source; with?.Invoke(c); });
    }

    [Fact]
    public async Task A_filter_stands_in_place_of_a_segment()
    {
        var sequence = await platform.CreateSequenceAsync();
        var source = platform.NewName();
        var (one, _) = (await platform.CreateContactAsync(c => c.Source = source), await platform.CreateContactAsync());
        // As long as a filter can be.
        var filter = $"source = \"{source}\"".PadRight(FilterLength.Maximum);
        var run = await EndAsync((await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId, Filter = filter, RequestId = platform.NewName() }, platform.Headers)).EnrollmentRun.EnrollmentRunId);
        (run.Run.State, run.Filter, run.Run.ChangedCount, run.Run.TotalCount).ShouldBe((Common.V1.RunState.Succeeded, filter, 1, 1));
        (await platform.EnrollmentsAsync(one)).Single().SequenceId.ShouldBe(sequence.SequenceId);
        (await MalformedAsync(async () => await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId, Filter = "no such thing", RequestId = platform.NewName() }, platform.Headers))).ShouldBe(["filter"]);
        (await MalformedAsync(async () => await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId, Filter = filter + " ", RequestId = platform.NewName() }, platform.Headers))).ShouldBe(["filter"]);
        (await MalformedAsync(async () => await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId, Filter = "", RequestId = platform.NewName() }, platform.Headers))).ShouldBe(["filter"]);

        // What its filter names has gone since.
        var label = (await new LabelService.LabelServiceClient(platform.Contacts.Service.Channel).CreateLabelAsync(new() { DisplayName = platform.NewName() }, platform.Headers)).Label;
        var segment = (await new SegmentService.SegmentServiceClient(platform.Contacts.Service.Channel).CreateSegmentAsync(new() { Segment = new() { DisplayName = platform.NewName(), Filter = $"label:\"{label.DisplayName}\"" } }, platform.Headers)).Segment.SegmentId;
        await new LabelService.LabelServiceClient(platform.Contacts.Service.Channel).DeleteLabelAsync(new() { LabelId = label.LabelId }, platform.Headers);
        run = await EndAsync((await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId, SegmentId = segment, RequestId = platform.NewName() }, platform.Headers)).EnrollmentRun.EnrollmentRunId);
        (run.Run.State, run.Run.FailureReason).ShouldBe((Common.V1.RunState.Failed, "CONTACT_SET_NOT_FOUND"));
    }

    [Fact]
    public async Task A_run_whose_set_is_gone_fails_and_says_why()
    {
        var sequence = await platform.CreateSequenceAsync();
        var made = (await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId, ContactListId = long.MaxValue, RequestId = platform.NewName() }, platform.Headers)).EnrollmentRun;
        var run = await EndAsync(made.EnrollmentRunId);
        (run.Run.State, run.Run.FailureReason).ShouldBe((Common.V1.RunState.Failed, "CONTACT_SET_NOT_FOUND"));
        (await MalformedAsync(async () => await Runs.CreateEnrollmentRunAsync(new() { SequenceId = sequence.SequenceId }, platform.Headers))).ShouldBe(["request_id", "contacts"], ignoreOrder: true);
        var draft = await platform.CreateSequenceAsync(activate: false);
        await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_STATE_FORBIDS", async () => await Runs.CreateEnrollmentRunAsync(new() { SequenceId = draft.SequenceId, ContactListId = 1, RequestId = platform.NewName() }, platform.Headers));
    }

    private async Task<EnrollmentRun> EndAsync(long id)
    {
        using var watch = Runs.WatchEnrollmentRun(new() { EnrollmentRunId = id }, platform.Headers);
        EnrollmentRun? last = null;
        while (await watch.ResponseStream.MoveNext(default))
        {
            last = watch.ResponseStream.Current.EnrollmentRun;
        }
        return last!;
    }
}
