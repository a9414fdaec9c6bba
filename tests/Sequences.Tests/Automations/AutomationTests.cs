using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Filters;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;
using static ContactPlatform.Sequences.V1.AutomationOutcome;
using static ContactPlatform.Sequences.V1.EngagementStatus;

namespace ContactPlatform.Sequences.Tests.Automations;

/// <summary>Rules that do things to contacts, with the services as processes.</summary>
[Collection("platform")]
public sealed class AutomationTests(PlatformFixture fixture) : IAsyncLifetime
{
    private AutomationService.AutomationServiceClient Rules => new(fixture.Sequences.Service.Channel);

    private LabelService.LabelServiceClient Labels => new(fixture.Contacts.Service.Channel);

    private ContactListService.ContactListServiceClient Lists => new(fixture.Contacts.Service.Channel);

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Nobody else's contacts set them off.</summary>
    public async Task DisposeAsync()
    {
        foreach (var rule in (await Rules.ListAutomationRulesAsync(new() { PageSize = 1000 }, fixture.Headers)).AutomationRules)
        {
            await Rules.DeleteAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId }, fixture.Headers);
        }
    }

    [Fact]
    public async Task A_rule_does_its_actions_in_order_and_its_history_tells_what_became_of_each()
    {
        var (label, other, list) = (await LabelAsync(), await LabelAsync(), (await Lists.CreateContactListAsync(new() { DisplayName = fixture.NewName() }, fixture.Headers)).ContactList.ContactListId);
        var (sequence, next, closed) = (await fixture.CreateSequenceAsync(), await fixture.CreateSequenceAsync(), await fixture.CreateSequenceAsync());
        var key = $"plan{sequence.SequenceId}";
        await new CustomFieldService.CustomFieldServiceClient(fixture.Contacts.Service.Channel).CreateCustomFieldAsync(new() { CustomField = new() { Key = key, Type = CustomFieldType.Text } }, fixture.Headers);
        var webhooks = new WebhookService.WebhookServiceClient((await fixture.DeliverabilityAsync()).Service.Channel);
        await using var receiver = await WebhookReceiver.StartAsync();
        var hook = await webhooks.CreateWebhookAsync(new() { Webhook = new() { DisplayName = "mine", Url = $"{receiver.Address}hook", EventTypes = { WebhookEventType.AutomationFired } } }, fixture.Headers);
        var webhook = hook.Webhook.WebhookId;
        var rule = await CreateAsync(new() { Equals_ = Of(Enrolled), Filter = $"field.{key} = gold".PadRight(FilterLength.Maximum) },
            new() { AddLabelId = label }, new() { RemoveLabelId = other }, new() { AddToContactListId = list }, new() { AddLeadScore = 5 }, new() { EnrollSequenceId = closed.SequenceId },
            new() { EnrollSequenceId = next.SequenceId }, new() { UnenrollSequenceId = sequence.SequenceId }, new() { CallWebhookId = webhook }, new() { SetRecordInactive = true });
        await fixture.Sequencing.ArchiveSequenceAsync(new() { SequenceId = closed.SequenceId }, fixture.Headers);

        var (gold, _) = await fixture.EnrolledAsync(sequence.SequenceId, c => c.CustomFields.Add(new CustomFieldValue { Key = key, TextValue = "gold" }));
        var (silver, _) = await fixture.EnrolledAsync(sequence.SequenceId);

        var done = await EndAsync(gold);
        (done.AutomationRuleId, done.FromEngagementStatus, done.EngagementStatus, done.State, done.CauseRuleIds.Count).ShouldBe((rule.AutomationRuleId, Open, Enrolled, AutomationFiringState.Done, 0));
        done.Actions.Select(a => (a.Outcome, a.Reason)).ShouldBe([(Done, ""), (Unchanged, ""), (Done, ""), (Done, ""), (Refused, "SEQUENCE_STATE_FORBIDS"), (Done, ""), (Done, ""), (Done, ""), (Done, "")]);
        var contact = (await fixture.ContactService.GetContactAsync(new() { ContactId = gold }, fixture.Headers)).Contact;
        (contact.LabelIds.Single(), contact.LeadScore, contact.RecordState).ShouldBe((label, 5, RecordState.Inactive));
        (await Lists.ListContactListMembersAsync(new() { ContactListId = list }, fixture.Headers)).Members.Select(m => m.ContactId).ShouldBe([gold]);
        (await fixture.EnrollmentsAsync(gold)).Select(e => e.SequenceId).ShouldBe([next.SequenceId]);
        var timeline = (await new TimelineService.TimelineServiceClient(fixture.Contacts.Service.Channel).GetTimelineAsync(new() { ContactId = gold }, fixture.Headers)).Events;
        (timeline.Count(e => e.Label?.LabelId == label), timeline.Count(e => e.ContactList?.ContactListId == list), timeline.Count(e => e.LeadScore?.Reason == rule.DisplayName), timeline.Count(e => e.RecordState is not null)).ShouldBe((1, 1, 1, 1));

        var deliveries = new WebhookDeliveryService.WebhookDeliveryServiceClient((await fixture.DeliverabilityAsync()).Service.Channel);
        var call = (await deliveries.ListWebhookDeliveriesAsync(new() { WebhookId = webhook }, fixture.Headers)).WebhookDeliveries.Single();
        (call.EventType, call.ContactId).ShouldBe((WebhookEventType.AutomationFired, gold));
        await UntilAsync(async () => (await deliveries.GetWebhookDeliveryAsync(new() { WebhookId = webhook, WebhookDeliveryId = call.WebhookDeliveryId }, fixture.Headers)).WebhookDelivery.State == WebhookDeliveryState.Delivered);
        var received = receiver.Calls.ShouldHaveSingleItem();
        (received.Path, received.Type, received.IsSignedBy(hook.Secret), received.IsSignedBy($"whsec_{Convert.ToBase64String(new byte[32])}")).ShouldBe(("/hook", "automation.fired", true, false));
        foreach (var part in (string[])[contact.Email, $"\"{key}\": \"gold\"", "\"from_status\": \"OPEN\"", "\"status\": \"ENROLLED\""])
        {
            received.Body.ShouldContain(part);
        }

        var passed = await EndAsync(silver);
        (passed.State, passed.Actions.All(a => a.Outcome == AutomationOutcome.Unspecified)).ShouldBe((AutomationFiringState.NotMatched, true));
        (await Rules.ListAutomationFiringsAsync(new() { AutomationRuleId = rule.AutomationRuleId, PageSize = 1 }, fixture.Headers)).ShouldSatisfyAllConditions(p => p.AutomationFirings.Single().ShouldBe(passed), p => p.NextPageToken.ShouldNotBeEmpty());
        (await Rules.ListAutomationFiringsAsync(new() { AutomationRuleId = rule.AutomationRuleId }, fixture.OtherHeaders)).AutomationFirings.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_rule_names_has_to_be_there_and_whoever_makes_it_needs_the_rights()
    {
        var foreign = (await Labels.CreateLabelAsync(new() { DisplayName = fixture.NewName() }, fixture.OtherHeaders)).Label.LabelId;
        var draft = await fixture.CreateSequenceAsync(activate: false);
        (await MalformedAsync(() => CreateAsync(new() { NotEquals = Of(Open), Filter = "label:nobody" }, new() { AddLabelId = foreign }, new() { AddToContactListId = 999_999_999 },
            new() { EnrollSequenceId = 999_999_999 }, new() { EnrollSequenceId = draft.SequenceId }, new() { CallWebhookId = 999_999_999 }, new() { UnenrollAll = true }))).ShouldBe(
            ["automation_rule.condition.filter", "automation_rule.actions[0].add_label_id", "automation_rule.actions[1].add_to_contact_list_id", "automation_rule.actions[2].enroll_sequence_id", "automation_rule.actions[3].enroll_sequence_id", "automation_rule.actions[4].call_webhook_id"]);
        (await MalformedAsync(() => CreateAsync(new() { Equals_ = Of(Open), Filter = "email:*".PadRight(FilterLength.Maximum + 1) }, new AutomationAction { UnenrollAll = true }))).ShouldBe(["automation_rule.condition.filter"]);
        (await MalformedAsync(() => CreateAsync(new() { Equals_ = Of(Open), Filter = "no such thing" }, new AutomationAction { UnenrollAll = true }))).ShouldBe(["automation_rule.condition.filter"]);
        (await MalformedAsync(() => CreateAsync(new() { Equals_ = Of(Open, Open) }, new(), new() { AddLeadScore = 1001 }, new() { UnenrollAll = false }, new() { AddLabelId = -1 }))).ShouldBe(
            ["automation_rule.condition.equals.engagement_statuses", "automation_rule.actions[0]", "automation_rule.actions[1].add_lead_score", "automation_rule.actions[2].unenroll_all", "automation_rule.actions[3].add_label_id"]);
        (await MalformedAsync(() => CreateAsync(new()))).ShouldBe(["automation_rule.condition", "automation_rule.actions"]);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => CreateAsync(new() { Equals_ = Of(Open) }, [.. Enumerable.Range(0, 11).Select(_ => new AutomationAction { UnenrollAll = true })]));

        var access = new AccessService.AccessServiceClient(fixture.Contacts.Service.Channel);
        var weak = await access.CreateApiKeyAsync(new() { DisplayName = "weak", Scopes = { "sequences.read", "sequences.write" } }, fixture.Headers);
        var token = new Metadata { { "authorization", $"Bearer {(await access.ExchangeApiKeyAsync(new() { ApiKey = weak.Secret })).AccessToken}" } };
        foreach (var (action, scope) in new[] { (new AutomationAction { AddLeadScore = 1 }, "contacts.write"), (new AutomationAction { CallWebhookId = 1 }, "deliverability.send") })
        {
            (await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", async () => await Rules.CreateAutomationRuleAsync(new() { AutomationRule = Rule(new() { Equals_ = Of(Open) }, action) }, token))).Metadata["required"].ShouldBe(scope);
        }
        (await Rules.CreateAutomationRuleAsync(new() { AutomationRule = Rule(new() { Equals_ = Of(Open) }, new AutomationAction { UnenrollAll = true }), RequestId = fixture.NewName() }, token)).AutomationRule.RuleVersion.ShouldBe(1);
    }

    [Fact]
    public async Task Rules_are_changed_and_turned_off()
    {
        var label = await LabelAsync();
        var request = new CreateAutomationRuleRequest { AutomationRule = Rule(new() { NotEquals = Of(Enrolled, Open) }, new AutomationAction { AddLabelId = label }), RequestId = fixture.NewName() };
        var rule = (await Rules.CreateAutomationRuleAsync(request, fixture.Headers)).AutomationRule;
        (await Rules.CreateAutomationRuleAsync(request, fixture.Headers)).AutomationRule.ShouldBe(rule);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () => await Rules.CreateAutomationRuleAsync(new(request) { AutomationRule = Rule(new() { Equals_ = Of(Open) }, new AutomationAction { UnenrollAll = true }) }, fixture.Headers));
        var sequence = await fixture.CreateSequenceAsync();
        var (contact, enrollment) = await fixture.EnrolledAsync(sequence.SequenceId);
        await fixture.ContactedAsync(enrollment);
        // Enrolled is none of the others, Working is.
        (await EndAsync(contact)).EngagementStatus.ShouldBe(Working);

        var changed = (await Rules.UpdateAutomationRuleAsync(new() { AutomationRule = new(rule) { Disabled = true, Condition = new() { Equals_ = Of(Enrolled) } }, UpdateMask = FieldMask.FromString("disabled,condition") }, fixture.Headers)).AutomationRule;
        (changed.Disabled, changed.RuleVersion, changed.Actions.Count).ShouldBe((true, 2, 1));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await Rules.UpdateAutomationRuleAsync(new() { AutomationRule = rule, UpdateMask = FieldMask.FromString("disabled") }, fixture.Headers));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await Rules.DeleteAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId, Etag = rule.Etag }, fixture.Headers));
        (await MalformedAsync(async () => await Rules.UpdateAutomationRuleAsync(new() { AutomationRule = rule, UpdateMask = FieldMask.FromString("etag") }, fixture.Headers))).ShouldBe(["update_mask"]);
        (await Rules.GetAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId }, fixture.Headers)).AutomationRule.ShouldBe(changed);
        (await Rules.ListAutomationRulesAsync(new(), fixture.Headers)).AutomationRules.ShouldContain(changed);
        await RefusedAsync(StatusCode.NotFound, "AUTOMATION_RULE_NOT_FOUND", async () => await Rules.GetAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId }, fixture.OtherHeaders));

        var (unmoved, _) = await fixture.EnrolledAsync(sequence.SequenceId);
        (await FiringsAsync(unmoved)).ShouldBeEmpty();
        await Rules.DeleteAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId, Etag = changed.Etag }, fixture.Headers);
        await RefusedAsync(StatusCode.NotFound, "AUTOMATION_RULE_NOT_FOUND", async () => await Rules.DeleteAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId }, fixture.Headers));
        (await FiringsAsync(contact)).Single().RuleDisplayName.ShouldBe(rule.DisplayName);
    }

    [Fact]
    public async Task Two_rules_that_undo_each_other_are_stopped()
    {
        var sequence = await fixture.CreateSequenceAsync();
        var leaves = await CreateAsync(new() { Equals_ = Of(Enrolled) }, new AutomationAction { UnenrollSequenceId = sequence.SequenceId });
        var enters = await CreateAsync(new() { Equals_ = Of(Open) }, new AutomationAction { EnrollSequenceId = sequence.SequenceId });
        var (contact, _) = await fixture.EnrolledAsync(sequence.SequenceId);
        await UntilAsync(async () => (await FiringsAsync(contact)).Any(f => f.StopReason == AutomationStopReason.Loop));
        (await FiringsAsync(contact)).OrderBy(f => f.StatusVersion).Select(f => (f.AutomationRuleId, f.State, string.Join(',', f.CauseRuleIds))).ShouldBe(
        [
            (leaves.AutomationRuleId, AutomationFiringState.Done, ""),
            (enters.AutomationRuleId, AutomationFiringState.Done, $"{leaves.AutomationRuleId}"),
            (leaves.AutomationRuleId, AutomationFiringState.Stopped, $"{leaves.AutomationRuleId},{enters.AutomationRuleId}"),
        ]);
        (await fixture.EnrollmentsAsync(contact)).Single().SequenceId.ShouldBe(sequence.SequenceId);
    }

    /// <summary>The steps that the engine does for an enrolment that a rule made are the rule's doing, too; and a first step that is the last makes Working.</summary>
    [Fact]
    public async Task A_rule_whose_enrolment_works_sets_itself_off_once()
    {
        var engine = await fixture.EngineAsync();
        var rules = new AutomationService.AutomationServiceClient(engine.Host.Service.Channel);
        var sequence = await engine.CreateAsync(activate: true, null, Made.Mail());
        var rule = (await rules.CreateAutomationRuleAsync(new() { AutomationRule = Rule(new() { Equals_ = Of(Working) }, new() { UnenrollAll = true }, new() { EnrollSequenceId = sequence.SequenceId }) }, fixture.Headers)).AutomationRule;
        try
        {
            var contact = await fixture.CreateContactAsync();
            await engine.EnrollAsync(sequence.SequenceId, contact);
            List<AutomationFiring> firings = [];
            await UntilAsync(async () => (firings = [.. (await rules.ListAutomationFiringsAsync(new() { ContactId = contact }, fixture.Headers)).AutomationFirings]).Count == 2);
            firings.Select(f => (f.State, f.StopReason, f.CauseRuleIds.Count)).ShouldBe([(AutomationFiringState.Stopped, AutomationStopReason.Loop, 1), (AutomationFiringState.Done, AutomationStopReason.Unspecified, 0)]);
        }
        finally
        {
            await rules.DeleteAutomationRuleAsync(new() { AutomationRuleId = rule.AutomationRuleId }, fixture.Headers);
        }
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_done_and_does_nothing()
    {
        var (label, list) = (await LabelAsync(), (await Lists.CreateContactListAsync(new() { DisplayName = $"it's \"{fixture.NewName()}\" *" }, fixture.Headers)).ContactList.ContactListId);
        var sequence = await fixture.CreateSequenceAsync();
        long[] contacts = [await fixture.CreateContactAsync(), await fixture.CreateContactAsync(), await fixture.CreateContactAsync(c => c.GivenName = "Bob")];
        await Labels.AddLabelAsync(new() { ContactId = contacts[0], LabelId = label }, fixture.Headers);
        await Lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { contacts } }, fixture.Headers);
        await fixture.Statuses.SetStatusAsync(new() { ContactId = contacts[1], Status = SequenceStatus.OptedOut }, fixture.Headers);
        var rule = await CreateAsync(new() { Equals_ = Of(Responded), Filter = "given_name = Ada" }, new() { AddLabelId = label }, new() { EnrollSequenceId = sequence.SequenceId }, new() { AddToContactListId = list }, new() { AddLeadScore = 1 });
        var off = (await Rules.UpdateAutomationRuleAsync(new() { AutomationRule = new(rule) { Disabled = true }, UpdateMask = FieldMask.FromString("disabled") }, fixture.Headers)).AutomationRule;

        var request = new DryRunAutomationRulesRequest { ContactListId = list, AutomationRuleIds = { rule.AutomationRuleId }, EngagementStatus = Responded, ShowContacts = true };
        var answers = await RunAsync(request);
        answers.Select(a => a.Complete).ShouldBe([false, true]);
        answers.ShouldAllBe(a => a.ContactCount == 3 && a.CheckedCount == 3);
        var counts = answers[^1].Rules.Single();
        counts.MatchedCount.ShouldBe(2);
        counts.Actions.Select(a => (a.DoneCount, a.UnchangedCount, a.RefusedCounts.GetValueOrDefault("OPTED_OUT"))).ShouldBe([(1, 1, 0), (1, 0, 1), (0, 2, 0), (2, 0, 0)]);
        answers[0].Contacts.Select(c => c.ContactId).ShouldBe([contacts[0], contacts[1]]);
        answers[0].Contacts[1].Actions.Select(a => a.Outcome).ShouldBe([Done, Refused, Unchanged, Done]);
        // As they are, none of them enters it; and of the rules that are on, there is none.
        (await RunAsync(new(request) { EngagementStatus = EngagementStatus.Unspecified }))[^1].Rules.Single().MatchedCount.ShouldBe(0);
        (await RunAsync(new() { Filter = "given_name = nobody" })).Single().ShouldBe(new() { Complete = true });
        foreach (var contact in contacts)
        {
            (await FiringsAsync(contact)).ShouldBeEmpty();
            (await fixture.EnrollmentsAsync(contact)).ShouldBeEmpty();
        }

        await RefusedAsync(StatusCode.NotFound, "CONTACT_SET_NOT_FOUND", () => RunAsync(new() { SegmentId = 999_999_999 }));
        await RefusedAsync(StatusCode.NotFound, "AUTOMATION_RULE_NOT_FOUND", () => RunAsync(new() { Filter = "", AutomationRuleIds = { 999_999_999 } }));
        (await MalformedAsync(() => RunAsync(new() { AutomationRuleIds = { off.AutomationRuleId, off.AutomationRuleId, 0 } }))).ShouldBe(["automation_rule_ids[2]", "automation_rule_ids", "contacts"]);
        (await MalformedAsync(() => RunAsync(new() { Filter = "no such thing" }))).ShouldBe(["filter"]);
    }

    private async Task<List<DryRunAutomationRulesResponse>> RunAsync(DryRunAutomationRulesRequest request)
    {
        using var call = Rules.DryRunAutomationRules(request, fixture.Headers);
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }

    private async Task<long> LabelAsync() => (await Labels.CreateLabelAsync(new() { DisplayName = fixture.NewName() }, fixture.Headers)).Label.LabelId;

    private AutomationRule Rule(AutomationCondition condition, params AutomationAction[] actions) => new() { DisplayName = fixture.NewName(), Condition = condition, Actions = { actions } };

    private async Task<AutomationRule> CreateAsync(AutomationCondition condition, params AutomationAction[] actions) =>
        (await Rules.CreateAutomationRuleAsync(new() { AutomationRule = Rule(condition, actions) }, fixture.Headers)).AutomationRule;

    private async Task<List<AutomationFiring>> FiringsAsync(long contactId) => [.. (await Rules.ListAutomationFiringsAsync(new() { ContactId = contactId }, fixture.Headers)).AutomationFirings];

    private async Task<AutomationFiring> EndAsync(long contactId)
    {
        AutomationFiring? firing = null;
        await UntilAsync(async () => (firing = (await FiringsAsync(contactId)).SingleOrDefault()) is { State: not AutomationFiringState.Waiting });
        return firing!;
    }

    private static EngagementStatuses Of(params EngagementStatus[] statuses) => new() { EngagementStatuses_ = { statuses } };
}
