using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Mime;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A reply of a contact. Goes with the contact, for it holds what the contact wrote.</summary>
public sealed class ReplyRow : IAccountOwned
{
    /// <summary>Characters of a subject that are kept.</summary>
    public const int MaximumSubject = 500;

    /// <summary>Characters of a text that are kept.</summary>
    public const int MaximumText = ReplyTokens.MaximumLength;

    /// <summary>Characters in the name of who hands replies in.</summary>
    public const int MaximumSource = 60;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The reply; ascending in the order of arrival within a process.</summary>
    public long ReplyId { get; init; }

    /// <summary>Stands for source and key; unique in its account.</summary>
    public Guid KeyHash { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>How it came.</summary>
    public ReplyChannel Channel { get; init; }

    /// <summary>Who handed it in.</summary>
    public required string Source { get; init; }

    /// <summary>Its Message-ID without brackets; empty for text messages, and where it has none.</summary>
    public required string MessageReference { get; init; }

    /// <summary>How the contact was found.</summary>
    public ReplyMatch Match { get; init; }

    /// <summary>The enrolment whose mail it answers, by which it acts on that one alone; 0 where it names none, and acts on all of the contact.</summary>
    public long EnrollmentId { get; init; }

    /// <summary>The mail of a step that it answers, or that its contact got last; 0 for none.</summary>
    public long MessageId { get; init; }

    /// <summary>What it means.</summary>
    public ReplyCategory Category { get; set; }

    /// <summary>What the rules say.</summary>
    public ReplyCategory RuleCategory { get; init; }

    /// <summary>The rule that said so; may be empty.</summary>
    public required string RuleId { get; init; }

    /// <summary>Version of the rules.</summary>
    public int RuleVersion { get; init; }

    /// <summary>True when a program wrote it.</summary>
    public bool Automatic { get; init; }

    /// <summary>True while a person has to look at it.</summary>
    public bool NeedsPerson { get; set; }

    /// <summary>What is known of the return.</summary>
    public ReturnKnowledge ReturnKnowledge { get; init; }

    /// <summary>The first day back; null where it is not known.</summary>
    public DateOnly? ReturnDate { get; init; }

    /// <summary>The subject; may be empty.</summary>
    public required string Subject { get; init; }

    /// <summary>What the sender wrote.</summary>
    public required string Text { get; init; }

    /// <summary>When it arrived, UTC.</summary>
    public DateTime ReceiveTime { get; init; }

    /// <summary>When a person said what it means, UTC; null while nobody did.</summary>
    public DateTime? CategoryTime { get; set; }

    /// <summary>Kind of who said it.</summary>
    public ActorKind ActorKind { get; set; }

    /// <summary>Who said it; empty for nobody.</summary>
    public string ActorSubject { get; set; } = "";

    /// <summary>The name of who said it, for people.</summary>
    public string ActorName { get; set; } = "";

    /// <summary>Grows with every change.</summary>
    public long Version { get; set; }

    /// <summary>What stands for a source and a key: 128 bits of their SHA-256, so that the index is small whatever they are.</summary>
    public static Guid Hash(string source, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\0{key}"), hash);
        return new Guid(hash[..16]);
    }
}

internal sealed class ReplyConfiguration : IEntityTypeConfiguration<ReplyRow>
{
    public void Configure(EntityTypeBuilder<ReplyRow> builder)
    {
        builder.ToTable("replies").HasKey(r => new { r.AccountId, r.ReplyId });
        builder.Property(r => r.ReplyId).ValueGeneratedNever();
        builder.Property(r => r.Channel).HasConversion<short>();
        builder.Property(r => r.Source).HasMaxLength(ReplyRow.MaximumSource);
        builder.Property(r => r.MessageReference).HasMaxLength(MailIds.MaximumLength);
        builder.Property(r => r.Match).HasConversion<short>();
        builder.Property(r => r.Category).HasConversion<short>();
        builder.Property(r => r.RuleCategory).HasConversion<short>();
        builder.Property(r => r.RuleId).HasMaxLength(60);
        builder.Property(r => r.ReturnKnowledge).HasConversion<short>();
        builder.Property(r => r.Subject).HasMaxLength(ReplyRow.MaximumSubject);
        builder.Property(r => r.Text).HasMaxLength(ReplyRow.MaximumText);
        builder.Property(r => r.ActorKind).HasConversion<short>();
        builder.Property(r => r.ActorSubject).HasMaxLength(200);
        builder.Property(r => r.ActorName).HasMaxLength(200);
        builder.Property(r => r.Version).IsConcurrencyToken();
        builder.HasIndex(r => new { r.AccountId, r.KeyHash }).IsUnique();
        builder.HasIndex(r => new { r.AccountId, r.ContactId, r.ReplyId });
        builder.HasIndex(r => new { r.AccountId, r.MessageReference });
        builder.HasIndex(r => new { r.AccountId, r.MessageId }).HasFilter("message_id <> 0");
        builder.HasIndex(r => new { r.AccountId, r.NeedsPerson, r.ReplyId });
    }
}
