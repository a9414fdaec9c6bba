using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Suppressions;

/// <summary>Puts addresses on the suppression list and takes them off, within the transaction that is open.</summary>
public sealed class SuppressionStore(DeliverabilityDbContext db, AddressStore addresses, AddressFactStore facts, TimeProvider time)
{
    private static readonly SqlText Put = new(
        """
        INSERT INTO suppressions (account_id, address_id, suppress_time, actor_kind, actor_subject, actor_name, reason, remove_actor_kind, remove_actor_subject, remove_reason)
        SELECT @account, (k.id)::bigint, @now, @kind, @subject, @name, @reason, 0, '', '' FROM json_array_elements_text(@addresses::json) AS k(id)
        ON CONFLICT (account_id, address_id) DO UPDATE SET suppress_time = excluded.suppress_time, actor_kind = excluded.actor_kind,
          actor_subject = excluded.actor_subject, actor_name = excluded.actor_name, reason = excluded.reason,
          remove_time = NULL, remove_actor_kind = 0, remove_actor_subject = '', remove_reason = ''
        """,
        """
        SET NOCOUNT ON;
        UPDATE suppressions SET suppress_time = @now, actor_kind = @kind, actor_subject = @subject, actor_name = @name, reason = @reason,
          remove_time = NULL, remove_actor_kind = 0, remove_actor_subject = N'', remove_reason = N''
        WHERE account_id = @account AND address_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@addresses));
        INSERT INTO suppressions (account_id, address_id, suppress_time, actor_kind, actor_subject, actor_name, reason, remove_actor_kind, remove_actor_subject, remove_reason)
        SELECT @account, CAST(j.value AS bigint), @now, @kind, @subject, @name, @reason, 0, N'', N'' FROM OPENJSON(@addresses) AS j
        WHERE NOT EXISTS (SELECT 1 FROM suppressions s WITH (UPDLOCK, HOLDLOCK) WHERE s.account_id = @account AND s.address_id = CAST(j.value AS bigint));
        """);

    /// <summary>Puts addresses on the list; those that are on it stay as they are.</summary>
    /// <param name="texts">In normal form; some thousands at a time.</param>
    /// <param name="reason">Why; may be empty.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were not on it before.</returns>
    public async Task<int> AddAsync(IReadOnlyCollection<string> texts, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var known = await addresses.EnsureAsync(texts, cancellationToken);
        // Locked before they are looked at.
        var held = await facts.FoldAsync([], known.Values, actor, cancellationToken);
        var added = held.Values.Where(s => !s.Facts.Holds(FactKind.Suppressed, FactKind.SuppressionRemoved)).OrderBy(s => s.AddressId).ToList();
        if (added.Count == 0)
        {
            return 0;
        }
        var now = time.Now();
        // Another replica's clock, by which one was taken off, can be ahead.
        await facts.FoldAsync([.. added.Select(s => new AddressFact(s.AddressId, FactKind.Suppressed,
            s.Facts[FactKind.SuppressionRemoved] >= now ? s.Facts[FactKind.SuppressionRemoved]!.Value.AddMicroseconds(1) : now))], [], actor, cancellationToken);
        await using var command = db.Database.GetDbConnection().Command(Put, db.Database.CurrentTransaction!.GetDbTransaction())
            .With("account", db.AccountId).With("now", now).With("kind", (short)actor.Kind).With("subject", actor.Subject).With("name", actor.DisplayName).With("reason", reason)
            .With("addresses", JsonSerializer.Serialize(added.Select(s => s.AddressId)));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return added.Count;
    }

    /// <summary>Takes an address off the list.</summary>
    /// <returns>False when it is not on it.</returns>
    public async Task<bool> RemoveAsync(string address, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var held = await facts.FoldAsync([], (await addresses.FindAsync([address], cancellationToken)).Values, actor, cancellationToken);
        if (held.Values.SingleOrDefault() is not { } state || !state.Facts.Holds(FactKind.Suppressed, FactKind.SuppressionRemoved))
        {
            return false;
        }
        var now = time.Now();
        await facts.FoldAsync([new(state.AddressId, FactKind.SuppressionRemoved, state.Facts[FactKind.Suppressed] > now ? state.Facts[FactKind.Suppressed]!.Value : now)], [], actor, cancellationToken);
        await db.Suppressions.Where(s => s.AddressId == state.AddressId).ExecuteUpdateAsync(set => set.SetProperty(s => s.RemoveTime, now)
            .SetProperty(s => s.RemoveActorKind, actor.Kind).SetProperty(s => s.RemoveActorSubject, actor.Subject).SetProperty(s => s.RemoveReason, reason), cancellationToken);
        return true;
    }

    /// <summary>Reads the list by ascending address id.</summary>
    /// <param name="after">The last address of the page before; null for the first page.</param>
    /// <param name="count">Rows at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Each with the address's text; null for one that was erased.</returns>
    public async Task<List<(SuppressionRow Row, string? Address)>> ListAsync(long? after, int count, CancellationToken cancellationToken)
    {
        var rows = await (from s in db.Suppressions.AsNoTracking()
                          join a in db.Addresses on s.AddressId equals a.AddressId
                          where s.RemoveTime == null && (after == null || s.AddressId > after)
                          orderby s.AddressId
                          select new { s, a.Address, a.KeyId }).Take(count).ToListAsync(cancellationToken);
        return [.. rows.Select(r => (r.s, r.KeyId is null ? r.Address : null))];
    }
}
