using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.AddressValidations;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.Replays;
using ContactPlatform.Deliverability.Messages;
using ContactPlatform.Deliverability.Sending;
using ContactPlatform.Deliverability.StoredTemplates;
using ContactPlatform.Deliverability.Suppressions;
using ContactPlatform.Deliverability.Transmissions;
using ContactPlatform.Deliverability.ValidationCredits;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability;

/// <summary>Deliverability's database.</summary>
public class DeliverabilityDbContext : PlatformDbContext
{
    /// <summary>Texts differ when their characters do, as on PostgreSQL.</summary>
    private const string BinaryCollation = "Latin1_General_100_BIN2";

    /// <summary>PostgreSQL's.</summary>
    public DeliverabilityDbContext(DbContextOptions<DeliverabilityDbContext> options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>For a context of another provider.</summary>
    protected DeliverabilityDbContext(DbContextOptions options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>Addresses and all that happened to them.</summary>
    public DbSet<AddressRow> Addresses => Set<AddressRow>();

    /// <summary>What of that was cleared by hand.</summary>
    public DbSet<FactClearanceRow> FactClearances => Set<FactClearanceRow>();

    /// <summary>The suppression list.</summary>
    public DbSet<SuppressionRow> Suppressions => Set<SuppressionRow>();

    /// <summary>Which contact has which address.</summary>
    public DbSet<ContactAddressRow> ContactAddresses => Set<ContactAddressRow>();

    /// <summary>Addresses that contacts had before.</summary>
    public DbSet<FormerAddressRow> FormerAddresses => Set<FormerAddressRow>();

    /// <summary>What became of messages.</summary>
    public DbSet<DeliveryEventRow> DeliveryEvents => Set<DeliveryEventRow>();

    /// <summary>Replays of classifications, and their undos.</summary>
    public DbSet<ReplayRow> Replays => Set<ReplayRow>();

    /// <summary>What they counted.</summary>
    public DbSet<ReplayCountRow> ReplayCounts => Set<ReplayCountRow>();

    /// <summary>What they changed.</summary>
    public DbSet<ReplayChangeRow> ReplayChanges => Set<ReplayChangeRow>();

    /// <summary>Where providers tell their events.</summary>
    public DbSet<ProviderWebhookRow> ProviderWebhooks => Set<ProviderWebhookRow>();

    /// <summary>Tokens that came with their calls.</summary>
    public DbSet<ProviderCallRow> ProviderCalls => Set<ProviderCallRow>();

    /// <summary>Mails to many, as they were asked for.</summary>
    public DbSet<TransmissionRow> Transmissions => Set<TransmissionRow>();

    /// <summary>What their recipients get to read.</summary>
    public DbSet<TransmissionContentRow> TransmissionContents => Set<TransmissionContentRow>();

    /// <summary>Contents of mails under names.</summary>
    public DbSet<StoredTemplateRow> StoredTemplates => Set<StoredTemplateRow>();

    /// <summary>Their versions.</summary>
    public DbSet<StoredTemplateVersionRow> StoredTemplateVersions => Set<StoredTemplateVersionRow>();

    /// <summary>Who mails are from.</summary>
    public DbSet<SenderRow> Senders => Set<SenderRow>();

    /// <summary>Mails to one.</summary>
    public DbSet<MessageRow> Messages => Set<MessageRow>();

    /// <summary>Which of them wait, in the order of senders' turns.</summary>
    public DbSet<QueuedMessageRow> MessageQueue => Set<QueuedMessageRow>();

    /// <summary>Which of them processes have in hand.</summary>
    public DbSet<MailReservationRow> MailReservations => Set<MailReservationRow>();

    /// <summary>Who is told what happens.</summary>
    public DbSet<WebhookRow> Webhooks => Set<WebhookRow>();

    /// <summary>Events on their way there.</summary>
    public DbSet<WebhookDeliveryRow> WebhookDeliveries => Set<WebhookDeliveryRow>();

    /// <summary>Validations of addresses.</summary>
    public DbSet<ValidationRow> Validations => Set<ValidationRow>();

    /// <summary>What they have still to look at.</summary>
    public DbSet<ValidationItemRow> ValidationItems => Set<ValidationItemRow>();

    /// <summary>What they found.</summary>
    public DbSet<ValidationResultRow> ValidationResults => Set<ValidationResultRow>();

    /// <summary>How many credits accounts have.</summary>
    public DbSet<CreditsRow> ValidationCredits => Set<CreditsRow>();

    /// <summary>All that changed them.</summary>
    public DbSet<CreditEntryRow> ValidationCreditEntries => Set<CreditEntryRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        if (IsSqlServer)
        {
            modelBuilder.Entity<AddressRow>().Property(a => a.Address).UseCollation(BinaryCollation);
        }
    }
}

/// <summary>The same with SQL Server's migrations.</summary>
public sealed class SqlServerDeliverabilityDbContext(DbContextOptions<SqlServerDeliverabilityDbContext> options, CurrentAccount account) : DeliverabilityDbContext(options, account);
