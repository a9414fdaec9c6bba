using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.LeadScores;

/// <summary>Serves LeadScoreService.</summary>
public sealed class LeadScoreEndpoint(ContactsDbContext db, LeadScoreStore store, TimelineStore timeline, TimeProvider time) : LeadScoreService.LeadScoreServiceBase
{
    /// <inheritdoc/>
    public override async Task<AddLeadScoresResponse> AddLeadScores(AddLeadScoresRequest request, ServerCallContext context)
    {
        Check(request);
        var (caller, cancel, now) = (Caller.Of(context), context.CancellationToken, time.UtcNow());
        // The same entry twice in a call is one.
        var asked = request.Entries.DistinctBy(Key).ToList();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (found, added) = await store.AddAsync(asked, now, cancel);
        var given = asked.Where(e => added.Contains(Key(e))).ToList();
        if (given.Count > 0)
        {
            TimelineCause? cause = caller.Actor.Kind == ActorKind.Service ? TimelineCause.Sequence : null;
            await timeline.AddManyAsync(TimelineAct.Of(caller, now, cause),
                given.GroupBy(e => (e.Points, Reason: e.Reason.Trim())).Select(g => (TimelineEvents.LeadScore(g.Key.Points, g.Key.Reason), g.Select(e => e.ContactId))), cancel);
            db.Add(ContactChanges.Updated(caller, now, given.Select(e => e.ContactId).Distinct().Order()));
            await db.SaveChangesAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
        return new()
        {
            Outcomes = { request.Entries.Select(e => !found.Contains(e.ContactId) ? LeadScoreOutcome.ContactNotFound : added.Remove(Key(e)) ? LeadScoreOutcome.Added : LeadScoreOutcome.Known) },
        };
    }

    private static void Check(AddLeadScoresRequest request)
    {
        Violations.Limit(request.Entries.Count, LeadScoreLimits.Entries, "entries");
        var violations = new Violations();
        violations.Check(request.Entries.Count > 0, "entries", $"is empty; expected 1 to {LeadScoreLimits.Entries}");
        foreach (var (i, entry) in request.Entries.Index())
        {
            violations.Id(entry.ContactId, $"entries[{i}].contact_id");
            violations.Check(entry.Points != 0 && Math.Abs((long)entry.Points) <= LeadScoreLimits.Points, $"entries[{i}].points", $"is {entry.Points}; expected -{LeadScoreLimits.Points} to {LeadScoreLimits.Points}, and not 0");
            violations.Text(entry.Reason, $"entries[{i}].reason", LeadScoreLimits.Reason);
            violations.Text(entry.RequestId, $"entries[{i}].request_id", 64, minimum: 1);
        }
        violations.ThrowIfAny();
    }

    private static (long ContactId, string RequestId) Key(V1.LeadScoreEntry entry) => (entry.ContactId, entry.RequestId);
}
