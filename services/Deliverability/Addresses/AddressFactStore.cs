using System.Data.Common;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>An address as it is now, and what changed of it.</summary>
/// <param name="AddressId">The address.</param>
/// <param name="Facts">All facts.</param>
/// <param name="Status">The status that others are told.</param>
/// <param name="Version">Version of the row.</param>
/// <param name="FromStatus">The status that others were told before.</param>
public sealed record AddressState(long AddressId, AddressFacts Facts, DeliverabilityStatus Status, long Version, DeliverabilityStatus FromStatus);

/// <summary>Folds facts into addresses of the context's account: the one way in which anything about an address changes.</summary>
public sealed class AddressFactStore(DeliverabilityDbContext db, AddressStore addresses, ContactAnnouncer announcer, TimeProvider time)
{
    /// <summary>Folds facts of addresses by their texts, adding those that are new: see the other overload.</summary>
    /// <param name="facts">Of addresses in normal form, in any order; some thousands at a time.</param>
    /// <param name="actor">Who makes it known; null for the service itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyDictionary<long, AddressState>> FoldAsync(IReadOnlyCollection<(string Address, FactKind Kind, DateTime Time)> facts, Actor? actor, CancellationToken cancellationToken)
    {
        var known = await addresses.EnsureAsync(facts.Select(f => f.Address), cancellationToken);
        return await FoldAsync([.. facts.Select(f => new AddressFact(known[f.Address], f.Kind, f.Time))], [], actor, cancellationToken);
    }

    /// <summary>
    /// Folds facts within the open transaction, and tells others of the contacts whose status or times of sending, opening
    /// and clicking changed by that. Locks the addresses by ascending id until the transaction ends; the same facts again
    /// change nothing.
    /// </summary>
    /// <param name="facts">In any order; some thousands at a time.</param>
    /// <param name="refresh">Addresses to look at besides: their status is told when it changed by itself.</param>
    /// <param name="actor">Who makes it known; null for the service itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="runId">The run that makes it known; 0 for none.</param>
    /// <returns>All addresses that were named and exist, as they are now.</returns>
    public Task<IReadOnlyDictionary<long, AddressState>> FoldAsync(IReadOnlyCollection<AddressFact> facts, IReadOnlyCollection<long> refresh, Actor? actor, CancellationToken cancellationToken, long runId = 0) =>
        WithdrawAsync([], facts, refresh, actor, cancellationToken, runId);

    /// <summary>
    /// Withdraws facts that turned out to be none, and folds others, within the open transaction. A time that has been overtaken
    /// is left as it is.
    /// </summary>
    /// <param name="withdrawn">What is not so; some thousands at a time.</param>
    /// <param name="facts">What is so.</param>
    /// <param name="refresh">Addresses to look at besides.</param>
    /// <param name="actor">Who makes it known; null for the service itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="runId">The run that makes it known; 0 for none.</param>
    public async Task<IReadOnlyDictionary<long, AddressState>> WithdrawAsync(
        IReadOnlyCollection<AddressFactWithdrawal> withdrawn, IReadOnlyCollection<AddressFact> facts, IReadOnlyCollection<long> refresh, Actor? actor, CancellationToken cancellationToken, long runId = 0)
    {
        var wrong = withdrawn.ToLookup(w => w.AddressId);
        var byAddress = facts.ToLookup(f => f.AddressId);
        long[] ids = [.. byAddress.Select(f => f.Key).Concat(wrong.Select(w => w.Key)).Concat(refresh).Distinct().Order()];
        if (ids.Length == 0)
        {
            return new Dictionary<long, AddressState>();
        }
        var now = time.Now();
        var states = new Dictionary<long, AddressState>(ids.Length);
        var changed = new List<AddressState>();
        var told = new List<AddressState>();
        foreach (var before in await ReadAsync(FactSql.Lock, ids, cancellationToken))
        {
            var after = before.Facts;
            foreach (var withdrawal in wrong[before.AddressId])
            {
                after = after.Without(withdrawal.Kind, withdrawal.Time, withdrawal.Earlier);
            }
            foreach (var fact in byAddress[before.AddressId])
            {
                after = after.With(fact.Kind, fact.Time);
            }
            var state = before with { Facts = after, Status = ShownStatus.Of(after, now) };
            var differs = state.Status != before.Status || !after.SameAs(before.Facts);
            states[before.AddressId] = state = differs ? state with { Version = before.Version + 1 } : state;
            if (differs)
            {
                changed.Add(state);
                if (state.Status != before.Status || ContactAnnouncer.Told.Any(kind => after[kind] != before.Facts[kind]))
                {
                    told.Add(state);
                }
            }
        }
        if (changed.Count > 0)
        {
            var sent = withdrawn.Count == 0 && facts.All(f => f.Kind == FactKind.Sent);
            await using var command = await CommandAsync(sent ? FactSql.WriteSent : FactSql.Write, cancellationToken);
            await command.WithFacts(changed, sent ? [FactKind.Sent] : []).ExecuteNonQueryAsync(cancellationToken);
            await announcer.TellAsync(told, actor, now, cancellationToken, runId);
        }
        return states;
    }

    /// <summary>Reads addresses without locking them.</summary>
    public async Task<IReadOnlyDictionary<long, AddressState>> GetAsync(IReadOnlyCollection<long> addressIds, CancellationToken cancellationToken) =>
        addressIds.Count == 0 ? new Dictionary<long, AddressState>()
            : (await ReadAsync(FactSql.Read, [.. addressIds.Distinct()], cancellationToken)).ToDictionary(s => s.AddressId);

    private async Task<List<AddressState>> ReadAsync(SqlText sql, long[] ids, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(sql, cancellationToken);
        command.WithIds("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var states = new List<AddressState>(ids.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            var status = (DeliverabilityStatus)reader.GetInt16(1);
            states.Add(new(reader.GetInt64(0), FactSql.Facts(reader, 3), status, reader.GetInt64(2), status));
        }
        return states;
    }

    private async Task<DbCommand> CommandAsync(SqlText sql, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction?.GetDbTransaction()).With("account", db.AccountId);
    }
}
