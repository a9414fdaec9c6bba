using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>A validation: what it is for, and what it has counted.</summary>
public sealed class ValidationRow : IAccountOwned
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "address-validation";

    /// <summary>Characters of a name.</summary>
    public const int MaximumName = 200;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>Name for people; may be empty.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Addresses that nothing speaks against.</summary>
    public long GoodCount { get; init; }

    /// <summary>Addresses to look at.</summary>
    public long RiskyCount { get; init; }

    /// <summary>Addresses not to write to.</summary>
    public long BadCount { get; init; }

    /// <summary>Credits that it holds; 0 once they are charged or returned.</summary>
    public long ReservedCredits { get; init; }

    /// <summary>Credits that it has cost.</summary>
    public long ChargedCredits { get; init; }

    /// <summary>Shows it.</summary>
    public AddressValidation ToProto(RunRow run) => new()
    {
        AddressValidationId = RunId,
        DisplayName = DisplayName,
        Run = run.ToProto(),
        VerdictCounts =
        {
            new[] { (AddressVerdict.Good, GoodCount), (AddressVerdict.Risky, RiskyCount), (AddressVerdict.Bad, BadCount) }
                .Where(c => c.Item2 > 0).Select(c => new AddressVerdictCount { Verdict = c.Item1, Count = c.Item2 }),
        },
        ReservedCreditCount = ReservedCredits,
        ChargedCreditCount = ChargedCredits,
    };
}

/// <summary>An address or a contact that is still to be looked at.</summary>
public sealed class ValidationItemRow : IAccountOwned
{
    /// <summary>Characters that are kept of an address: more than it can have, so that it is told what is wrong with it.</summary>
    public const int MaximumInput = 400;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run; of an upload that has not ended there is none yet.</summary>
    public long RunId { get; init; }

    /// <summary>Its number, from 1.</summary>
    public long ItemNumber { get; init; }

    /// <summary>The contact; 0 for an address.</summary>
    public long ContactId { get; init; }

    /// <summary>The address as it was given; empty for a contact.</summary>
    public required string Input { get; init; }

    /// <summary>When it was given, UTC.</summary>
    public DateTime CreateTime { get; init; }
}

/// <summary>What was found of one of them.</summary>
public sealed class ValidationResultRow : IAccountOwned
{
    /// <summary>Characters of a problem.</summary>
    public const int MaximumProblem = 300;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The item's number.</summary>
    public long ItemNumber { get; init; }

    /// <summary>The contact; 0 for an address.</summary>
    public long ContactId { get; init; }

    /// <summary>The address as it was given.</summary>
    public required string Input { get; init; }

    /// <summary>In normal form; empty for a malformed one.</summary>
    public required string Address { get; init; }

    /// <summary>What to do with it.</summary>
    public AddressVerdict Verdict { get; init; }

    /// <summary>What was found: a bit for each, by its number.</summary>
    public long Findings { get; init; }

    /// <summary>The address as it may have been meant.</summary>
    public required string Suggestion { get; init; }

    /// <summary>What is wrong with it.</summary>
    public required string Problem { get; init; }

    /// <summary>Puts findings together.</summary>
    public static long Mask(IEnumerable<AddressFinding> findings) => findings.Aggregate(0L, (mask, f) => mask | 1L << (int)f);

    /// <summary>Takes them apart.</summary>
    public IEnumerable<AddressFinding> Found => Enum.GetValues<AddressFinding>().Where(f => f != AddressFinding.Unspecified && (Findings & 1L << (int)f) != 0).Order();

    /// <summary>Shows it.</summary>
    public AddressResult ToProto() => new()
    {
        Number = ItemNumber, Input = Input, Address = Address, ContactId = ContactId, Verdict = Verdict, Findings = { Found }, Suggestion = Suggestion, Problem = Problem,
    };
}

internal sealed class ValidationConfiguration : IEntityTypeConfiguration<ValidationRow>, IEntityTypeConfiguration<ValidationItemRow>, IEntityTypeConfiguration<ValidationResultRow>
{
    public void Configure(EntityTypeBuilder<ValidationRow> builder)
    {
        builder.ToTable("address_validations").HasKey(v => new { v.AccountId, v.RunId });
        builder.Property(v => v.RunId).ValueGeneratedNever();
        builder.Property(v => v.DisplayName).HasMaxLength(ValidationRow.MaximumName);
        // Those that still hold credits, over all accounts.
        builder.HasIndex(v => v.RunId).HasFilter("reserved_credits > 0").HasDatabaseName("ix_address_validations_reserved");
    }

    public void Configure(EntityTypeBuilder<ValidationItemRow> builder)
    {
        builder.ToTable("address_validation_items").HasKey(i => new { i.AccountId, i.RunId, i.ItemNumber });
        builder.Property(i => i.RunId).ValueGeneratedNever();
        builder.Property(i => i.ItemNumber).ValueGeneratedNever();
        builder.Property(i => i.Input).HasMaxLength(ValidationItemRow.MaximumInput);
    }

    public void Configure(EntityTypeBuilder<ValidationResultRow> builder)
    {
        builder.ToTable("address_validation_results").HasKey(r => new { r.AccountId, r.RunId, r.ItemNumber });
        builder.Property(r => r.RunId).ValueGeneratedNever();
        builder.Property(r => r.ItemNumber).ValueGeneratedNever();
        builder.Property(r => r.Input).HasMaxLength(ValidationItemRow.MaximumInput);
        builder.Property(r => r.Address).HasMaxLength(EmailAddress.MaximumLength);
        builder.Property(r => r.Verdict).HasConversion<short>();
        builder.Property(r => r.Suggestion).HasMaxLength(EmailAddress.MaximumLength + 20);
        builder.Property(r => r.Problem).HasMaxLength(ValidationResultRow.MaximumProblem);
        builder.Ignore(r => r.Found);
        // What goes with an erased contact.
        builder.HasIndex(r => new { r.AccountId, r.Address }).HasFilter("address <> ''").HasDatabaseName("ix_address_validation_results_address");
        builder.HasIndex(r => new { r.AccountId, r.ContactId }).HasFilter("contact_id <> 0").HasDatabaseName("ix_address_validation_results_contact");
    }
}
