using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Reports;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Funnel.Tests.Stages;

/// <summary>
/// Any sequence of commands on a few contacts leaves the database as a tiny model says, with a history that explains it,
/// and the report as of any moment equals a recount of the model at that moment, and the flow of any period the model's moves.
/// </summary>
[Collection("stores")]
public sealed class StageModelTests(StoreFixture fixture)
{
    private static readonly DateTime Start = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Any_sequence_of_commands_ends_as_the_model_says() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30).WithEndSize(40), Prop.ForAll(StageCommands.Any.ListOf().ToArbitrary(), commands => RunAsync([.. commands]).GetAwaiter().GetResult()));

    private async Task RunAsync(List<Command> commands)
    {
        var account = fixture.NewAccount();
        await using var scope = fixture.Open(account);
        var (db, stages, feed) = (scope.ServiceProvider.GetRequiredService<FunnelDbContext>(), scope.ServiceProvider.GetRequiredService<StageStore>(), scope.ServiceProvider.GetRequiredService<ContactFeedStore>());
        var model = Enumerable.Range(1, StageCommands.Contacts).ToDictionary(c => (long)c, c => new StageModel(Start.AddSeconds(c)));
        foreach (var (id, contact) in model)
        {
            await feed.AddAsync([id], contact.Created, default);
        }
        var clock = Start.AddSeconds(StageCommands.Contacts);
        var moments = new List<DateTime> { Start, Start.AddSeconds(2), clock };
        foreach (var command in commands)
        {
            clock = clock.AddSeconds(command.Seconds);
            moments.Add(clock);
            foreach (var (id, contact) in model.Where(m => command.Kind == Kind.SetAll || m.Key == command.Contact))
            {
                contact.Apply(command, clock);
            }
            await StageCommands.ApplyAsync(command, clock, stages, feed, account);
        }

        var rows = await db.ContactStages.AsNoTracking().ToDictionaryAsync(r => r.ContactId);
        foreach (var (id, contact) in model)
        {
            (rows[id].Standing, rows[id].RecordInactive, rows[id].DeleteTime, rows[id].Version)
                .ShouldBe((contact.Standing, contact.Inactive, contact.Deleted, contact.History.Count));
            var history = await db.StageChanges.AsNoTracking().Where(c => c.ContactId == id).OrderBy(c => c.Version).ToListAsync();
            history.Select(h => (h.ChangeTime, h.FromStage, h.FromLost, h.ToStage, h.ToLost))
                .ShouldBe(contact.History.Select(h => (h.Time, h.From.Stage, h.From.Lost, h.To.Stage, h.To.Lost)));
        }
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();

        var reports = scope.ServiceProvider.GetRequiredService<ReportStore>();
        foreach (var moment in moments.Concat(moments.Select(m => m.AddMicroseconds(-1))))
        {
            Counts(await reports.CountAsync(moment, default)).ShouldBe(Recount(model.Values, moment), $"as of {moment:O}");
        }
        Counts(await reports.CountAsync(null, default)).ShouldBe(Recount(model.Values, DateTime.MaxValue));

        var flows = scope.ServiceProvider.GetRequiredService<FlowStore>();
        foreach (var (start, end) in moments.Zip(moments.Skip(3)).Where(p => p.First <= p.Second))
        {
            Moves(await flows.CountAsync(start, end, default)).ShouldBe(Moves(model.Values, start, end), $"from {start:O} to {end:O}");
        }
    }

    private static List<string> Moves(IEnumerable<FlowCount> flows) => [.. flows.SelectMany(f => Enumerable.Repeat($"{f.From} > {f.To}", (int)f.Count)).Order(StringComparer.Ordinal)];

    private static List<string> Moves(IEnumerable<StageModel> contacts, DateTime start, DateTime end)
    {
        static string Name(Standing standing) => $"{(standing.Stage, standing.Lost)}";
        bool Within(DateTime time) => time > start && time <= end;
        return [.. contacts.SelectMany(c => c.History.Where(h => Within(h.Time)).Select(h => $"{Name(h.From)} > {Name(h.To)}")
            .Concat(Within(c.Created) ? [$" > {Name(default)}"] : [])
            .Concat(c.Deleted is { } deleted && Within(deleted) ? [$"{Name(c.Standing)} > "] : [])).Order(StringComparer.Ordinal)];
    }

    private static SortedDictionary<(int Stage, bool Lost), long> Counts(IEnumerable<StandingCount> counts) =>
        new(counts.Where(c => c.Count != 0).ToDictionary(c => ((int)(c.Stage ?? 0), c.Lost), c => c.Count));

    private static SortedDictionary<(int Stage, bool Lost), long> Recount(IEnumerable<StageModel> contacts, DateTime moment) =>
        new(contacts.Where(c => c.Created <= moment && !(c.Deleted <= moment)).Select(c => c.At(moment))
            .GroupBy(s => ((int)(s.Stage ?? 0), s.Lost)).ToDictionary(g => g.Key, g => (long)g.Count()));
}
