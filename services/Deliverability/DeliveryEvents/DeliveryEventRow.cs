using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>
/// What became of a message, as somebody told it. Never changed, but for what the classifier says of it, and for what may
/// tell of a person, which goes when the person is erased.
/// </summary>
public sealed class DeliveryEventRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The event; ascending in the order of arrival within a process.</summary>
    public long DeliveryEventId { get; init; }

    /// <summary>Stands for source and key; unique in its account.</summary>
    public Guid KeyHash { get; init; }

    /// <summary>Who told it.</summary>
    public required string Source { get; init; }

    /// <summary>Its key within the source; empty once the recipient is erased.</summary>
    public required string EventKey { get; init; }

    /// <summary>The recipient.</summary>
    public long AddressId { get; init; }

    /// <summary>The message of ours; 0 for none.</summary>
    public long MessageId { get; init; }

    /// <summary>The Message-ID without brackets; may be empty.</summary>
    public required string MessageReference { get; init; }

    /// <summary>What happened.</summary>
    public DeliveryEventKind Kind { get; init; }

    /// <summary>True for an opening or a click that no person made.</summary>
    public bool Machine { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public DateTime EventTime { get; init; }

    /// <summary>When it arrived, UTC.</summary>
    public DateTime ReceiveTime { get; init; }

    /// <summary>The code told beside the diagnostic; may be empty.</summary>
    public required string EnhancedCode { get; init; }

    /// <summary>What the remote server said; may be empty.</summary>
    public required string Diagnostic { get; init; }

    /// <summary>The remote server; may be empty.</summary>
    public required string RemoteHost { get; init; }

    /// <summary>What the classifier says.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>The rule that says so; empty where nothing failed.</summary>
    public required string RuleId { get; init; }

    /// <summary>Version of the rules; 0 where nothing failed.</summary>
    public int RuleVersion { get; init; }

    /// <summary>What stands for a source and a key: 128 bits of their SHA-256, so that the index is small whatever they are.</summary>
    public static Guid Hash(string source, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\0{key}"), hash);
        return new(hash[..16]);
    }
}

internal sealed class DeliveryEventConfiguration : IEntityTypeConfiguration<DeliveryEventRow>
{
    public void Configure(EntityTypeBuilder<DeliveryEventRow> builder)
    {
        builder.ToTable("delivery_events").HasKey(e => new { e.AccountId, e.DeliveryEventId });
        builder.Property(e => e.DeliveryEventId).ValueGeneratedNever();
        builder.Property(e => e.Source).HasMaxLength(EventLimits.Source);
        builder.Property(e => e.EventKey).HasMaxLength(EventLimits.Key);
        builder.Property(e => e.MessageReference).HasMaxLength(EventLimits.Reference);
        builder.Property(e => e.EnhancedCode).HasMaxLength(EventLimits.Status);
        builder.Property(e => e.Diagnostic).HasMaxLength(EventLimits.Diagnostic);
        builder.Property(e => e.RemoteHost).HasMaxLength(EventLimits.RemoteHost);
        builder.Property(e => e.RuleId).HasMaxLength(60);
        builder.Property(e => e.Kind).HasConversion<short>();
        builder.Property(e => e.FailureClass).HasConversion<short>();
        builder.HasIndex(e => new { e.AccountId, e.KeyHash }).IsUnique();
        builder.HasIndex(e => new { e.AccountId, e.AddressId, e.DeliveryEventId });
        builder.HasIndex(e => new { e.AccountId, e.MessageId, e.DeliveryEventId }).HasFilter("message_id <> 0");
        builder.HasIndex(e => new { e.AccountId, e.MessageReference }).HasFilter("message_reference <> ''");
        // Those that rules are about.
        builder.HasIndex(e => new { e.AccountId, e.DeliveryEventId }, "ix_delivery_events_classified").HasFilter("rule_version <> 0");
    }
}
