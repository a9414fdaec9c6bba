using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>How far a transmission is.</summary>
/// <param name="States">Messages by state.</param>
/// <param name="Delivered">Messages that are known to have arrived.</param>
/// <param name="Opened">Messages that a person opened or clicked.</param>
/// <param name="Clicked">Messages that a person clicked.</param>
/// <param name="Bounced">Messages that were refused or came back.</param>
/// <param name="Complained">Messages that were reported as spam, and not taken back.</param>
public sealed record TransmissionProgress(IReadOnlyDictionary<MessageState, long> States, long Delivered, long Opened, long Clicked, long Bounced, long Complained)
{
    /// <summary>True once nothing is queued or being sent.</summary>
    public bool Complete => States.Keys.All(s => s is not MessageState.Queued and not MessageState.Sending);

    /// <summary>True when both say the same.</summary>
    public bool SameAs(TransmissionProgress? other) =>
        other is not null && (Delivered, Opened, Clicked, Bounced, Complained) == (other.Delivered, other.Opened, other.Clicked, other.Bounced, other.Complained)
        && States.Count == other.States.Count && States.All(s => other.States.GetValueOrDefault(s.Key) == s.Value);
}

/// <summary>Reads transmissions.</summary>
public sealed class TransmissionReads(DeliverabilityDbContext db)
{
    private static readonly TransmissionProgress Nothing = new(new Dictionary<MessageState, long>(), 0, 0, 0, 0, 0);

    /// <summary>Finds a transmission of the account.</summary>
    /// <exception cref="RefusalException">TRANSMISSION_NOT_FOUND.</exception>
    public async Task<TransmissionRow> GetAsync(long transmissionId, CancellationToken cancellationToken) =>
        await db.Transmissions.AsNoTracking().SingleOrDefaultAsync(t => t.TransmissionId == transmissionId, cancellationToken)
        ?? throw new RefusalException(new Refusal(DeliverabilityReasons.TransmissionNotFound, $"there is no transmission {transmissionId}").With("transmission_id", transmissionId));

    /// <summary>Counts the messages of some transmissions: all in one question, on their index.</summary>
    public async Task<IReadOnlyDictionary<long, TransmissionProgress>> CountAsync(IReadOnlyCollection<long> transmissionIds, CancellationToken cancellationToken)
    {
        var counts = await db.Messages.Where(m => transmissionIds.Contains(m.TransmissionId))
            .GroupBy(m => new
            {
                m.TransmissionId, m.State, Delivered = m.DeliverTime != null, Opened = m.OpenTime != null, Clicked = m.ClickTime != null, Bounced = m.BounceTime != null,
                Complained = m.ComplainTime != null && (m.NotSpamTime == null || m.NotSpamTime < m.ComplainTime),
            })
            .Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(cancellationToken);
        return counts.GroupBy(c => c.Key.TransmissionId).ToDictionary(g => g.Key, g => new TransmissionProgress(
            g.GroupBy(c => c.Key.State).ToDictionary(s => s.Key, s => s.Sum(c => c.Count)),
            g.Where(c => c.Key.Delivered).Sum(c => c.Count),
            g.Where(c => c.Key.Opened || c.Key.Clicked).Sum(c => c.Count),
            g.Where(c => c.Key.Clicked).Sum(c => c.Count),
            g.Where(c => c.Key.Bounced).Sum(c => c.Count),
            g.Where(c => c.Key.Complained).Sum(c => c.Count)));
    }

    /// <summary>The same for one.</summary>
    public async Task<TransmissionProgress> CountAsync(long transmissionId, CancellationToken cancellationToken) =>
        (await CountAsync([transmissionId], cancellationToken)).GetValueOrDefault(transmissionId, Nothing);
}
