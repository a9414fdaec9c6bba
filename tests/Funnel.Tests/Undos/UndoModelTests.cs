using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.Tests.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outcome = ContactPlatform.Funnel.Stages.Outcome;

namespace ContactPlatform.Funnel.Tests.Undos;

/// <summary>
/// Random histories, a run, random changes, its undoing, random changes, the undoing of that: every contact ends as a tiny
/// model says, down to why it is lost, with the history and the results that explain it.
/// </summary>
[Collection("stores")]
public sealed class UndoModelTests(StoreFixture fixture)
{
    private sealed record Story(List<Command> Before, int Members, FunnelStage Stage, List<Command> Between, List<Command> After);

    private static readonly Gen<Story> Stories =
        from before in StageCommands.Any.ListOf()
        from members in Gen.Choose(1, (1 << StageCommands.Contacts) - 1)
        from stage in Gen.Choose(1, 5)
        from between in StageCommands.Any.ListOf().Resize(4)
        from after in StageCommands.Any.ListOf().Resize(4)
        select new Story([.. before], members, (FunnelStage)stage, [.. between], [.. after]);

    /// <summary>Of four contacts whom a run moved, one for each way in which its undoing can end.</summary>
    private static readonly Story _eachOutcome = new([], (1 << StageCommands.Contacts) - 1, FunnelStage.Customer,
        [new(Kind.Set, 2, FunnelStage.Promoter, 1), new(Kind.Inactive, 3, default, 1), new(Kind.Delete, 4, default, 1)], []);

    private readonly HashSet<Outcome> seen = [];

    [Fact]
    public async Task Whatever_happens_an_undo_leaves_each_contact_as_the_model_says()
    {
        await TellAsync(_eachOutcome);
        seen.ShouldBe([Outcome.Changed, Outcome.ChangedSince, Outcome.RecordInactive, Outcome.Deleted], ignoreOrder: true);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25).WithEndSize(20), Prop.ForAll(Stories.ToArbitrary(), story => TellAsync(story).GetAwaiter().GetResult()));
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();
    }

    private async Task TellAsync(Story story)
    {
        var account = fixture.NewAccount();
        await using var scope = fixture.Open(account);
        var (stages, feed) = (scope.ServiceProvider.GetRequiredService<StageStore>(), scope.ServiceProvider.GetRequiredService<ContactFeedStore>());
        var model = Enumerable.Range(1, StageCommands.Contacts).ToDictionary(c => (long)c, _ => new StageModel(StoreFixture.Before));
        await feed.AddAsync([.. model.Keys], StoreFixture.Before, default);
        var clock = StoreFixture.Before;

        await HappenAsync(story.Before);
        long[] members = [.. model.Keys.Where(id => (story.Members & (1 << (int)(id - 1))) != 0)];
        var run = await fixture.NewRunAsync(account, members, story.Stage);
        await fixture.Executor.ExecuteAsync(run, default);
        var moved = Entries(() => Array.ForEach(members, id => model[id].Apply(new(Kind.Import, (int)id, story.Stage, 0), clock)));
        run.Row.ChangedCount.ShouldBe(moved.Count);
        await HappenAsync(story.Between);
        var undo = await UndoAsync(run, moved);
        await HappenAsync(story.After);
        await UndoAsync(undo.Work, undo.Moved);

        async Task HappenAsync(List<Command> commands)
        {
            foreach (var command in commands)
            {
                clock = clock.AddSeconds(command.Seconds);
                foreach (var (_, contact) in model.Where(m => command.Kind == Kind.SetAll || m.Key == command.Contact))
                {
                    contact.Apply(command, clock);
                }
                await StageCommands.ApplyAsync(command, clock, stages, feed, account);
            }
        }

        Dictionary<long, int> Entries(Action act)
        {
            var before = model.ToDictionary(m => m.Key, m => m.Value.History.Count);
            act();
            return model.Where(m => m.Value.History.Count > before[m.Key]).ToDictionary(m => m.Key, m => m.Value.History.Count);
        }

        async Task<(RunWork Work, Dictionary<long, int> Moved)> UndoAsync(RunWork undone, Dictionary<long, int> entries)
        {
            var work = await fixture.NewRunAsync(account, [], story.Stage, undone.Row.RunId);
            await fixture.Undo.ExecuteAsync(work, default);
            var expected = new Dictionary<long, Outcome>();
            var reversed = Entries(() => entries.ToList().ForEach(e => expected[e.Key] = model[e.Key].Undo(e.Value)));
            await CheckAsync(account, model, work, expected);
            return (work, reversed);
        }
    }

    private async Task CheckAsync(long account, Dictionary<long, StageModel> model, RunWork work, Dictionary<long, Outcome> expected)
    {
        seen.UnionWith(expected.Values);
        long Of(Outcome outcome) => expected.Values.Count(o => o == outcome);
        (work.Row.TotalCount, work.Row.DoneCount, work.Row.ChangedCount).ShouldBe((expected.Count, expected.Count, Of(Outcome.Changed)));
        (work.Skipped.GetValueOrDefault("CHANGED_SINCE"), work.Skipped.GetValueOrDefault("RECORD_INACTIVE"), work.Skipped.GetValueOrDefault("CONTACT_NOT_FOUND"))
            .ShouldBe((Of(Outcome.ChangedSince), Of(Outcome.RecordInactive), Of(Outcome.Deleted)));

        await using var scope = fixture.Open(account);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var results = await db.UndoResults.Where(r => r.RunId == work.Row.RunId).ToDictionaryAsync(r => r.ContactId, r => r.Outcome);
        results.ShouldBe(expected.Where(e => e.Value != Outcome.Changed), ignoreOrder: true);
        (await db.StageChanges.Where(c => c.RunId == work.Row.RunId && c.Cause == StageChangeCause.Undo).Select(c => c.ContactId).ToListAsync())
            .ShouldBe(expected.Where(e => e.Value == Outcome.Changed).Select(e => e.Key), ignoreOrder: true);
        var rows = await db.ContactStages.AsNoTracking().ToDictionaryAsync(r => r.ContactId);
        foreach (var (id, contact) in model)
        {
            (rows[id].Standing, rows[id].Version).ShouldBe((contact.Standing, contact.History.Count), $"contact {id}");
            var history = await db.StageChanges.AsNoTracking().Where(c => c.ContactId == id).OrderBy(c => c.Version).ToListAsync();
            history.Select(h => (h.FromStage, h.FromLost, h.ToStage, h.ToLost))
                .ShouldBe(contact.History.Select(h => (h.From.Stage, h.From.Lost, h.To.Stage, h.To.Lost)), $"contact {id}");
        }
    }
}
