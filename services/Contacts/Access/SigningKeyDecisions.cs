namespace ContactPlatform.Contacts.Access;

/// <summary>When keys change. Pure: the clock is an argument.</summary>
public static class SigningKeyDecisions
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan SigningPeriod = TimeSpan.FromDays(30);

    /// <summary>How long the next key is shown before it signs: longer than any reader keeps a copy of the keys (12 h).</summary>
    public static readonly TimeSpan ShownBefore = TimeSpan.FromDays(1);

    /// <summary>How long a key is shown after its last token: the tokens' 15 minutes, and room for replicas that look once a minute.</summary>
    public static readonly TimeSpan ShownAfter = TimeSpan.FromHours(1);

    /// <summary>The key that signs now: the latest that is active. Null while there is none.</summary>
    public static SigningKey? Current(IEnumerable<SigningKey> keys, DateTime now) =>
        keys.Where(k => k.ActivateTime <= now).MaxBy(k => k.KeyNumber);

    /// <summary>From when on a new key is to sign; null while none is needed.</summary>
    public static DateTime? NextActivation(IReadOnlyCollection<SigningKey> keys, DateTime now)
    {
        if (Current(keys, now) is not { } current)
        {
            // Nobody has a copy of keys that lacks it: there were none.
            return keys.Count == 0 ? now : null;
        }
        var due = current.ActivateTime + SigningPeriod;
        return keys.Any(k => k.KeyNumber > current.KeyNumber) || now < due - ShownBefore ? null
            : due < now + ShownBefore ? now + ShownBefore
            : due;
    }

    /// <summary>The keys whose tokens have all expired.</summary>
    public static IReadOnlyList<SigningKey> Retired(IReadOnlyCollection<SigningKey> keys, DateTime now) =>
        [.. keys.Where(k => keys.Any(next => next.KeyNumber > k.KeyNumber && next.ActivateTime + ShownAfter <= now))];
}
