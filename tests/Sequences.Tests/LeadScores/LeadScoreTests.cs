using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.LeadScores;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;
using static ContactPlatform.Sequences.V1.EngagementStatus;

namespace ContactPlatform.Sequences.Tests.LeadScores;

/// <summary>Points for where contacts get to.</summary>
[Collection("platform")]
public sealed class LeadScoreTests(PlatformFixture fixture)
{
    private LeadScoreRuleService.LeadScoreRuleServiceClient Rules => new(fixture.Sequences.Service.Channel);

    [Fact]
    public async Task Entering_a_status_gives_points_once_each_time()
    {
        var rule = await RuleAsync(Enrolled, 10);
        var off = await RuleAsync(Enrolled, 500, disabled: true);
        var open = await RuleAsync(Open, -3);
        try
        {
            var sequence = await fixture.CreateSequenceAsync();
            var (contact, _) = await fixture.EnrolledAsync(sequence.SequenceId);
            await ScoreAsync(contact, 10);
            // Not another entry: it is enrolled already.
            await fixture.EnrolledInAsync(contact);
            await fixture.Enrolling.UnenrollContactsAsync(new() { SequenceId = sequence.SequenceId, ContactIds = { contact } }, fixture.Headers);
            (await AwardsAsync(contact)).Count.ShouldBe(1);
            await fixture.LeaveAllAsync(contact);
            await fixture.EnrollAsync(sequence.SequenceId, contact);
            await ScoreAsync(contact, 17);
            (await AwardsAsync(contact)).Select(a => (a.LeadScoreRuleId, a.EngagementStatus, a.Points)).ShouldBe([(rule.LeadScoreRuleId, Enrolled, 10), (open.LeadScoreRuleId, Open, -3), (rule.LeadScoreRuleId, Enrolled, 10)]);
            (await AwardsAsync(contact)).Select(a => a.StatusVersion).ShouldBe((await AwardsAsync(contact)).Select(a => a.StatusVersion).Distinct().OrderDescending());
            // Deleting ends its enrolment, and is no way to be open again.
            await fixture.ContactService.DeleteContactAsync(new() { ContactId = contact }, fixture.Headers);
            await UntilAsync(async () => (await fixture.EnrollmentsAsync(contact)).Count == 0);
            (await AwardsAsync(contact)).Count.ShouldBe(3);
        }
        finally
        {
            foreach (var made in (LeadScoreRule[])[rule, off, open])
            {
                await Rules.DeleteLeadScoreRuleAsync(new() { LeadScoreRuleId = made.LeadScoreRuleId }, fixture.Headers);
            }
        }
    }

    [Fact]
    public async Task Rules_are_made_changed_and_refused_as_everything_is()
    {
        var request = new CreateLeadScoreRuleRequest { LeadScoreRule = new() { DisplayName = " Bad ", EngagementStatus = BadEmail, Points = -50, Disabled = true }, RequestId = fixture.NewName() };
        var rule = (await Rules.CreateLeadScoreRuleAsync(request, fixture.Headers)).LeadScoreRule;
        (await Rules.CreateLeadScoreRuleAsync(request, fixture.Headers)).LeadScoreRule.ShouldBe(rule);
        (rule.DisplayName, rule.EngagementStatus, rule.Points, rule.Disabled).ShouldBe(("Bad", BadEmail, -50, true));
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () => await Rules.CreateLeadScoreRuleAsync(new(request) { LeadScoreRule = new(rule) { LeadScoreRuleId = 0, Etag = "", CreateTime = null, UpdateTime = null, Points = 1 } }, fixture.Headers));
        (await MalformedAsync(async () => await Rules.CreateLeadScoreRuleAsync(new() { LeadScoreRule = new() { Points = 1001, Etag = "x" } }, fixture.Headers)))
            .ShouldBe(["lead_score_rule.display_name", "lead_score_rule.engagement_status", "lead_score_rule.points", "lead_score_rule.etag"]);
        (await MalformedAsync(async () => await Rules.UpdateLeadScoreRuleAsync(new() { LeadScoreRule = rule, UpdateMask = FieldMask.FromString("version") }, fixture.Headers))).ShouldBe(["update_mask"]);

