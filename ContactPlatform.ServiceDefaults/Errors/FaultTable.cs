using System.Data.Common;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using StackExchange.Redis;

namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>Maps the faults that pass by themselves to refusals; everything else is a bug and stays an exception.</summary>
public static class FaultTable
{
    /// <summary>
    /// PostgreSQL states that mean "not now" (PostgreSQL manual, appendix A): class 08 connection, 53 resources (disk
    /// full, too many connections), 57P operator intervention, 25006 read only, 25P03 silent for too long, 40 rollback (deadlock,
    /// serialisation), 55P03 lock not available.
    /// </summary>
    private static readonly string[] TransientStates = ["08", "53", "57P", "25006", "25P03", "40", "55P03", "58030"];

    /// <summary>Returns the refusal for a fault that passes by itself; null for any other.</summary>
    public static Refusal? Find(Exception exception) => exception switch
    {
        RefusalException e => e.Refusal,
        DbUpdateConcurrencyException => new Refusal(CommonReasons.EtagMismatch, "the record changed meanwhile; read it again"),
        PostgresException e when TransientStates.Any(s => e.SqlState.StartsWith(s, StringComparison.Ordinal)) => Database(),
        NpgsqlException { InnerException: TimeoutException or IOException or System.Net.Sockets.SocketException } => Database(),
        DbException { IsTransient: true } => Database(),
        // The pool is exhausted, or a connection died between two statements.
        InvalidOperationException { InnerException: NpgsqlException or TimeoutException } => Database(),
        // EF's word for a fault that its provider calls transient, such as a full disk while it saves.
        InvalidOperationException { InnerException: DbUpdateException inner } => Find(inner),
        RedisConnectionException or RedisTimeoutException => Locks(),
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded } => new Refusal(CommonReasons.ServiceUnavailable, "a service that this call needs does not answer; try again") { RetryAfter = TimeSpan.FromSeconds(1) },
        DbUpdateException { InnerException: { } inner } => Find(inner),
        _ => null,
    };

    /// <summary>The refusal while the database is away or full.</summary>
    public static Refusal Database() => new(CommonReasons.DatabaseUnavailable, "the database does not take this now; nothing was acknowledged, try again") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>The refusal while the lock server is away.</summary>
    public static Refusal Locks() => new(CommonReasons.LocksUnavailable, "the lock server does not answer; bulk work waits, try again") { RetryAfter = TimeSpan.FromSeconds(2) };
}
