using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using Microsoft.EntityFrameworkCore;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.SequencesFeed;

/// <summary>
/// Takes over who opted out of sequences, and who took that back: the facts that unsubscribing by a message and subscribing again
/// are. Both services keep the latest time of each, so what went from one to the other and comes back changes nothing, and is told
/// no further.
/// </summary>
public sealed class OptOuts(DeliverabilityDbContext db, NewContacts contacts, AddressFactStore facts)
{
    /// <summary>Adds contacts that opted out and that the feed of Contacts has not brought yet. Not within a transaction.</summary>
    public async Task LearnAsync(IEnumerable<SequencesChange> changes, CancellationToken cancellationToken)
    {
        foreach (var part in Of(changes).Select(c => c.Status.ContactId).Distinct().Order().Chunk(1_000))
        {
            var known = await db.ContactAddresses.Where(c => part.Contains(c.ContactId)).Select(c => c.ContactId).ToListAsync(cancellationToken);
            var unknown = part.Except(known).ToList();
            if (unknown.Count > 0)
            {
                await contacts.LearnAsync(unknown, cancellationToken);
            }
        }
    }

    /// <summary>Folds them into the addresses that the contacts have now, within the open transaction.</summary>
    public async Task ApplyAsync(IEnumerable<SequencesChange> changes, CancellationToken cancellationToken)
    {
        // Whoever did the last of several to a contact is named for it, and each for what they did alone.
        foreach (var part in Of(changes).GroupBy(c => c.Status.ContactId).OrderBy(g => g.Key).Chunk(1_000))
        {
            long[] ids = [.. part.Select(c => c.Key)];
            var addresses = await db.ContactAddresses.Where(c => ids.Contains(c.ContactId) && c.DeleteTime == null && c.AddressId != null)
                .ToDictionaryAsync(c => c.ContactId, c => c.AddressId!.Value, cancellationToken);
            // Locked in one order, whoever does what to them.
            await facts.FoldAsync([], [.. addresses.Values], null, cancellationToken);
            foreach (var byActor in part.Where(c => addresses.ContainsKey(c.Key)).GroupBy(c => c.Last().Actor))
            {
                await facts.FoldAsync([.. byActor.SelectMany(c => c.SelectMany(s => Facts(addresses[c.Key], s.Status)))], [], byActor.Key, cancellationToken);
            }
        }
    }

    private static IEnumerable<(ContactStatus Status, Actor? Actor)> Of(IEnumerable<SequencesChange> changes) =>
        changes.SelectMany(c => (c.StatusesChanged?.Contacts ?? []).Where(s => s.OptOutTime is not null).Select(s => (s, (Actor?)c.Actor)));

    private static IEnumerable<AddressFact> Facts(long addressId, ContactStatus status)
    {
        yield return new(addressId, FactKind.Unsubscribed, status.OptOutTime.ToDateTime());
        if (status.OptInTime is { } back)
        {
            yield return new(addressId, FactKind.Resubscribed, back.ToDateTime());
        }
    }
}
