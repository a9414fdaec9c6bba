using ContactPlatform.Contacts.Access;
using ContactPlatform.Contacts.BulkRuns;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.ImportUndos;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.Contacts.Merges;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.Views;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts;

/// <summary>The database of Contacts.</summary>
public class ContactsDbContext : PlatformDbContext
{
    /// <summary>Binary order, so that SQL Server compares normalised text as it is, like PostgreSQL.</summary>
    private const string BinaryCollation = "Latin1_General_100_BIN2";

    /// <summary>The same on PostgreSQL, for keys that are sorted: the order of code points, wherever the database was made.</summary>
    private const string CodePointCollation = "C";

    /// <summary>Opens it on PostgreSQL.</summary>
    public ContactsDbContext(DbContextOptions<ContactsDbContext> options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>Opens it on another database.</summary>
    protected ContactsDbContext(DbContextOptions options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>Contacts.</summary>
    public DbSet<Contact> Contacts => Set<Contact>();

    /// <summary>Labels.</summary>
    public DbSet<Label> Labels => Set<Label>();

    /// <summary>Who carries which label.</summary>
    public DbSet<LabelMember> LabelMembers => Set<LabelMember>();

    /// <summary>Static lists.</summary>
    public DbSet<ContactList> ContactLists => Set<ContactList>();

    /// <summary>Who is on which static list.</summary>
    public DbSet<ContactListMember> ContactListMembers => Set<ContactListMember>();

    /// <summary>Erased addresses, under a keyed hash.</summary>
    public DbSet<Tombstone> Tombstones => Set<Tombstone>();

    /// <summary>Into whom contacts were merged.</summary>
    public DbSet<ContactMerge> ContactMerges => Set<ContactMerge>();

    /// <summary>Addresses of contacts that were merged into others.</summary>
    public DbSet<MergedAddress> MergedAddresses => Set<MergedAddress>();

    /// <summary>What happened to single contacts.</summary>
    public DbSet<ContactEventRow> ContactEvents => Set<ContactEventRow>();

    /// <summary>What happened to many contacts at once.</summary>
    public DbSet<ContactEventBlockRow> ContactEventBlocks => Set<ContactEventBlockRow>();
    /// <summary>Custom fields.</summary>
    public DbSet<CustomField> CustomFields => Set<CustomField>();

    /// <summary>What contacts have in custom fields.</summary>
    public DbSet<ContactFieldValue> ContactFieldValues => Set<ContactFieldValue>();

    /// <summary>Where contacts stand in the funnel.</summary>
    public DbSet<ContactStage> ContactStages => Set<ContactStage>();

    /// <summary>Default stages.</summary>
    public DbSet<FunnelDefault> FunnelDefaults => Set<FunnelDefault>();

    /// <summary>How contacts stand with mail.</summary>
    public DbSet<ContactDeliverability> ContactDeliverability => Set<ContactDeliverability>();

    /// <summary>Where contacts are in their outreach.</summary>
    public DbSet<ContactOutreach> ContactOutreach => Set<ContactOutreach>();

    /// <summary>Who is in which sequence.</summary>
    public DbSet<ContactEnrollment> ContactEnrollments => Set<ContactEnrollment>();

    /// <summary>Segments.</summary>
    public DbSet<Segment> Segments => Set<Segment>();

    /// <summary>Snapshots of segments.</summary>
    public DbSet<SegmentSnapshot> SegmentSnapshots => Set<SegmentSnapshot>();

    /// <summary>Bulk runs.</summary>
    public DbSet<BulkRunRow> BulkRuns => Set<BulkRunRow>();

    /// <summary>What bulk runs have left to do.</summary>
    public DbSet<BulkRunPieceRow> BulkRunPieces => Set<BulkRunPieceRow>();

    /// <summary>Views.</summary>
    public DbSet<View> Views => Set<View>();

    /// <summary>Points that contacts were given.</summary>
    public DbSet<LeadScores.LeadScoreEntry> LeadScoreEntries => Set<LeadScores.LeadScoreEntry>();

    /// <summary>Imports.</summary>
    public DbSet<ImportRow> Imports => Set<ImportRow>();

    /// <summary>Pieces of uploaded files.</summary>
    public DbSet<ImportChunkRow> ImportChunks => Set<ImportChunkRow>();

    /// <summary>Refused rows of imports.</summary>
    public DbSet<ImportErrorRow> ImportErrors => Set<ImportErrorRow>();

    /// <summary>What imports made, for their undoing.</summary>
    public DbSet<ImportCreationRow> ImportCreations => Set<ImportCreationRow>();

    /// <summary>Whom imports changed.</summary>
    public DbSet<ImportChangeRow> ImportChanges => Set<ImportChangeRow>();

    /// <summary>What imports changed.</summary>
    public DbSet<ImportValueRow> ImportValues => Set<ImportValueRow>();

    /// <summary>Undos of imports.</summary>
    public DbSet<ImportUndoRow> ImportUndos => Set<ImportUndoRow>();

    /// <summary>Contacts that undos could not put back.</summary>
    public DbSet<ImportUndoResultRow> ImportUndoResults => Set<ImportUndoResultRow>();

    /// <summary>Unsubscribed addresses, under a keyed hash.</summary>
    public DbSet<Suppression> Suppressions => Set<Suppression>();

    /// <summary>API keys.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Keys that sign tokens, of all accounts together.</summary>
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var sorted = IsSqlServer ? BinaryCollation : CodePointCollation;
        modelBuilder.Entity<Contact>().Property(c => c.GivenNameKey).UseCollation(sorted);
        modelBuilder.Entity<Contact>().Property(c => c.FamilyNameKey).UseCollation(sorted);
        modelBuilder.Entity<Contact>().Property(c => c.SourceKey).UseCollation(sorted);
        modelBuilder.Entity<CustomField>().Property(f => f.FieldKey).UseCollation(sorted);
        modelBuilder.Entity<ContactFieldValue>().Property(v => v.TextKey).UseCollation(sorted);
        if (IsSqlServer)
        {
            modelBuilder.Entity<Contact>().Property(c => c.Email).UseCollation(BinaryCollation);
            modelBuilder.Entity<Contact>().Property(c => c.Phone).UseCollation(BinaryCollation);
            modelBuilder.Entity<Contact>().Property(c => c.Owner).UseCollation(BinaryCollation);
            modelBuilder.Entity<Contact>().Property(c => c.TimeZone).UseCollation(BinaryCollation);
            modelBuilder.Entity<Label>().Property(l => l.NameKey).UseCollation(BinaryCollation);
            modelBuilder.Entity<Segment>().Property(s => s.NameKey).UseCollation(BinaryCollation);
            modelBuilder.Entity<MergedAddress>().Property(m => m.Address).UseCollation(BinaryCollation);
            modelBuilder.Entity<View>().Property(v => v.NameKey).UseCollation(BinaryCollation);
            modelBuilder.Entity<ContactList>().Property(l => l.NameKey).UseCollation(BinaryCollation);
        }
    }
}

/// <summary>The same on SQL Server, under a type of its own because its migrations are.</summary>
public sealed class SqlServerContactsDbContext(DbContextOptions<SqlServerContactsDbContext> options, CurrentAccount account) : ContactsDbContext(options, account);
