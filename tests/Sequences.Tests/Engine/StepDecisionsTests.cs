using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Microsoft.Extensions.Hosting;
using Google.Protobuf;

namespace ContactPlatform.Sequences.Tests.Engine;

/// <summary>What becomes of enrolments when a step is due or done; no process.</summary>
public sealed class StepDecisionsTests
{
    private static readonly DateTime _now = new(2026, 3, 2, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(EnrollmentStatus.Active)]
    [InlineData(EnrollmentStatus.Paused)]
    [InlineData(EnrollmentStatus.OutOfOffice)]
    [InlineData(EnrollmentStatus.Finished)]
    public void A_step_that_is_done_is_not_done_again_whatever_has_become_of_the_enrolment(EnrollmentStatus status)
    {
        var sequence = Content(Made.Mail(), Made.Call(1), Made.Mail(2));
        var from = new EnrollmentRow { Status = status, DueTime = status == EnrollmentStatus.Active ? _now : null, WaitSeconds = status == EnrollmentStatus.Active ? null : 0, DispatchId = 9, Version = 3 };
        var first = EnrollmentDecisions.StepDone(from, sequence, 1, _now);
        (first.LastStepId, first.DispatchId, first.Version, first.Standing).ShouldBe((1, 0, 3, from.Standing));
        first.DueTime.ShouldBe(status == EnrollmentStatus.Active ? _now.AddDays(1) : null);
        // The next step's own delay begins when it goes on.
        first.After(first.Standing.To(EnrollmentStatus.Active), _now, sequence.NextDelay(1, 0)).DueTime.ShouldBe(_now.AddDays(1));

        // A place never goes back.
        EnrollmentDecisions.StepDone(first with { LastStepId = 2 }, sequence, 1, _now).LastStepId.ShouldBe(2);
        var last = EnrollmentDecisions.StepDone(first with { LastStepId = 2 }, sequence, 3, _now);
        (last.LastStepId, last.DueTime).ShouldBe((3, null));
        (last.Status, last.FinishReason, last.Version).ShouldBe(status == EnrollmentStatus.Active ? (EnrollmentStatus.Finished, FinishReason.StepsDone, 4) : (status, FinishReason.Unspecified, 3));
    }

    [Fact]
    public void Whoever_is_back_goes_on_with_what_was_left_and_nobody_else()
    {
        var sequence = Content(Made.Mail(), Made.Mail(2));
        var away = new EnrollmentRow { Status = EnrollmentStatus.OutOfOffice, WaitSeconds = 60, ResumeTime = _now };
        EnrollmentDecisions.Resumed(away, sequence, _now)!.DueTime.ShouldBe(_now.AddSeconds(60));
        EnrollmentDecisions.Resumed(away, sequence, _now.AddSeconds(-1)).ShouldBeNull();
        EnrollmentDecisions.Resumed(away with { ResumeTime = null }, sequence, _now).ShouldBeNull();
        EnrollmentDecisions.Resumed(away with { Status = EnrollmentStatus.Paused }, sequence, _now).ShouldBeNull();
        foreach (var status in Enum.GetValues<EnrollmentStatus>())
        {
            EnrollmentDecisions.MissingData(new(status)).Status.ShouldBe(status == EnrollmentStatus.Active ? EnrollmentStatus.MissingData : status);
        }
    }

