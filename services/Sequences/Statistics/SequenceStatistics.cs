using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Statistics;

/// <summary>Contacts at a place of a sequence.</summary>
/// <param name="LastStepId">The last step that they did; 0 for none.</param>
/// <param name="Status">Their main status.</param>
/// <param name="Ended">Whether they have left.</param>
/// <param name="Count">How many.</param>
public sealed record PlaceCount(long LastStepId, EnrollmentStatus Status, bool Ended, long Count);

/// <summary>Counts what became of sequences.</summary>
public sealed class SequenceStatistics(SequencesDbContext db)
{
    /// <summary>Counts where contacts are.</summary>
    public Task<List<PlaceCount>> PlacesAsync(long sequenceId, CancellationToken cancellationToken) =>
        db.Enrollments.Where(e => e.SequenceId == sequenceId).GroupBy(e => new { e.LastStepId, e.Status, Ended = e.EndTime != null })
            .Select(g => new PlaceCount(g.Key.LastStepId, g.Key.Status, g.Key.Ended, g.LongCount())).ToListAsync(cancellationToken);

    /// <summary>Counts who replied, and who was finished by opting out.</summary>
    public async Task<(long Replied, long OptedOut)> EndsAsync(long sequenceId, CancellationToken cancellationToken)
    {
        const EnrollmentFlags AnyReply = EnrollmentFlags.RepliedByEmail | EnrollmentFlags.RepliedBySms;
        var replied = await db.Enrollments.LongCountAsync(e => e.SequenceId == sequenceId && (e.Flags & AnyReply) != EnrollmentFlags.None, cancellationToken);
        return (replied, await db.Enrollments.LongCountAsync(e => e.SequenceId == sequenceId && e.FinishReason == FinishReason.OptedOut, cancellationToken));
    }

    /// <summary>Counts mails by step.</summary>
    public async Task<Dictionary<long, MailCounts>> MailsAsync(long sequenceId, CancellationToken cancellationToken)
    {
        var counted = await db.StepMessages.Where(m => m.SequenceId == sequenceId).GroupBy(m => m.StepId).Select(g => new
        {
            StepId = g.Key,
            Sent = g.LongCount(m => m.SendTime != null || m.DeliverTime != null || m.OpenTime != null || m.ClickTime != null || m.MachineOpenTime != null || m.MachineClickTime != null || m.UnsubscribeTime != null),
            Delivered = g.LongCount(m => m.DeliverTime != null),
            Opened = g.LongCount(m => m.OpenTime != null),
            MachineOpened = g.LongCount(m => m.OpenTime == null && m.MachineOpenTime != null),
            Clicked = g.LongCount(m => m.ClickTime != null),
            MachineClicked = g.LongCount(m => m.ClickTime == null && m.MachineClickTime != null),
            Bounced = g.LongCount(m => m.BounceTime != null || m.HardBounceTime != null),
            HardBounced = g.LongCount(m => m.HardBounceTime != null),
            OptedOut = g.LongCount(m => m.UnsubscribeTime != null),
        }).ToListAsync(cancellationToken);
        var replied = await db.StepMessages.Where(m => m.SequenceId == sequenceId && db.Replies.Any(r => r.MessageId == m.MessageId && !r.Automatic))
            .GroupBy(m => m.StepId).Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return counted.ToDictionary(c => c.StepId, c => new MailCounts
        {
            SentCount = c.Sent,
            DeliveredCount = c.Delivered,
            OpenedCount = c.Opened,
            MachineOpenedCount = c.MachineOpened,
            ClickedCount = c.Clicked,
            MachineClickedCount = c.MachineClicked,
            RepliedCount = replied.GetValueOrDefault(c.StepId),
            BouncedCount = c.Bounced,
            HardBouncedCount = c.HardBounced,
            OptedOutCount = c.OptedOut,
        });
    }

    /// <summary>The funnel of a sequence: pure.</summary>
    /// <param name="steps">The present steps in order.</param>
    /// <param name="order">All steps that it has or had, in order.</param>
    /// <param name="places">Where contacts are.</param>
    /// <param name="mails">Mails by step.</param>
    public static IEnumerable<StepStatistics> Steps(IReadOnlyList<Step> steps, StepOrder order, IReadOnlyList<PlaceCount> places, IReadOnlyDictionary<long, MailCounts> mails)
    {
        var present = steps.Select(s => s.StepId).ToHashSet();
        var place = order.Ids.Index().ToDictionary(i => i.Item, i => i.Index);
        var waiting = places.Where(p => !p.Ended && p.Status != EnrollmentStatus.Finished)
            .GroupBy(p => order.Remaining(steps, p.LastStepId).FirstOrDefault()?.StepId ?? 0).ToDictionary(g => g.Key, g => g.Sum(p => p.Count));
        foreach (var id in order.Ids.Where(id => present.Contains(id) || mails.ContainsKey(id) || places.Any(p => p.LastStepId == id)))
        {
            yield return new()
            {
                StepId = id,
                Removed = !present.Contains(id),
                ReachedCount = places.Where(p => p.LastStepId != 0 && place[p.LastStepId] >= place[id]).Sum(p => p.Count),
                WaitingCount = waiting.GetValueOrDefault(id),
                Mails = mails.GetValueOrDefault(id) ?? new(),
            };
        }
    }

    /// <summary>The sum of figures.</summary>
    public static MailCounts Sum(IEnumerable<MailCounts> counts)
    {
        var sum = new MailCounts();
        foreach (var count in counts)
        {
            foreach (var field in MailCounts.Descriptor.Fields.InFieldNumberOrder())
            {
                field.Accessor.SetValue(sum, (long)field.Accessor.GetValue(sum) + (long)field.Accessor.GetValue(count));
            }
        }
        return sum;
    }
}
