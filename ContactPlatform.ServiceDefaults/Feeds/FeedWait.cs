using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>Lets a read wait until it can see a change that another service has acknowledged: read-your-writes across services, on request.</summary>
public sealed class FeedWait(PlatformDbContext db, TimeProvider time)
{
    /// <summary>How long a read waits at most.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Checks a change_token; an empty one is good, and waits for nothing.</summary>
    public static void Check(string changeToken, string field, Violations violations) =>
        violations.Check(OutboxRow.TryParse(changeToken, out _, out _), field, "is no change_token; expected one as a change's answer carried it, or nothing");

    /// <summary>Waits until the changes of a service are applied here up to a token.</summary>
    /// <param name="source">The service that gave the token.</param>
    /// <param name="changeToken">The token, checked; empty waits for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">PROJECTION_BEHIND: not within 5 s.</exception>
    public async Task AppliedAsync(string source, string changeToken, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (changeToken.Length > 0)
        {
            var position = await db.FeedPositions.Where(p => p.Source == source).Select(p => p.Position).SingleOrDefaultAsync(cancellationToken) ?? "";
            if (string.CompareOrdinal(position, changeToken) >= 0)
            {
                return;
            }
            if (time.GetElapsedTime(started) >= Limit)
            {
                throw new RefusalException(new Refusal(CommonReasons.ProjectionBehind, $"the change has not come here from {source} within {Limit.TotalSeconds:0} s; try again") { RetryAfter = TimeSpan.FromSeconds(1) }.With("source", source));
            }
            await Task.Delay(Poll, time, cancellationToken);
        }
    }
}