    [Fact]
    public void What_is_due_is_parked_put_off_sent_or_done_by_a_person()
    {
        DueEnrollment[] due = [new(1, 11, 5, 101, 0), new(1, 12, 5, 102, 0), new(1, 13, 5, 103, 1), new(1, 14, 5, 104, 3)];
        var mail = Made.Mail();
        mail.AutomaticEmail.Variants.Add(new EmailTemplate { Subject = "Other", Text = "words" });
        var sequence = Content(mail, Made.Call(1), Made.Mail(2));
        var plan = StepPlan.Of(sequence, due, _now);
        plan.Mails.Select(m => (m.Step.StepId, m.Variant, m.To.Single().ContactId)).ShouldBe([(1, 0, 102), (1, 1, 101)]);
        plan.Others.Select(o => o.ContactId).ShouldBe([103, 104]);
        (plan.Parked.Count, plan.PutOff.Count).ShouldBe((0, 0));

        StepPlan.Of(Content(sequence.Steps, SequenceState.Paused), due, _now).Parked.ShouldBe(due);
        // A Monday; the window opens on Tuesdays. What has nothing left to do waits for nothing.
        sequence.Settings.SendingWindow = new() { TimeZone = "UTC", Weekdays = { 2 }, StartMinute = 480, EndMinute = 600 };
        plan = StepPlan.Of(sequence, due, _now);
        plan.PutOff.Select(p => (p.Enrollment.ContactId, p.Until)).ShouldBe([(101, Tuesday), (102, Tuesday), (103, Tuesday)]);
        (plan.Mails.Count, plan.Others.Single().ContactId).ShouldBe((0, 104));
    }

    [Fact]
    public void A_step_in_the_middle_goes_ahead_and_can_be_taken_back()
    {
        var sequence = Content(Made.Mail(), Made.Mail(1), Made.Mail(2));
        MailGroup Group(int step, params long[] last) => new(sequence, sequence.Steps[step], 0, [.. last.Select((l, i) => new DueEnrollment(1, i + 1, 5, i + 101, l))]);
        Group(1, 1, 1).Ahead(_now).ShouldBe([_now.AddDays(2), _now.AddDays(2)]);
        // The first makes its contact working, the last finishes its enrolment.
        Group(0, 0).Ahead(_now).ShouldBeNull();
        Group(1, 1, 0).Ahead(_now).ShouldBeNull();
        Group(2, 2).Ahead(_now).ShouldBeNull();

        var ahead = new EnrollmentRow { Status = EnrollmentStatus.Active, LastStepId = 2, DueTime = _now.AddDays(2), DispatchId = 9 };
        EnrollmentDecisions.StepUndone(ahead, sequence, 2, _now).ShouldBe(ahead with { LastStepId = 1, DueTime = _now });
        var paused = ahead with { Status = EnrollmentStatus.Paused, DueTime = null, WaitSeconds = 77 };
        EnrollmentDecisions.StepUndone(paused, sequence, 2, _now).ShouldBe(paused with { LastStepId = 1, WaitSeconds = 0 });
    }

    [Fact]
    public void The_same_reservation_makes_the_same_request_and_a_link_for_opting_out_where_there_is_none()
    {
        var sequence = Content(Made.Mail());
        var dispatch = new Dispatch(new() { DispatchId = 77, SequenceId = 5, StepId = 1 }, sequence, [(11, 101), (12, 102)]);
        var request = StepMail.Request(dispatch);
        request.ToByteString().ShouldBe(StepMail.Request(dispatch with { Row = new() { DispatchId = 77, SequenceId = 5, StepId = 1, Epoch = 4 } }).ToByteString());
        (request.RequestId, request.Transmission.Metadata["dispatch_id"], request.Transmission.Metadata["step_id"], request.Content.Text).ShouldBe(("step 77", "77", "1", "Hello {{given_name}}"));
        request.Recipients.Select(r => r.ContactId).ShouldBe([101, 102]);

        var both = StepMail.Content(new() { Subject = "S", Text = "Hello", Html = "<body><p>Hello</p></body>" }, optOutLink: true);
        (both.Text, both.Html).ShouldBe(("Hello\n\nUnsubscribe: {{unsubscribe_url}}\n", "<body><p>Hello</p><p><a href=\"{{unsubscribe_url}}\">Unsubscribe</a></p></body>"));
        StepMail.Content(new() { Subject = "S", Text = "Out: {{unsubscribe_url}}" }, optOutLink: true).Text.ShouldBe("Out: {{unsubscribe_url}}");
    }

