using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.LeadScores;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Times;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Engagement;

/// <summary>Writes down what contacts' entering a status sets off, in the transaction that makes them enter it.</summary>
public sealed class EngagementEntries(SequencesDbContext db, LeadScoreAwardStore awards, AutomationFiringStore firings, TimeProvider time)
{
    /// <summary>Writes it down.</summary>
    /// <param name="moves">What became of enrolments.</param>
    /// <param name="changed">What became of contacts.</param>
    /// <param name="changeTime">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(IReadOnlyList<EnrollmentMove> moves, IReadOnlyList<ContactMove> changed, DateTime changeTime, CancellationToken cancellationToken)
    {
        var entered = Entered(changed);
        if (entered.Count == 0)
        {
            return;
        }
        var statuses = entered.Select(e => e.To.Engagement).Distinct().ToList();
        var scoring = await db.LeadScoreRules.AsNoTracking().Where(r => !r.Disabled && statuses.Contains(r.Engagement)).OrderBy(r => r.LeadScoreRuleId).ToListAsync(cancellationToken);
        if (scoring.Count > 0)
        {
            await awards.AddAsync([.. LeadScoreDecisions.Awards(scoring, entered)], changeTime, time.Machine().Now(), cancellationToken);
        }
        var mask = statuses.Aggregate(0, (bits, status) => bits | AutomationDecisions.Bit(status));
        var rules = await db.AutomationRules.AsNoTracking().Where(r => !r.Disabled && (r.EntryMask & mask) != 0).OrderBy(r => r.AutomationRuleId).ToListAsync(cancellationToken);
        if (rules.Count > 0)
        {
            await firings.AddAsync(rules, entered, moves, changeTime, time.Machine().Now(), cancellationToken);
        }
    }

    /// <summary>Contacts that have entered a status; whoever passed one on the way to another has entered both.</summary>
    public static IReadOnlyList<ContactMove> Entered(IReadOnlyList<ContactMove> changed) => [.. changed.Where(c => !c.Silent && c.From.Engagement != c.To.Engagement)];
}
