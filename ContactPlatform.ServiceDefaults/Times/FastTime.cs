using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactPlatform.ServiceDefaults.Times;

/// <summary>
/// A clock that shows more time than passes, so that days can be tried out in seconds. Timers and timestamps are the machine's.
/// All processes with the same beginning and speed show the same, also after a restart.
/// </summary>
/// <param name="beginning">When it began to be fast; it showed the machine's time then.</param>
/// <param name="speed">Seconds that it shows for each that passes, at least 1.</param>
/// <param name="machine">The machine's clock.</param>
public sealed class FastTime(DateTimeOffset beginning, double speed, TimeProvider machine) : TimeProvider
{
    /// <summary>The machine's clock.</summary>
    public TimeProvider Source => machine;

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        var now = machine.GetUtcNow();
        return now <= beginning ? now : beginning + ((now - beginning) * speed);
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}

/// <summary>Chooses a service's clock.</summary>
public static class FastTimeExtensions
{
    /// <summary>
    /// Makes the service's clock fast as `Clock:Beginning` (UTC) and `Clock:Speed` (1 to 1,000,000) say; both or none. Only in the
    /// environment Development: anywhere else they stop the service at its start, since it would do everything too early.
    /// </summary>
    public static void AddFastTime(this IHostApplicationBuilder builder)
    {
        var (beginning, speed) = (builder.Configuration["Clock:Beginning"], builder.Configuration["Clock:Speed"]);
        if (beginning is null && speed is null)
        {
            return;
        }
        if (!builder.Environment.IsDevelopment())
        {
            throw new InvalidOperationException("Clock:Beginning and Clock:Speed are for Development only; leave them out");
        }
        if (!DateTimeOffset.TryParse(beginning, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from)
            || !double.TryParse(speed, CultureInfo.InvariantCulture, out var factor) || factor is not (>= 1 and <= 1_000_000))
        {
            throw new InvalidOperationException("Clock:Beginning has to be a time in UTC and Clock:Speed a number from 1 to 1,000,000");
        }
        builder.Services.AddSingleton<TimeProvider>(new FastTime(from, factor, TimeProvider.System));
    }

    /// <summary>The clock that other machines go by: for tokens, deadlines and leases.</summary>
    public static TimeProvider Machine(this TimeProvider time) => time is FastTime fast ? fast.Source : time;
}
