using ContactPlatform.Sequences.V1;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.Sequences;

[Collection("platform")]
public sealed class SequenceServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_sequence_is_made_read_listed_and_made_once()
    {
        var asked = new CreateSequenceRequest { Sequence = Made.Sequence(platform.NewName()), RequestId = platform.NewName() };
        var made = (await platform.Sequencing.CreateSequenceAsync(asked, platform.Headers)).Sequence;
        (await platform.Sequencing.CreateSequenceAsync(asked, platform.Headers)).Sequence.ShouldBe(made);
        asked.Sequence.DisplayName += " other";
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () => await platform.Sequencing.CreateSequenceAsync(asked, platform.Headers));

        (made.State, made.Version, made.Visibility, made.Steps.Count).ShouldBe((SequenceState.Draft, 1, SequenceVisibility.Shared, 3));
        made.Steps.ShouldAllBe(s => s.StepId > 0);
        made.Settings.ReplyHandling.ShouldBe(ReplyHandling.Finish);
        made.OwnerSubject.ShouldStartWith("key:");
        (await platform.Sequencing.GetSequenceAsync(new() { SequenceId = made.SequenceId }, platform.Headers)).Sequence.ShouldBe(made);
        var listed = await platform.Sequencing.ListSequencesAsync(new() { State = SequenceState.Draft, PageSize = 1000 }, platform.Headers);
        listed.Sequences.Single(s => s.SequenceId == made.SequenceId).Steps.ShouldBeEmpty();
        await RefusedAsync(StatusCode.NotFound, "SEQUENCE_NOT_FOUND", async () => await platform.Sequencing.GetSequenceAsync(new() { SequenceId = made.SequenceId }, platform.OtherHeaders));
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", async () => await platform.Sequencing.ListSequencesAsync(new() { PageToken = "x" }, platform.Headers));
    }

    [Fact]
    public async Task What_is_wrong_with_a_sequence_is_said_all_at_once()
    {
        var fields = await MalformedAsync(async () => await platform.Sequencing.CreateSequenceAsync(new()
        {
            Sequence = new()
            {
                SequenceId = 5,
                State = SequenceState.Active,
                Visibility = (SequenceVisibility)9,
                Steps =
                {
                    new Step { StepId = 77, Task = new() { Instructions = "x" } },
                    new Step(),
                    Made.Mail(text: "{{given name}}"),
                    new Step { Delay = new() { Seconds = -1 }, Sms = new() },
                    new Step { AutomaticEmail = new() },
                    new Step { ManualEmail = new() },
                },
                Settings = new()
                {
                    OutOfOffice = new() { AfterDays = 400 },
                    SendingWindow = new() { TimeZone = "Mars/Olympus", Weekdays = { 8 }, StartMinute = 600, EndMinute = 600 },
                    DailyLimit = -1,
                    FromEmail = "nobody",
                    Jitter = new() { Nanos = 5 },
                },
            },
        }, platform.Headers));
        fields.ShouldBe(
        [
            "sequence.display_name", "sequence.visibility", "sequence.sequence_id", "sequence.state", "sequence.steps[0].step_id", "sequence.steps[1].kind",
            "sequence.steps[2].automatic_email.variants[0].text", "sequence.steps[3].delay", "sequence.steps[3].sms.text", "sequence.steps[4].automatic_email.variants",
            "sequence.steps[5].manual_email.template", "sequence.steps[5].manual_email.template.subject", "sequence.settings.out_of_office.after_days",
            "sequence.settings.sending_window.time_zone", "sequence.settings.sending_window.weekdays", "sequence.settings.sending_window.end_minute",
            "sequence.settings.daily_limit", "sequence.settings.from_email", "sequence.settings.jitter",
        ], ignoreOrder: true);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", async () => await platform.Sequencing.CreateSequenceAsync(
            new() { Sequence = Made.Sequence(platform.NewName(), [.. Enumerable.Range(0, 51).Select(_ => Made.Call())]) }, platform.Headers));
    }

    [Fact]
    public async Task It_goes_through_its_states_and_no_others()
    {
        var empty = await platform.CreateSequenceAsync(activate: false, Made.Sequence(platform.NewName()));
        var cleared = (await UpdateAsync(new() { SequenceId = empty.SequenceId }, "", "steps")).Sequence;
        await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_EMPTY", async () => await platform.Sequencing.ActivateSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers));
        await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_STATE_FORBIDS", async () => await platform.Sequencing.PauseSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers));
        await UpdateAsync(new() { SequenceId = empty.SequenceId, Steps = { Made.Mail() } }, cleared.Etag, "steps", "settings");
        // The address went with the settings.
        (await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_EMPTY", async () => await platform.Sequencing.ActivateSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers)))
            .Metadata["field"].ShouldBe("settings.from_email");
        await UpdateAsync(new() { SequenceId = empty.SequenceId, Settings = new() { FromEmail = "Sales@Example.com" } }, "", "settings");

        var active = (await platform.Sequencing.ActivateSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers)).Sequence;
        (active.State, active.Settings.FromEmail).ShouldBe((SequenceState.Active, "sales@example.com"));
        (await platform.Sequencing.ActivateSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers)).Sequence.Etag.ShouldBe(active.Etag);
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Sequencing.PauseSequenceAsync(new() { SequenceId = empty.SequenceId, Etag = cleared.Etag }, platform.Headers));
        await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_EMPTY", () => UpdateAsync(new() { SequenceId = empty.SequenceId }, "", "steps"));
        (await platform.Sequencing.PauseSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers)).Sequence.State.ShouldBe(SequenceState.Paused);
        (await platform.Sequencing.ArchiveSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers)).Sequence.State.ShouldBe(SequenceState.Archived);
        var forbidden = await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_STATE_FORBIDS", async () => await platform.Sequencing.ActivateSequenceAsync(new() { SequenceId = empty.SequenceId }, platform.Headers));
        (forbidden.Metadata["from"], forbidden.Metadata["allowed"]).ShouldBe(("ARCHIVED", "DRAFT,ACTIVE,PAUSED"));
        await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_STATE_FORBIDS", () => UpdateAsync(new() { SequenceId = empty.SequenceId, DisplayName = "late" }, "", "display_name"));
    }

    [Fact]
    public async Task A_live_sequence_changes_by_versions_and_its_steps_stay_in_order()
    {
        var first = await platform.CreateSequenceAsync();
        var changed = first.Clone();
        changed.Steps.Insert(1, Made.Call());
        changed.Steps.RemoveAt(3);
        var second = (await UpdateAsync(changed, first.Etag, "steps")).Sequence;
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => UpdateAsync(changed, first.Etag, "steps"));
        (second.Version, second.Steps[0].StepId, second.Steps[2].StepId).ShouldBe((2, first.Steps[0].StepId, first.Steps[1].StepId));
        (await platform.Sequencing.GetSequenceAsync(new() { SequenceId = first.SequenceId, Version = 1 }, platform.Headers)).Sequence.Steps.ShouldBe(first.Steps);
        (await platform.Sequencing.ListSequenceVersionsAsync(new() { SequenceId = first.SequenceId }, platform.Headers)).Versions.Select(v => (v.Version, v.StepCount)).ShouldBe([(2L, 3), (1L, 3)]);
        (await UpdateAsync(new() { SequenceId = first.SequenceId, DisplayName = "renamed" }, "", "display_name")).Sequence.Version.ShouldBe(2);

        var turned = second.Clone();
        (turned.Steps[0], turned.Steps[1]) = (turned.Steps[1], turned.Steps[0]);
        (await MalformedAsync(() => UpdateAsync(turned, "", "steps"))).ShouldBe(["sequence.steps"]);
        var other = second.Clone();
        other.Steps[0].Sms = new() { Text = "another kind" };
        (await MalformedAsync(() => UpdateAsync(other, "", "steps"))).ShouldBe(["sequence.steps[0]"]);
        (await MalformedAsync(() => UpdateAsync(second, "", "state"))).ShouldBe(["update_mask"]);
    }

    [Fact]
    public async Task In_public_mode_only_the_owner_changes_a_sequence()
    {
        var sequence = await platform.CreateSequenceAsync();
        var closed = (await UpdateAsync(new() { SequenceId = sequence.SequenceId, Visibility = SequenceVisibility.TeamPublic, OwnerSubject = "somebody else" }, "", "visibility", "owner_subject")).Sequence;
        (closed.OwnerSubject, closed.Visibility).ShouldBe(("somebody else", SequenceVisibility.TeamPublic));
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", () => UpdateAsync(new() { SequenceId = sequence.SequenceId, DisplayName = "mine" }, "", "display_name"));
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", async () => await platform.Sequencing.PauseSequenceAsync(new() { SequenceId = sequence.SequenceId }, platform.Headers));
    }

    [Fact]
    public async Task A_preview_fills_in_and_marks_what_is_missing()
    {
        var sequence = await platform.CreateSequenceAsync(activate: false, Made.Sequence(platform.NewName(), Made.Mail(text: "Hi {{given_name}} of {{field.city}}, {{unsubscribe_url}}"), Made.Sms()));
        var contact = await platform.CreateContactAsync(c => c.GivenName = "Ada & Co");
        var preview = await platform.Sequencing.PreviewSequenceAsync(new() { SequenceId = sequence.SequenceId, ContactId = contact }, platform.Headers);
        preview.Steps[0].Text.ShouldBe("Hi Ada & Co of {field.city}, [unsubscribe_url]");
        preview.MissingVariables.ShouldBe(["field.city", "phone"]);
        preview.Steps[1].MissingVariables.ShouldBe(["phone"]);
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Sequencing.PreviewSequenceAsync(new() { SequenceId = sequence.SequenceId, ContactId = long.MaxValue }, platform.Headers));
    }

    private async Task<UpdateSequenceResponse> UpdateAsync(Sequence sequence, string etag, params string[] mask) =>
        await platform.Sequencing.UpdateSequenceAsync(new() { Sequence = new(sequence) { Etag = etag }, UpdateMask = new() { Paths = { mask } } }, platform.Headers);
}
