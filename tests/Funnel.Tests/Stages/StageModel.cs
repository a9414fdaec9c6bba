using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using FsCheck;
using FsCheck.Fluent;
using Outcome = ContactPlatform.Funnel.Stages.Outcome;

namespace ContactPlatform.Funnel.Tests.Stages;

/// <summary>What can happen to contacts.</summary>
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

/// <summary>Random commands on a few contacts, and how they are given to the stores.</summary>
public static class StageCommands
{
    /// <summary>Number of contacts; their ids are 1, 2, 3, …</summary>
    public const int Contacts = 4;

    /// <summary>Any command.</summary>
    public static readonly Gen<Command> Any =
        from kind in Gen.Frequency((4, Gen.Constant(Kind.Set)), (2, Gen.Constant(Kind.MarkLost)), (2, Gen.Constant(Kind.Reactivate)), (1, Gen.Constant(Kind.ReactivateTo)),
            (2, Gen.Constant(Kind.Inactive)), (2, Gen.Constant(Kind.Active)), (2, Gen.Constant(Kind.Import)), (2, Gen.Constant(Kind.SetAll)), (1, Gen.Constant(Kind.Delete)))
        from contact in Gen.Choose(1, Contacts)
        from stage in Gen.Choose(1, 5)
        from seconds in Gen.Choose(-1, 3)
        select new Command(kind, contact, (FunnelStage)stage, seconds);

    /// <summary>Gives a command to the stores.</summary>
    public static async Task ApplyAsync(Command command, DateTime clock, StageStore stages, ContactFeedStore feed, long account)
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
                (await stages.SaveAsync(new(row, decision.OrThrow(), act), wait: false, default)).ShouldNotBeNull();
            }
        }
    }
}

/// <summary>What a contact should be, told in the simplest way.</summary>
public sealed class StageModel(DateTime created)
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

    /// <summary>Undoes the entry that made the history as long as given: the standing before it, whatever it was.</summary>
    public Outcome Undo(int entry)
    {
        var outcome = Deleted is not null ? Outcome.Deleted : Inactive ? Outcome.RecordInactive : History.Count != entry ? Outcome.ChangedSince : Outcome.Changed;
        if (outcome == Outcome.Changed)
        {
            Move(History[entry - 1].From, History[^1].Time);
        }
        return outcome;
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
