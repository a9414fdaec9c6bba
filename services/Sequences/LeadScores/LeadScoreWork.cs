using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Automations;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.LeadScores;

/// <summary>Brings points to Contacts. Each is known there by its number for as long as its contact, so bringing them again, whoever does, adds nothing.</summary>
public sealed partial class LeadScoreWork(
    SequencesDbContext db, CurrentAccount account, LeadScoreAwardStore store, LeadScoreService.LeadScoreServiceClient scores, ContactsCalls contacts, AutomationSettings settings, TimeProvider time, ILogger<LeadScoreWork> logger)
{
    private const int Batch = 1_000;

    /// <summary>Brings a batch of points.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> BringAsync(CancellationToken cancellationToken)
    {
        var now = time.Machine().Now();
        var taken = await InTransactionAsync(() => store.TakeAsync(now, now + settings.Lease, Batch, cancellationToken), cancellationToken);
        foreach (var group in taken.GroupBy(t => t.AccountId))
        {
            account.Id = group.Key;
            await BringAsync([.. group], cancellationToken);
        }
        return taken.Count > 0;
    }

    private async Task BringAsync(List<TakenAward> awards, CancellationToken cancellationToken)
    {
        long[] ruleIds = [.. awards.Select(a => a.RuleId).Distinct()];
        var names = await db.LeadScoreRules.Where(r => ruleIds.Contains(r.LeadScoreRuleId)).ToDictionaryAsync(r => r.LeadScoreRuleId, r => r.DisplayName, cancellationToken);
        var request = new AddLeadScoresRequest
        {
            Entries =
            {
                awards.Select(a => new LeadScoreEntry
                {
                    ContactId = a.ContactId, Points = a.Points, Reason = names.GetValueOrDefault(a.RuleId, "a rule that was deleted"), RequestId = LeadScoreAwardRow.RequestId(a.AwardId),
                }),
            },
        };
        try
        {
            var reply = await contacts.AskAsync(account.Id, options => scores.AddLeadScoresAsync(request, options), cancellationToken);
            foreach (var group in awards.Zip(reply.Outcomes).GroupBy(p => p.Second == LeadScoreOutcome.ContactNotFound ? LeadScoreAwardOutcome.ContactGone : LeadScoreAwardOutcome.Given, p => p.First))
            {
                await InTransactionAsync(() => store.SettleAsync([.. group], group.Key, cancellationToken), cancellationToken);
            }
        }
        catch (Exception e) when (e is RpcException or RefusalException && !cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: nobody but Contacts can have points, so they wait for it.
            var pause = awards.Max(a => LeadScoreDecisions.Pause(a.Attempt));
            await InTransactionAsync(() => store.PutOffAsync(awards, time.Machine().Now() + pause, cancellationToken), cancellationToken);
            LogWaiting(awards.Count, pause, e);
        }
    }

    private async Task<T> InTransactionAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var result = await act();
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Points of {Count} entries wait for Contacts; trying again in {Pause}")]
    private partial void LogWaiting(int count, TimeSpan pause, Exception exception);
}
