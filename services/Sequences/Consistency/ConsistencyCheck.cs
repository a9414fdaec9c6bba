using System.Runtime.CompilerServices;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>How far a pass is.</summary>
/// <param name="Rules">One for each rule, with the contacts so far on which it did not hold.</param>
/// <param name="Checked">Contacts that were looked at.</param>
/// <param name="Total">Contacts that there were in the beginning.</param>
/// <param name="Complete">Whether all were looked at.</param>
public sealed record ConsistencyPass(IReadOnlyList<RuleViolations> Rules, long Checked, long Total, bool Complete);

/// <summary>
/// Goes through the contacts of the context's account, a page in memory at a time, compares them with Contacts and Deliverability as
/// they are now, and puts right those on whom rules do not hold.
/// </summary>
/// <param name="db">The database.</param>
/// <param name="contacts">Asks Contacts.</param>
/// <param name="repair">Puts right.</param>
/// <param name="calls">Asks Deliverability.</param>
/// <param name="gate">Deliverability's gate; null where it is not followed.</param>
public sealed class ConsistencyCheck(SequencesDbContext db, ContactReader contacts, ConsistencyRepair repair, DeliverabilityCalls calls, SendabilityService.SendabilityServiceClient? gate = null)
{
    /// <summary>Contacts in a page: what the other services answer in one call.</summary>
    private const int PageSize = Enrollments.EnrollmentWork.Size;

    private IEnumerable<ConsistencyRule> Rules => ConsistencyRules.Table.Select(t => t.Rule).Where(r => gate is not null || r is not (ConsistencyRule.OptOutTold or ConsistencyRule.UnsubscribedHeard));

    /// <summary>Goes through all.</summary>
    /// <param name="repair">Whether they are put right.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async IAsyncEnumerable<ConsistencyPass> PassAsync(bool repair, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var counts = Rules.ToDictionary(r => r, _ => 0L);
        var (done, after, total) = (0L, 0L, await db.ContactStatuses.LongCountAsync(cancellationToken));
        for (var complete = false; !complete;)
        {
            var page = await PageAsync(after, cancellationToken);
            var broken = Broken(page);
            if (repair)
            {
                await RepairAsync(broken, cancellationToken);
            }
            foreach (var (rule, found) in broken)
            {
                counts[rule] += found.Count;
            }
            (done, after, complete) = (done + page.Count, page.Count == 0 ? after : page[^1].Status.ContactId, page.Count < PageSize);
            yield return new([.. counts.Select(c => new RuleViolations { Rule = c.Key, ContactCount = c.Value })], done, Math.Max(total, done), complete);
        }
    }

    private static Dictionary<ConsistencyRule, List<ContactFacts>> Broken(IReadOnlyList<ContactFacts> page) =>
        ConsistencyRules.Table.Select(t => (t.Rule, Found: page.Where(t.IsBroken).ToList())).Where(t => t.Found.Count > 0).ToDictionary(t => t.Rule, t => t.Found);

    private async Task<List<ContactFacts>> PageAsync(long after, CancellationToken cancellationToken)
    {
        var statuses = await db.ContactStatuses.AsNoTracking().Where(s => s.ContactId > after).OrderBy(s => s.ContactId).Take(PageSize).ToListAsync(cancellationToken);
        long[] ids = [.. statuses.Select(s => s.ContactId)];
        var open = (await db.Enrollments.AsNoTracking().Where(e => ids.Contains(e.ContactId) && e.EndTime == null).ToListAsync(cancellationToken)).ToLookup(e => e.ContactId);
        var asked = statuses.Where(s => !s.Deleted && (s.RecordInactive || open.Contains(s.ContactId))).Select(s => s.ContactId).ToHashSet();
        var found = asked.Count == 0 ? [] : await contacts.GetAsync(asked, cancellationToken);
        var checks = await CheckAsync([.. statuses.Where(s => !s.Deleted && (s.OptedOut || open.Contains(s.ContactId))).Select(s => s.ContactId)], cancellationToken);
        return [.. statuses.Select(s => new ContactFacts(s, [.. open[s.ContactId]], asked.Contains(s.ContactId), found.GetValueOrDefault(s.ContactId), checks.GetValueOrDefault(s.ContactId)))];
    }

    private async Task<Dictionary<long, SendCheck>> CheckAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        if (gate is null || ids.Count == 0)
        {
            return [];
        }
        var reply = await calls.AskAsync(db.AccountId, options => gate.CheckSendableAsync(new() { ContactIds = { ids } }, options), cancellationToken);
        return reply.Checks.ToDictionary(c => c.ContactId);
    }

    private async Task RepairAsync(Dictionary<ConsistencyRule, List<ContactFacts>> broken, CancellationToken cancellationToken)
    {
        if (Ids(ConsistencyRule.RecordStateHeard).Length + Ids(ConsistencyRule.DeletionHeard).Length > 0)
        {
            var inactive = broken.GetValueOrDefault(ConsistencyRule.RecordStateHeard, []).ToLookup(f => !f.Status.RecordInactive, f => f.Status.ContactId);
            await repair.HearAsync([.. inactive[true]], [.. inactive[false]], Ids(ConsistencyRule.DeletionHeard), cancellationToken);
        }
        await repair.OwnAsync([.. ConsistencyRules.Own.SelectMany(Ids).Distinct().Order()], cancellationToken);
        await repair.TellAsync(Ids(ConsistencyRule.OptOutTold), cancellationToken);
        if (broken.TryGetValue(ConsistencyRule.UnsubscribedHeard, out var unheard))
        {
            await repair.UnsubscribeAsync([.. unheard.Select(f => f.Check!)], cancellationToken);
        }

        long[] Ids(ConsistencyRule rule) => [.. broken.GetValueOrDefault(rule, []).Select(f => f.Status.ContactId)];
    }
}