        var changed = (await Rules.UpdateLeadScoreRuleAsync(new() { LeadScoreRule = new(rule) { Points = -60, DisplayName = "ignored" }, UpdateMask = FieldMask.FromString("points") }, fixture.Headers)).LeadScoreRule;
        (changed.Points, changed.DisplayName, changed.Etag != rule.Etag).ShouldBe((-60, "Bad", true));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await Rules.UpdateLeadScoreRuleAsync(new() { LeadScoreRule = rule, UpdateMask = FieldMask.FromString("points") }, fixture.Headers));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await Rules.DeleteLeadScoreRuleAsync(new() { LeadScoreRuleId = rule.LeadScoreRuleId, Etag = rule.Etag }, fixture.Headers));
        (await Rules.GetLeadScoreRuleAsync(new() { LeadScoreRuleId = rule.LeadScoreRuleId }, fixture.Headers)).LeadScoreRule.ShouldBe(changed);
        (await Rules.ListLeadScoreRulesAsync(new() { PageSize = 1000 }, fixture.Headers)).LeadScoreRules.ShouldContain(changed);
        (await Rules.ListLeadScoreRulesAsync(new(), fixture.OtherHeaders)).LeadScoreRules.ShouldBeEmpty();
        await RefusedAsync(StatusCode.NotFound, "LEAD_SCORE_RULE_NOT_FOUND", async () => await Rules.GetLeadScoreRuleAsync(new() { LeadScoreRuleId = rule.LeadScoreRuleId }, fixture.OtherHeaders));
        await Rules.DeleteLeadScoreRuleAsync(new() { LeadScoreRuleId = rule.LeadScoreRuleId, Etag = changed.Etag }, fixture.Headers);
        await RefusedAsync(StatusCode.NotFound, "LEAD_SCORE_RULE_NOT_FOUND", async () => await Rules.DeleteLeadScoreRuleAsync(new() { LeadScoreRuleId = rule.LeadScoreRuleId }, fixture.Headers));
    }

    /// <summary>What is heard again, at once or later, makes no contact enter a status again.</summary>
    [Fact]
    public void Events_that_are_heard_again_give_nothing() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        LeadScoreRuleRow[] rules = [.. System.Enum.GetValues<EngagementStatus>().Skip(1).Select((s, i) => new LeadScoreRuleRow { DisplayName = "", LeadScoreRuleId = i, Engagement = s, Points = 1 << i })];
        // Each is a fact that stays, as flags and steps of enrolments are.
        Func<EnrollmentRow, EnrollmentRow>[] all =
        [
            e => e with { LastStepId = Math.Max(e.LastStepId, 1) },
            e => e with { Flags = e.Flags | EnrollmentFlags.Contacted },
            e => e with { Flags = e.Flags | EnrollmentFlags.RepliedByEmail },
            e => e with { Flags = e.Flags | EnrollmentFlags.Bounced | EnrollmentFlags.HardBounced },
        ];
        var events = all.Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next()).ToList();
        var repeated = events.SelectMany((e, i) => events.Take(i).Where(_ => random.Next(2) == 0).Append(e)).Concat(events).ToList();
        Score(repeated).ShouldBe(Score(events));

        int Score(IEnumerable<Func<EnrollmentRow, EnrollmentRow>> heard)
        {
            var (contact, row, score) = (new ContactStatusRow { ContactId = 5 }, new EnrollmentRow { EnrollmentId = 1, ContactId = 5, Status = EnrollmentStatus.Active }, 0);
            foreach (var hear in heard)
            {
                var to = hear(row);
                IReadOnlyList<EnrollmentMove> moves = to == row ? [] : [new(row, to with { Version = row.Version + 1 }, EnrollmentChangeCause.Mail)];
                var changed = EngagementWork.Follow(new(new Dictionary<long, ContactStatusRow> { [5] = contact }, [row]), moves, [], Now);
                score += LeadScoreDecisions.Awards(rules, EngagementEntries.Entered(changed)).Sum(a => a.Rule.Points);
                (contact, row) = (changed.Count > 0 ? changed[^1].To : contact, moves.Count > 0 ? moves[0].To : row);
            }
            return score;
        }
    }).QuickCheckThrowOnFailure();

    private async Task<LeadScoreRule> RuleAsync(EngagementStatus status, int points, bool disabled = false) =>
        (await Rules.CreateLeadScoreRuleAsync(new() { LeadScoreRule = new() { DisplayName = fixture.NewName(), EngagementStatus = status, Points = points, Disabled = disabled } }, fixture.Headers)).LeadScoreRule;

    private async Task<List<LeadScoreAward>> AwardsAsync(long contactId) => [.. (await Rules.ListLeadScoreAwardsAsync(new() { ContactId = contactId }, fixture.Headers)).LeadScoreAwards];

    private async Task ScoreAsync(long contactId, int score)
    {
        await UntilAsync(async () => (await AwardsAsync(contactId)).All(a => a.State == LeadScoreAwardState.Given));
        (await fixture.ContactService.GetContactAsync(new() { ContactId = contactId }, fixture.Headers)).Contact.LeadScore.ShouldBe(score);
    }
}
