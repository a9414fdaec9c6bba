using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using ContactPlatform.ServiceDefaults.Telemetry;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>This process among those that send: a number by which its reservations are known.</summary>
public sealed class SendWorker
{
    private static readonly Meter Meter = new(PlatformTelemetry.Name);

    /// <summary>Attempts to hand a mail over, by result.</summary>
    internal static readonly Counter<long> Attempts = Meter.CreateCounter<long>("contactplatform.mail.attempts", "{mail}", "Attempts to hand a mail to the mail server");

    /// <summary>Messages whose process died with them.</summary>
    internal static readonly Counter<long> Lost = Meter.CreateCounter<long>("contactplatform.mail.unknown", "{mail}", "Messages whose outcome nobody knows");

    private readonly ConcurrentDictionary<long, bool> inHand = new();

    private long reservations;

    /// <summary>The reservations that are being sent or settled. What was reserved by a transaction whose commitment nobody heard of is not among them, and not held.</summary>
    public IReadOnlyCollection<long> InHand => (IReadOnlyCollection<long>)inHand.Keys;

    /// <summary>Numbers for some reservations, none used before: the first of them, and those behind it.</summary>
    public long Reserve(int count) => Interlocked.Add(ref reservations, count) - count + 1;

    /// <summary>Begins to send a group.</summary>
    public void Take(MailGroup group) => inHand[group.Reservation] = true;

    /// <summary>Is done with it, however that went.</summary>
    public void Leave(MailGroup group) => inHand.TryRemove(group.Reservation, out _);

    /// <summary>The number; of 63 bits, so that no two processes ever have the same.</summary>
    public long Id { get; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue | 1;
}
