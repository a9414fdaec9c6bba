using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.LeadScores;
using ContactPlatform.Sequences.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static ContactPlatform.Sequences.V1.AutomationOutcome;

namespace ContactPlatform.Sequences.Tests.Automations;

/// <summary>What rules do while another service is away, for as long as it takes, and what is forgotten of it.</summary>
public sealed class AutomationRunnerTests(AutomationBed bed) : IClassFixture<AutomationBed>, IAsyncLifetime
{
    private static readonly AutomationCondition Whoever = new() { Equals_ = new() { EngagementStatuses_ = { EngagementStatus.Enrolled } } };

    /// <summary>Nobody else's firings are done.</summary>
    public Task InitializeAsync() => SetAsync(db => db.AutomationFirings.ExecuteDeleteAsync());

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_action_is_given_up_after_all_its_attempts_and_the_next_one_is_done()
    {
        var label = await bed.FireAsync(Whoever, new AutomationAction { AddLabelId = 1 }, new AutomationAction { UnenrollAll = true });
        var asked = await bed.FireAsync(new(Whoever) { Filter = "label:vip" }, new AutomationAction { UnenrollAll = true });
        var began = bed.Now;
        for (var attempt = 1; AutomationDecisions.Pause(attempt) is { } pause; attempt++)
        {
            (await bed.WorkAsync()).ShouldBe(2);
            var (waiting, done) = await bed.FiringAsync(label);
            (waiting.State, waiting.AttemptCount, done.Count, waiting.DueTime).ShouldBe((AutomationFiringState.Waiting, attempt, 0, bed.Now + pause));
            bed.Time.Advance(pause - TimeSpan.FromMilliseconds(1));
            (await bed.WorkAsync()).ShouldBe(0);
            bed.Time.Advance(TimeSpan.FromMilliseconds(1));
        }
        (await bed.WorkAsync()).ShouldBe(2);

        var (firing, actions) = await bed.FiringAsync(label);
        (firing.State, firing.DueTime).ShouldBe((AutomationFiringState.Done, null));
        actions.Select(a => (a.Outcome, a.Reason)).ShouldBe([(GaveUp, "SERVICE_UNAVAILABLE"), (Unchanged, "")]);
        (actions[0].OutcomeTime - began).ShouldBeInRange(TimeSpan.FromDays(1.5), TimeSpan.FromDays(3));
        var (stopped, none) = await bed.FiringAsync(asked);
        (stopped.State, stopped.StopReason, none.Count).ShouldBe((AutomationFiringState.Stopped, AutomationStopReason.GaveUp, 0));
        bed.Time.Advance(TimeSpan.FromDays(7));
        (await bed.WorkAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_rule_that_is_turned_off_between_the_entry_and_the_action_does_nothing_more()
    {
        var (off, gone, begun) = (await bed.FireAsync(Whoever, new AutomationAction { UnenrollAll = true }), await bed.FireAsync(Whoever, new AutomationAction { UnenrollAll = true }),
            await bed.FireAsync(Whoever, new AutomationAction { AddLabelId = 1 }, new AutomationAction { UnenrollAll = true }));
        await SetAsync(db => db.AutomationRules.Where(r => r.AutomationRuleId == off).ExecuteUpdateAsync(set => set.SetProperty(r => r.Disabled, true)));
        await SetAsync(db => db.AutomationRules.Where(r => r.AutomationRuleId == gone).ExecuteDeleteAsync());
        (await bed.WorkAsync()).ShouldBe(3);
        // That one waits for Contacts when it is turned off.
        await SetAsync(db => db.AutomationRules.Where(r => r.AutomationRuleId == begun).ExecuteUpdateAsync(set => set.SetProperty(r => r.Disabled, true)));
        bed.Time.Advance(TimeSpan.FromSeconds(1));
        (await bed.WorkAsync()).ShouldBe(1);
        foreach (var id in (long[])[off, gone, begun])
        {
            var (firing, actions) = await bed.FiringAsync(id);
            (firing.State, firing.StopReason, firing.DueTime, actions.Count).ShouldBe((AutomationFiringState.Stopped, AutomationStopReason.RuleOff, null, 0));
        }
    }

    [Fact]
    public async Task What_rules_did_is_forgotten_after_90_days_but_not_what_made_an_enrolment_that_goes_on()
    {
        var (old, made, waiting) = (await bed.FireAsync(Whoever, new AutomationAction { UnenrollAll = true }), await bed.FireAsync(Whoever, new AutomationAction { UnenrollAll = true }), await bed.FireAsync(Whoever, new AutomationAction { AddLabelId = 1 }));
        await bed.WorkAsync();
        var (enrollment, points) = (bed.NewId(), bed.NewId());
        await SetAsync(async db =>
        {
            db.Enrollments.Add(new() { AccountId = db.AccountId, EnrollmentId = enrollment, SequenceId = 1, ContactId = made, Status = EnrollmentStatus.Active, EnrollTime = bed.Now, ChangeTime = bed.Now, Version = 1 });
            db.LeadScoreAwards.AddRange(Award(points, LeadScoreAwardOutcome.Given, null), Award(points + 1_000_000, LeadScoreAwardOutcome.Waiting, bed.Now));
            await db.SaveChangesAsync();
            return await db.AutomationActions.Where(a => a.AutomationFiringId == made).ExecuteUpdateAsync(set => set.SetProperty(a => a.EnrollmentId, enrollment));

            LeadScoreAwardRow Award(long id, LeadScoreAwardOutcome state, DateTime? due) => new() { AccountId = db.AccountId, ContactId = id, LeadScoreAwardId = id, LeadScoreRuleId = 1, StatusVersion = 1, Engagement = EngagementStatus.Enrolled, Points = 1, AwardTime = bed.Now, State = state, DueTime = due };
        });
        await SweepAsync(bed.Now.AddDays(90).AddSeconds(-1));
        (await LeftAsync()).ShouldBe((3, 2, 2));
        await SweepAsync(bed.Now.AddDays(90));
        (await LeftAsync()).ShouldBe((2, 1, 1));
        await SetAsync(db => db.Enrollments.Where(e => e.EnrollmentId == enrollment).ExecuteUpdateAsync(set => set.SetProperty(e => e.EndTime, bed.Now)));
        await SweepAsync(bed.Now.AddDays(90));
        (await LeftAsync()).ShouldBe((1, 0, 1));
        (await bed.FiringAsync(waiting)).Firing.State.ShouldBe(AutomationFiringState.Waiting);

        Task<(int, int, int)> LeftAsync() => bed.AskAsync(async scope =>
        {
            var db = scope.GetRequiredService<SequencesDbContext>();
            long[] ids = [old, made, waiting];
            return (await db.AutomationFirings.CountAsync(f => ids.Contains(f.AutomationFiringId)), await db.AutomationActions.CountAsync(a => ids.Contains(a.AutomationFiringId)),
                await db.LeadScoreAwards.CountAsync(a => a.LeadScoreAwardId == points || a.LeadScoreAwardId == points + 1_000_000));
        });
    }

    private Task<int> SweepAsync(DateTime now) => SetAsync(async db =>
    {
        await AutomationSweeper.SweepAsync(db, now, default);
        return 0;
    });

    private Task<int> SetAsync(Func<SequencesDbContext, Task<int>> change) => bed.AskAsync(scope => change(scope.GetRequiredService<SequencesDbContext>()));
}
