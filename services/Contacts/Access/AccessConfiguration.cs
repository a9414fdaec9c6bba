using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Access;

/// <summary>Maps API keys.</summary>
public sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys").HasKey(k => new { k.AccountId, k.ApiKeyId });
        builder.Property(k => k.ApiKeyId).ValueGeneratedNever();
        builder.Property(k => k.DisplayName).HasMaxLength(ApiKeySecret.MaximumName);
        builder.Property(k => k.Scopes).HasMaxLength(1000);
        builder.Property(k => k.Prefix).HasMaxLength(ApiKeySecret.PrefixLength);
        builder.Property(k => k.Hash).HasMaxLength(32);
        // An exchange does not know the account yet.
        builder.HasIndex(k => k.Hash).IsUnique();
    }
}

/// <summary>Maps signing keys.</summary>
public sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys").HasKey(k => k.KeyNumber);
        builder.Property(k => k.KeyNumber).ValueGeneratedNever();
        builder.Property(k => k.KeyId).HasMaxLength(40);
        builder.Property(k => k.PrivateKey).HasMaxLength(500);
    }
}
