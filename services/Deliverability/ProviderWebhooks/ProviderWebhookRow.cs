using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>A place at which a provider tells its events.</summary>
public sealed class ProviderWebhookRow : IAccountOwned
{
    /// <summary>Characters in its part of the path: 128 bits.</summary>
    public const int TokenLength = 22;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The webhook.</summary>
    public long ProviderWebhookId { get; init; }

    /// <summary>The provider.</summary>
    public WebhookProvider Provider { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Finds it by its path. Knowing it opens nothing: every call is signed.</summary>
    public required string PathToken { get; init; }

    /// <summary>SendGrid: the public key. Mailgun: the signing key, encrypted.</summary>
    public required byte[] VerificationKey { get; init; }

    /// <summary>Under which of <see cref="SecretKeys"/>; empty for what is no secret.</summary>
    public required string KeyId { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>Source of its events.</summary>
    public string Source => FormattableString.Invariant($"{Provider.ToString().ToLowerInvariant()}:{ProviderWebhookId}");

    /// <summary>The place of its secret: sealed for another webhook it is nothing.</summary>
    public static string Place(long accountId, long webhookId) => FormattableString.Invariant($"provider webhook {accountId} {webhookId}");

    /// <summary>Shows it.</summary>
    public ProviderWebhook ToProto() => new()
    {
        ProviderWebhookId = ProviderWebhookId,
        Provider = Provider,
        DisplayName = DisplayName,
        Path = ProviderWebhookHttp.Path + PathToken,
        CreateTime = Timestamp.FromDateTime(CreateTime),
    };
}

/// <summary>A token of a Mailgun call, bound to the first body that came with it; forgotten when no call may be so old any more.</summary>
public sealed class ProviderCallRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The webhook.</summary>
    public long ProviderWebhookId { get; init; }

    /// <summary>The token.</summary>
    public required string Token { get; init; }

    /// <summary>SHA-256 of the body.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>When it was signed, UTC.</summary>
    public DateTime SignTime { get; init; }
}

internal sealed class ProviderWebhookConfiguration : IEntityTypeConfiguration<ProviderWebhookRow>, IEntityTypeConfiguration<ProviderCallRow>
{
    public void Configure(EntityTypeBuilder<ProviderWebhookRow> builder)
    {
        builder.ToTable("provider_webhooks").HasKey(w => new { w.AccountId, w.ProviderWebhookId });
        builder.Property(w => w.ProviderWebhookId).ValueGeneratedNever();
        builder.Property(w => w.Provider).HasConversion<short>();
        builder.Property(w => w.DisplayName).HasMaxLength(100);
        builder.Property(w => w.PathToken).HasMaxLength(ProviderWebhookRow.TokenLength);
        builder.Property(w => w.VerificationKey).HasMaxLength(1000);
        builder.Property(w => w.KeyId).HasMaxLength(SecretKeys.MaximumId);
        builder.Ignore(w => w.Source);
        builder.HasIndex(w => w.PathToken).IsUnique();
    }

    public void Configure(EntityTypeBuilder<ProviderCallRow> builder)
    {
        builder.ToTable("provider_calls").HasKey(c => new { c.AccountId, c.ProviderWebhookId, c.Token });
        builder.Property(c => c.ProviderWebhookId).ValueGeneratedNever();
        builder.Property(c => c.Token).HasMaxLength(MailgunSignature.MaximumToken);
        builder.Property(c => c.BodyHash).HasMaxLength(32);
        builder.HasIndex(c => c.SignTime);
        builder.HasOne<ProviderWebhookRow>().WithMany().HasForeignKey(c => new { c.AccountId, c.ProviderWebhookId }).OnDelete(DeleteBehavior.Cascade);
    }
}
