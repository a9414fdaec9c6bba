using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Funnel.Changes;

/// <summary>Makes what other services are told.</summary>
public static class ChangesProto
{
    /// <summary>Tells of contacts that moved; null when none did.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="act">Who, why and when.</param>
    /// <param name="contacts">What became of each; only the changed ones are told.</param>
    /// <param name="to">Where each is now.</param>
    public static OutboxRow? StagesChanged(long accountId, Act act, IEnumerable<Moved> contacts, Func<Moved, (FunnelStage? Stage, bool Lost)> to)
    {
        var moves = contacts.Where(c => c.Outcome == Outcome.Changed)
            .GroupBy(c => (c.FromStage, c.FromLost, To: to(c)))
            .Select(group => new StageMove
            {
                From = StageProto.Status(group.Key.FromStage, group.Key.FromLost),
                To = StageProto.Status(group.Key.To.Stage, group.Key.To.Lost),
                ContactIds = { group.Select(c => c.ContactId) },
            }).ToList();
        return moves.Count == 0 ? null : Row(accountId, act, new() { StagesChanged = new StagesChanged { Cause = act.Cause, Moves = { moves } } });
    }

    /// <summary>Tells of another default stage.</summary>
    public static OutboxRow DefaultStageChanged(long accountId, Act act, FunnelStage from, FunnelStage to) =>
        Row(accountId, act, new() { DefaultStageChanged = new DefaultStageChanged { From = from, To = to } });

    private static OutboxRow Row(long accountId, Act act, StreamChangesResponse change)
    {
        (change.AccountId, change.ChangeTime, change.Actor, change.RunId) = (accountId, Timestamp.FromDateTime(act.Time), act.Actor, act.RunId);
        return OutboxRow.Of(accountId, change);
    }
}
