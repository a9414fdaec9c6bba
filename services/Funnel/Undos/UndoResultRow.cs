using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Funnel.Undos;

/// <summary>A contact that an undo left as it was. Those that went back are told by their history.</summary>
public sealed class UndoResultRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The undo's own run.</summary>
    public long RunId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Why it was left; never <see cref="Outcome.Changed"/> or <see cref="Outcome.Unchanged"/>.</summary>
    public Outcome Outcome { get; init; }
}

internal sealed class UndoResultConfiguration : IEntityTypeConfiguration<UndoResultRow>
{
    public void Configure(EntityTypeBuilder<UndoResultRow> builder)
    {
        builder.ToTable("undo_results").HasKey(r => new { r.AccountId, r.RunId, r.ContactId });
        builder.Property(r => r.RunId).ValueGeneratedNever();
        builder.Property(r => r.ContactId).ValueGeneratedNever();
        builder.Property(r => r.Outcome).HasConversion<short>();
    }
}
