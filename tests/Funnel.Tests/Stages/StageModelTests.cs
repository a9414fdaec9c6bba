using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Reports;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Funnel.Tests.Stages;

/// <summary>
/// Any sequence of commands on a few contacts leaves the database as a tiny model says, with a history that explains it,
/// and the report as of any moment equals a recount of the model at that moment.
/// </summary>
[Collection("stores")]
public sealed class StageModelTests(StoreFixture fixture)
{
    private const int Contacts = 4;
    private static readonly DateTime Start = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    public enum Kind
    {
        Set,
        MarkLost,
        Reactivate,
        ReactivateTo,
        Inactive,
        Active,
        Import,
        SetAll,
        Delete,
    }

    /// <summary>One command. Its time may lie before that of the one before it, as with clocks of two machines.</summary>
    public sealed record Command(Kind Kind, int Contact, FunnelStage Stage, int Seconds);

    private static readonly Gen<Command> Commands =
        from kind in Gen.Frequency((4, Gen.Constant(Kind.Set)), (2, Gen.Constant(Kind.MarkLost)), (2, Gen.Constant(Kind.Reactivate)), (1, Gen.Constant(Kind.ReactivateTo)),
            (2, Gen.Constant(Kind.Inactive)), (2, Gen.Constant(Kind.Active)), (2, Gen.Constant(Kind.Import)), (2, Gen.Constant(Kind.SetAll)), (1, Gen.Constant(Kind.Delete)))
        from contact in Gen.Choose(1, Contacts)
        from stage in Gen.Choose(1, 5)
        from seconds in Gen.Choose(-1, 3)
        select new Command(kind, contact, (FunnelStage)stage, seconds);

    [Fact]
    public void Any_sequence_of_commands_ends_as_the_model_says() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30).WithEndSize(40), Prop.ForAll(Commands.ListOf().ToArbitrary(), commands => RunAsync([.. commands]).GetAwaiter().GetResult()));

    private async Task RunAsync(List<Command> commands)
    {
        var account = fixture.NewAccount();
        await using var scope = fixture.Open(account);
        var (db, stages, feed) = (scope.ServiceProvider.GetRequiredService<FunnelDbContext>(), scope.ServiceProvider.GetRequiredService<StageStore>(), scope.ServiceProvider.GetRequiredService<ContactFeedStore>());
        var model = Enumerable.Range(1, Contacts).ToDictionary(c => (long)c, c => new Model(Start.AddSeconds(c)));
        foreach (var (id, contact) in model)
        {
            await feed.AddAsync([id], contact.Created, default);
        }
        var clock = Start.AddSeconds(Contacts);
        var moments = new List<DateTime> { Start, Start.AddSeconds(2), clock };
        foreach (var command in commands)
        {
            clock = clock.AddSeconds(command.Seconds);
            moments.Add(clock);
            foreach (var (id, contact) in model.Where(m => command.Kind == Kind.SetAll || m.Key == command.Contact))
            {
                contact.Apply(command, clock);
            }
            await ApplyAsync(command, clock, stages, feed, account);
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
    }

    private static async Task ApplyAsync(Command command, DateTime clock, StageStore stages, ContactFeedStore feed, long account)
    {
        long id = command.Contact;
        switch (command.Kind)
        {
            case Kind.Set: await ChangeAsync(row => StageDecisions.SetStage(row.Standing, row.RecordInactive, command.Stage)); break;
            case Kind.MarkLost: await ChangeAsync(row => StageDecisions.MarkLost(row.Standing)); break;
            case Kind.Reactivate: await ChangeAsync(row => StageDecisions.Reactivate(row.Standing, row.RecordInactive, null)); break;
            case Kind.ReactivateTo: await ChangeAsync(row => StageDecisions.Reactivate(row.Standing, row.RecordInactive, command.Stage)); break;
            case Kind.Inactive: await feed.DeactivateAsync([id], StoreFixture.At(clock, StageChangeCause.RecordInactive), default); break;
            case Kind.Active: await feed.ActivateAsync([id], default); break;
            case Kind.Import: await stages.SetManyAsync([id], command.Stage, StoreFixture.At(clock, StageChangeCause.Import), default); break;
            case Kind.SetAll: await stages.SetManyAsync([.. Enumerable.Range(1, Contacts).Select(c => (long)c)], command.Stage, StoreFixture.At(clock), default); break;
            case Kind.Delete: await feed.DeleteAsync([id], clock, default); break;
        }

        async Task ChangeAsync(Func<ContactStageRow, Decision<Standing>> decide)
        {
            var row = (await stages.FindAsync(id, default))!;
            var decision = decide(row);
            if (row.DeleteTime is null && decision.Refusal is null && (decision.OrThrow().Stage, decision.OrThrow().Lost) != (row.Stage, row.Lost))
            {
                var act = StoreFixture.At(StageDecisions.ChangeTime(row, clock));
                var outbox = ChangesProto.StagesChanged(account, act, [new(id, Funnel.Stages.Outcome.Changed, row.Stage, row.Lost)], _ => (row.Stage, row.Lost))!;
                (await stages.SaveAsync(row, decision.OrThrow(), act, outbox, default)).ShouldNotBeNull();
            }
        }
    }

    private static SortedDictionary<(int Stage, bool Lost), long> Counts(IEnumerable<StandingCount> counts) =>
        new(counts.Where(c => c.Count != 0).ToDictionary(c => ((int)(c.Stage ?? 0), c.Lost), c => c.Count));

    private static SortedDictionary<(int Stage, bool Lost), long> Recount(IEnumerable<Model> contacts, DateTime moment) =>
        new(contacts.Where(c => c.Created <= moment && !(c.Deleted <= moment)).Select(c => c.At(moment))
            .GroupBy(s => ((int)(s.Stage ?? 0), s.Lost)).ToDictionary(g => g.Key, g => (long)g.Count()));

    private sealed class Model(DateTime created)
    {
        public DateTime Created => created;

        public Standing Standing { get; private set; }

        public bool Inactive { get; private set; }

        public DateTime? Deleted { get; private set; }

        public List<(DateTime Time, Standing From, Standing To)> History { get; } = [];

        public Standing At(DateTime moment) => History.LastOrDefault(h => h.Time <= moment).To;

        public void Apply(Command command, DateTime clock)
        {
            var last = History.Count > 0 ? History[^1].Time : created;
            var time = clock > last ? clock : last;
            switch (command.Kind)
            {
                case Kind.Active:
                    Inactive = false;
                    break;
                case Kind.Inactive when Deleted is null && !Inactive:
                    Inactive = true;
                    Move(Standing.Lost ? Standing : Standing with { Lost = true, LostCause = LostCause.RecordInactive }, time);
                    break;
                case Kind.Delete:
                    Deleted ??= time;
                    break;
                case Kind.MarkLost when Deleted is null && !Standing.Lost:
                    Move(Standing with { Lost = true, LostCause = LostCause.Marked }, time);
                    break;
                case Kind.Reactivate or Kind.ReactivateTo when Deleted is null && !Inactive && Standing.Lost:
                    Move(new(command.Kind == Kind.ReactivateTo ? command.Stage : Standing.Stage, false, LostCause.Unspecified), time);
                    break;
                case Kind.Set or Kind.Import or Kind.SetAll when Deleted is null && !Inactive:
                    Move(new(command.Stage, false, LostCause.Unspecified), time);
                    break;
            }
        }

        private void Move(Standing to, DateTime time)
        {
            if ((to.Stage, to.Lost) != (Standing.Stage, Standing.Lost))
            {
                History.Add((time, Standing, to));
            }
            Standing = to;
        }
    }
}
