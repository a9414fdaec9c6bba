using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.ServiceDefaults.Requests;

/// <summary>Remembers a request_id with what it made, in the same transaction: the unique key lets one of many repeats win.</summary>
public sealed class RequestRow : IAccountOwned
{
    /// <summary>Account of the caller.</summary>
    public long AccountId { get; init; }

    /// <summary>Method that was called, without its package.</summary>
    public required string Method { get; init; }

    /// <summary>The id, as the caller made it.</summary>
    public required string RequestId { get; init; }

    /// <summary>SHA-256 of the request without its request_id.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>Id of what the request made.</summary>
    public long ResultId { get; init; }

    /// <summary>When it was made; forgotten 7 days later.</summary>
    public DateTime CreateTime { get; init; }

    internal static void Configure(EntityTypeBuilder<RequestRow> entity)
    {
        entity.ToTable("requests").HasKey(r => new { r.AccountId, r.Method, r.RequestId });
        entity.Property(r => r.Method).HasMaxLength(60);
        entity.Property(r => r.RequestId).HasMaxLength(64);
        entity.Property(r => r.BodyHash).HasMaxLength(32);
        entity.HasIndex(r => r.CreateTime);
    }
}
