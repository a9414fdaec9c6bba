using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Automations;

/// <summary>How far a dry run is.</summary>
public sealed class DryRun
{
    /// <summary>The rules, by ascending id.</summary>
    public required IReadOnlyList<AutomationRule> Rules { get; init; }

    /// <summary>Statuses that set each of them off, a bit for each.</summary>
    public required IReadOnlyList<AutomationRuleRow> Rows { get; init; }

    /// <summary>What each would do so far.</summary>
    public required IReadOnlyList<AutomationRuleDryRun> Counts { get; init; }

    /// <summary>The sequences that they name and that are there.</summary>
    public required IReadOnlyDictionary<long, SequenceRow> Sequences { get; init; }

    /// <summary>Filters that find the members of the static lists that they name.</summary>
    public required IReadOnlyDictionary<long, string> Lists { get; init; }

    /// <summary>The status that contacts are taken to enter; unspecified for the one that they have.</summary>
    public EngagementStatus Status { get; init; }

    /// <summary>Whether contacts are told one by one.</summary>
    public bool Shows { get; init; }

    /// <summary>Contacts that were looked at.</summary>
    public long Checked { get; set; }
}

/// <summary>Tells what rules would do to contacts; changes nothing.</summary>
public sealed class AutomationDryRuns(
    SequencesDbContext db, ContactReader reader, ContactsCalls contacts, SegmentService.SegmentServiceClient segments, ContactListService.ContactListServiceClient lists)
{
    /// <summary>Begins a dry run.</summary>
    /// <exception cref="RefusalException">AUTOMATION_RULE_NOT_FOUND.</exception>
    public async Task<DryRun> BeginAsync(long[] ruleIds, EngagementStatus status, bool shows, CancellationToken cancellationToken)
    {
        var rows = await db.AutomationRules.AsNoTracking().Where(r => ruleIds.Length == 0 ? !r.Disabled : ruleIds.Contains(r.AutomationRuleId)).OrderBy(r => r.AutomationRuleId).ToListAsync(cancellationToken);
        if (ruleIds.Except(rows.Select(r => r.AutomationRuleId)).Take(1).ToList() is [var missing])
        {
            throw new RefusalException(AutomationDecisions.NotFound(missing));
        }
        long[] found = [.. rows.Select(r => r.AutomationRuleId)];
        long[] present = [.. rows.Select(r => r.RuleVersion).Distinct()];
        var versions = (await db.AutomationRuleVersions.AsNoTracking().Where(v => found.Contains(v.AutomationRuleId) && present.Contains(v.RuleVersion)).ToListAsync(cancellationToken)).ToDictionary(v => (v.AutomationRuleId, v.RuleVersion));
        List<AutomationRule> rules = [.. rows.Select(r => r.ToProto(versions[(r.AutomationRuleId, r.RuleVersion)].Read()))];
        var actions = rules.SelectMany(r => r.Actions).ToList();
        long[] sequenceIds = [.. actions.Select(a => Math.Max(a.EnrollSequenceId, a.UnenrollSequenceId)).Where(id => id > 0).Distinct()];
        return new()
        {
            Rules = rules,
            Rows = rows,
            Counts = [.. rules.Select(r => new AutomationRuleDryRun { AutomationRuleId = r.AutomationRuleId, DisplayName = r.DisplayName, Actions = { r.Actions.Select(a => new AutomationActionDryRun { Action = a }) } })],
            Sequences = await db.Sequences.AsNoTracking().Where(s => sequenceIds.Contains(s.SequenceId)).ToDictionaryAsync(s => s.SequenceId, cancellationToken),
            Lists = await ListsAsync([.. actions.Select(a => a.AddToContactListId).Where(id => id > 0).Distinct()], cancellationToken),
            Status = status,
            Shows = shows,
        };
    }

    /// <summary>Looks at some contacts.</summary>
    /// <param name="run">Takes the counts.</param>
    /// <param name="contactIds">At most 1,000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What would be done to each, where that is asked for.</returns>
    public async Task<List<AutomationContactDryRun>> LookAsync(DryRun run, long[] contactIds, CancellationToken cancellationToken)
    {
        var known = await reader.GetAsync(contactIds, cancellationToken);
        var statuses = await db.ContactStatuses.AsNoTracking().Where(s => contactIds.Contains(s.ContactId)).ToDictionaryAsync(s => s.ContactId, cancellationToken);
        var enrollments = (await db.Enrollments.AsNoTracking().Where(e => contactIds.Contains(e.ContactId) && e.EndTime == null).ToListAsync(cancellationToken)).ToLookup(e => e.ContactId);
        var onLists = new Dictionary<long, HashSet<long>>();
        foreach (var (listId, filter) in run.Lists)
        {
            onLists[listId] = await MatchAsync(filter, contactIds, cancellationToken);
        }
        var shown = new List<AutomationContactDryRun>();
        foreach (var (i, rule) in run.Rules.Index())
        {
            var (row, counts) = (run.Rows[i], run.Counts[i]);
            long[] entering = [.. known.Keys.Where(id => AutomationDecisions.SetsOff(row, run.Status == EngagementStatus.Unspecified ? Status(id).Engagement : run.Status)).Order()];
            var matched = rule.Condition.Filter.Length == 0 || entering.Length == 0 ? [.. entering] : await MatchAsync(rule.Condition.Filter, entering, cancellationToken);
            counts.MatchedCount += matched.Count;
            foreach (var id in matched.Order())
            {
                var contact = new DryRunContact(known[id], Status(id), [.. enrollments[id]], onLists.Where(l => l.Value.Contains(id)).Select(l => l.Key).ToHashSet());
                var results = rule.Actions.Select(a => AutomationDecisions.DryRun(a, contact, run.Sequences.GetValueOrDefault(Math.Max(a.EnrollSequenceId, a.UnenrollSequenceId)))).ToList();
                foreach (var (count, result) in counts.Actions.Zip(results))
                {
                    Count(count, result);
                }
                if (run.Shows)
                {
                    shown.Add(new() { ContactId = id, AutomationRuleId = rule.AutomationRuleId, Actions = { rule.Actions.Zip(results, (a, r) => new AutomationActionOutcome { Action = a, Outcome = r.Outcome, Reason = r.Reason }) } });
                }
            }
        }
        run.Checked += contactIds.Length;
        return shown;

        ContactStatusRow Status(long id) => statuses.GetValueOrDefault(id) ?? new() { ContactId = id };
    }

    private async Task<HashSet<long>> MatchAsync(string filter, IEnumerable<long> contactIds, CancellationToken cancellationToken)
    {
        var request = new MatchContactsRequest { Filter = filter, ContactIds = { contactIds } };
        try
        {
            return [.. (await contacts.AskAsync(db.AccountId, options => segments.MatchContactsAsync(request, options), cancellationToken)).ContactIds];
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
        {
            // What it names is gone: then the rule does nothing.
            return [];
        }
    }

    private async Task<Dictionary<long, string>> ListsAsync(IEnumerable<long> listIds, CancellationToken cancellationToken)
    {
        var filters = new Dictionary<long, string>();
        foreach (var id in listIds)
        {
            try
            {
                var list = await contacts.AskAsync(db.AccountId, options => lists.GetContactListAsync(new() { ContactListId = id }, options), cancellationToken);
                filters[id] = $"list:\"{string.Concat(list.ContactList.DisplayName.Select(c => c is '\\' or '"' or '\'' or '*' ? $"\\{c}" : $"{c}"))}\"";
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                // Gone: nobody is on it.
            }
        }
        return filters;
    }

    private static void Count(AutomationActionDryRun count, ActionResult result)
    {
        switch (result.Outcome)
        {
            case AutomationOutcome.Done:
                count.DoneCount++;
                break;
            case AutomationOutcome.Unchanged:
                count.UnchangedCount++;
                break;
            default:
                count.RefusedCounts[result.Reason] = count.RefusedCounts.GetValueOrDefault(result.Reason) + 1;
                break;
        }
    }
}
