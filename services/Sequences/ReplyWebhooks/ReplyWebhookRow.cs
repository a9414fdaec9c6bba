using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.ReplyWebhooks;

/// <summary>A place at which replies are handed in over HTTP.</summary>
public sealed class ReplyWebhookRow : IAccountOwned
{
    /// <summary>Characters in its part of the path: 192 bits.</summary>
    public const int TokenLength = 32;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The webhook.</summary>
    public long ReplyWebhookId { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; init; }

    /// <summary>SHA-256 of the token in its path: whoever reads the table cannot hand in replies.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>Source of its replies.</summary>
    public string Source => FormattableString.Invariant($"webhook:{ReplyWebhookId}");

    /// <summary>A new token.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));

    /// <summary>What is kept of a token.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));

    /// <summary>Shows it.</summary>
    public ReplyWebhook ToProto() => new() { ReplyWebhookId = ReplyWebhookId, DisplayName = DisplayName, CreateTime = Timestamp.FromDateTime(CreateTime) };
}

internal sealed class ReplyWebhookConfiguration : IEntityTypeConfiguration<ReplyWebhookRow>
{
    public void Configure(EntityTypeBuilder<ReplyWebhookRow> builder)
    {
        builder.ToTable("reply_webhooks").HasKey(w => new { w.AccountId, w.ReplyWebhookId });
        builder.Property(w => w.ReplyWebhookId).ValueGeneratedNever();
        builder.Property(w => w.DisplayName).HasMaxLength(100);
        builder.Property(w => w.TokenHash).HasMaxLength(32);
        builder.Ignore(w => w.Source);
        builder.HasIndex(w => w.TokenHash).IsUnique();
    }
}
