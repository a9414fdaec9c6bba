using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>A place on the web that is told what happens in the account.</summary>
public sealed class WebhookRow : IAccountOwned
{
    /// <summary>Characters of <see cref="Url"/>.</summary>
    public const int MaximumUrl = 2000;

    /// <summary>Characters of <see cref="DisplayName"/>.</summary>
    public const int MaximumName = 100;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The webhook.</summary>
    public long WebhookId { get; init; }

    /// <summary>Where it is. May hold what opens it, so it is in no log.</summary>
    public required string Url { get; set; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; set; }

    /// <summary>What it wants: see <see cref="WebhookTypes"/>.</summary>
    public long EventMask { get; set; }

    /// <summary>True while it gets nothing.</summary>
    public bool Disabled { get; set; }

    /// <summary>Why the service has disabled it; empty when it has not.</summary>
    public string DisabledReason { get; set; } = "";

    /// <summary>What calls are signed with, encrypted.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>Under which of <see cref="SecretKeys"/>.</summary>
    public required string KeyId { get; set; }

    /// <summary>How many secrets there were.</summary>
    public long SecretVersion { get; set; } = 1;

    /// <summary>The secret before, encrypted; null when calls are not signed with it.</summary>
    public byte[]? FormerSecret { get; set; }

    /// <summary>Under which of <see cref="SecretKeys"/>; null for none.</summary>
    public string? FormerKeyId { get; set; }

    /// <summary>Until when calls are signed with the secret before, too, UTC; null when they are not.</summary>
    public DateTime? OverlapEndTime { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<WebhookRow>
{
    public void Configure(EntityTypeBuilder<WebhookRow> builder)
    {
        builder.ToTable("webhooks").HasKey(w => new { w.AccountId, w.WebhookId });
        builder.Property(w => w.WebhookId).ValueGeneratedNever();
        builder.Property(w => w.Url).HasMaxLength(WebhookRow.MaximumUrl);
        builder.Property(w => w.DisplayName).HasMaxLength(WebhookRow.MaximumName);
        builder.Property(w => w.DisabledReason).HasMaxLength(200);
        builder.Property(w => w.Secret).HasMaxLength(200);
        builder.Property(w => w.KeyId).HasMaxLength(SecretKeys.MaximumId);
        builder.Property(w => w.FormerSecret).HasMaxLength(200);
        builder.Property(w => w.FormerKeyId).HasMaxLength(SecretKeys.MaximumId);
        builder.Property(w => w.Version).IsConcurrencyToken();
        builder.HasIndex(w => w.WebhookId).IsUnique();
    }
}
