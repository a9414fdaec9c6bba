using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Reserves messages, in a transaction of its own that is committed before any of them is sent: whoever dies afterwards
/// leaves them reserved, and nobody sends them again. Senders take turns; a sender's row, locked, is its turn.
/// </summary>
public sealed class SendQueue(DeliverabilityDbContext db, CurrentAccount account, AddressFactStore facts, MessageAnnouncer announcer, SendSettings settings, TimeProvider time)
{
    /// <summary>How soon a sender is looked at again whose messages all go to domains that are busy.</summary>
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>True when some sender's turn has come.</summary>
    public Task<bool> AnyDueAsync(CancellationToken cancellationToken)
    {
        var now = time.Now();
        return db.Senders.IgnoreQueryFilters().AnyAsync(s => s.DueTime <= now, cancellationToken);
    }

    /// <summary>Takes a sender's turn: takes its next messages, asks the gate about them, and reserves those that may be sent.</summary>
    /// <param name="worker">This process.</param>
    /// <param name="groups">Groups that are wanted at most.</param>
    /// <param name="busy">Domains that get no more now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The messages, of one account; none when there is nothing to send now. False when no sender's turn had come.</returns>
    public async Task<(bool Any, IReadOnlyList<MailGroup> Groups)> ReserveAsync(SendWorker worker, int groups, IReadOnlyCollection<string> busy, CancellationToken cancellationToken)
    {
        var now = time.Now();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (await SenderAsync(now, cancellationToken) is not { } sender)
        {
            return (false, []);
        }
        account.Id = sender.AccountId;
        var before = SendDecisions.RateTime(sender.RateTime, settings.PerSenderPerSecond, now);
        var room = SendDecisions.Room(before, settings.PerSenderPerSecond, now);
        var waiting = room == 0 ? [] : await TakeAsync(sender.SenderId, worker, Math.Min(room, groups * settings.GroupSize), busy, now, cancellationToken);
        var mails = await DecideAsync(waiting, now, cancellationToken);
        // What was refused takes nothing of the rate.
        var rateTime = mails.Count == 0 ? before : SendDecisions.Sent(before, settings.PerSenderPerSecond, mails.Count, now);
        var floor = SendDecisions.Room(rateTime, settings.PerSenderPerSecond, now) == 0 ? SendDecisions.RoomTime(rateTime, settings.PerSenderPerSecond) : waiting.Count == 0 ? now + BusyDelay : now;
        await using var end = Command(QueueSql.EndTurn).With("sender", sender.SenderId).With("rate", rateTime).With("floor", floor > now ? floor : now);
        await end.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (true, [.. mails.GroupBy(m => m.Reservation).Select(g => new MailGroup(g.Key, [.. g]))]);
    }

    private async Task<(long AccountId, long SenderId, DateTime RateTime)?> SenderAsync(DateTime now, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(QueueSql.NextSender, db.Database.CurrentTransaction!.GetDbTransaction()).With("now", now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1), DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc)) : null;
    }

    private async Task<List<Waiting>> TakeAsync(long senderId, SendWorker worker, int size, IReadOnlyCollection<string> busy, DateTime now, CancellationToken cancellationToken)
    {
        var first = worker.Reserve((size + settings.GroupSize - 1) / settings.GroupSize);
        await using var command = Command(QueueSql.Take).With("sender", senderId).With("now", now).With("busy", JsonSerializer.Serialize(busy)).With("size", size)
            .With("worker", worker.Id).With("first", first).With("group", settings.GroupSize).With("lease", now + settings.Lease);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<Waiting>();
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new(
                new(db.AccountId, reader.GetInt64(0), reader.GetInt64(1), senderId, reader.GetInt64(2), reader.GetString(8), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt32(6), reader.GetInt64(7)),
                Erased: !reader.IsDBNull(9), GateRows.Decide(reader, 10, now)));
        }
        return taken;
    }

    /// <summary>Returns what the gate lets pass, and ends the rest with the reason.</summary>
    private async Task<List<ReservedMail>> DecideAsync(List<Waiting> waiting, DateTime now, CancellationToken cancellationToken)
    {
        var tried = await TriedAsync(waiting, now, cancellationToken);
        var refused = waiting.Where(w => w.Erased || !w.Decision.Sendable || tried.Contains(w)).ToList();
        foreach (var group in refused.GroupBy(w => w.Erased ? null : (DeliverabilityStatus?)w.Decision.Status))
        {
            long[] ids = [.. group.Select(w => w.Mail.MessageId)];
            var reason = group.Key is { } status ? RefusalReasons.Of(status) : RefusalReasons.NoAddress;
            await db.Messages.Where(m => ids.Contains(m.MessageId))
                // It is never sent, so nobody needs what it would have said, and it was not tried.
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, MessageState.Refused).SetProperty(m => m.RefusalReason, reason).SetProperty(m => m.VariableValues, "{}")
                    .SetProperty(m => m.AttemptCount, m => m.AttemptCount - 1), cancellationToken);
            if (RefusalReasons.IsHard(reason))
            {
                await announcer.TellAsync(await db.Messages.Where(m => ids.Contains(m.MessageId) && m.Followed).Select(m => m.MessageId).ToListAsync(cancellationToken), null, now, cancellationToken);
            }
        }
        return [.. waiting.Except(refused).Select(w => w.Mail)];
    }

    /// <summary>Of messages to addresses that one message may be tried with, all but the first to each, and the first where another one is being tried, or was a moment ago.</summary>
    private async Task<HashSet<Waiting>> TriedAsync(List<Waiting> waiting, DateTime now, CancellationToken cancellationToken)
    {
        var trials = waiting.Where(w => w.Decision.IsTrial && !w.Erased).ToList();
        if (trials.Count == 0)
        {
            return [];
        }
        long[] addressIds = [.. trials.Select(t => t.Mail.AddressId).Distinct()], own = [.. waiting.Select(w => w.Mail.MessageId)];
        // Locked, so that of two who would try, of one sender or two, the second sees the first.
        var held = await facts.FoldAsync([], addressIds, null, cancellationToken);
        var sending = await db.Messages.Where(m => m.State == MessageState.Sending && addressIds.Contains(m.AddressId) && !own.Contains(m.MessageId)).Select(m => m.AddressId).ToListAsync(cancellationToken);
        var busy = sending.Concat(held.Values.Where(s => !SendGate.Decide(s.Facts, now).Sendable).Select(s => s.AddressId)).ToHashSet();
        return [.. trials.Where(t => !busy.Add(t.Mail.AddressId))];
    }

    /// <summary>A message whose turn has come, with what the gate says of its address.</summary>
    private sealed record Waiting(ReservedMail Mail, bool Erased, SendDecision Decision);

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
}
