using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>
/// Remembers tokens that were found good: a caller sends the same one for minutes, and to check its signature costs as
/// much as all the rest that a small call does before it reaches the database.
/// </summary>
/// <remarks>
/// Only for a minute, so that a key that is withdrawn is soon without effect, and never past the token's own end. What was
/// refused is not remembered: it costs its sender a check each time, and no memory here.
/// </remarks>
public sealed class CheckedTokens : JsonWebTokenHandler, IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private readonly TimeProvider _time;
    private readonly MemoryCache _good;

    /// <summary>Remembers nothing yet.</summary>
    /// <param name="time">The clock.</param>
    public CheckedTokens(TimeProvider time)
    {
        _time = time;
        // A token is below 4 KB as a rule: some tens of megabytes at most, and then the oldest go.
        _good = new MemoryCache(new MemoryCacheOptions { SizeLimit = 10_000, Clock = new CacheClock(time) });
        MapInboundClaims = false;
    }

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (_good.TryGetValue(token, out TokenValidationResult? known))
        {
            return known!;
        }
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid)
        {
            var now = _time.GetUtcNow();
            var end = new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero);
            if (end > now)
            {
                _good.Set(token, result, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = end < now + Remembered ? end : now + Remembered });
            }
        }
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _good.Dispose();

#pragma warning disable CS0618 // The cache takes its time from this interface alone.
    private sealed class CacheClock(TimeProvider time) : Microsoft.Extensions.Internal.ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
#pragma warning restore CS0618
}