    [Fact]
    public void A_call_is_due_and_done_and_left_undone()
    {
        var contact = new ContactStatusRow();
        TaskDecisions.CallReached(contact).CallStatus.ShouldBe(CallStatus.ToCall);
        var called = TaskDecisions.Closed(TaskDecisions.CallReached(contact), TaskKind.Call, TaskState.Completed, otherCalls: true);
        called.CallStatus.ShouldBe(CallStatus.Called);
        // Called is permanent until somebody removes it.
        TaskDecisions.CallReached(called).ShouldBe(called);
        TaskDecisions.Closed(called, TaskKind.Call, TaskState.Skipped, otherCalls: false).ShouldBe(called);
        TaskDecisions.Closed(TaskDecisions.CallReached(contact), TaskKind.Call, TaskState.Skipped, otherCalls: false).CallStatus.ShouldBe(CallStatus.Unspecified);
        TaskDecisions.Closed(TaskDecisions.CallReached(contact), TaskKind.Call, TaskState.Skipped, otherCalls: true).CallStatus.ShouldBe(CallStatus.ToCall);
        TaskDecisions.Closed(contact, TaskKind.Other, TaskState.Completed, otherCalls: false).ShouldBe(contact);
        Enum.GetValues<Step.KindOneofCase>().Where(k => k != Step.KindOneofCase.None).Select(Make).Select(TaskDecisions.Kind)
            .ShouldBe([TaskKind.Unspecified, TaskKind.ManualEmail, TaskKind.Call, TaskKind.Sms, TaskKind.Other]);

        static Step Make(Step.KindOneofCase kind) => kind switch
        {
            Step.KindOneofCase.AutomaticEmail => new() { AutomaticEmail = new() },
            Step.KindOneofCase.ManualEmail => new() { ManualEmail = new() },
            Step.KindOneofCase.Call => new() { Call = new() },
            Step.KindOneofCase.Sms => new() { Sms = new() },
            _ => new() { Task = new() },
        };
    }

    [Fact]
    public void A_fast_clock_shows_more_time_than_passes_and_its_timers_are_the_machines()
    {
        var machine = new FakeTime(new(_now));
        var fast = new FastTime(new(_now), 86_400, machine);
        fast.GetUtcNow().UtcDateTime.ShouldBe(_now);
        var fired = 0;
        using var timer = fast.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        machine.Advance(TimeSpan.FromSeconds(1));
        (fast.GetUtcNow().UtcDateTime, fired, fast.Machine(), machine.Machine()).ShouldBe((_now.AddDays(1), 0, machine, machine));
        machine.Advance(TimeSpan.FromSeconds(1));
        fired.ShouldBe(1);
    }

    [Theory]
    [InlineData("Production", "2026-01-01T00:00:00Z", "2", "Development only")]
    [InlineData("Development", "2026-01-01T00:00:00Z", "0.5", "a number from 1")]
    [InlineData("Development", null, "2", "has to be a time")]
    public void A_fast_clock_is_refused_where_it_would_do_harm_or_means_nothing(string environment, string? beginning, string speed, string why)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment });
        (builder.Configuration["Clock:Beginning"], builder.Configuration["Clock:Speed"]) = (beginning, speed);
        Should.Throw<InvalidOperationException>(builder.AddFastTime).Message.ShouldContain(why);
    }

    private static DateTime Tuesday => new(2026, 3, 3, 8, 0, 0, DateTimeKind.Utc);

    private static SequenceContent Content(params Step[] steps) => Content([.. steps.Select((s, i) => new Step(s) { StepId = i + 1 })], SequenceState.Active);

    private static SequenceContent Content(IReadOnlyList<Step> steps, SequenceState state) =>
        new(new() { SequenceId = 5, DisplayName = "", OwnerSubject = "", State = state, StepOrder = string.Join(',', steps.Select(s => s.StepId)) }, steps, new() { FromEmail = "sales@example.com" });
}
