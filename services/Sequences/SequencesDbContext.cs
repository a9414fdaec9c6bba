using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.ReplyWebhooks;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences;

/// <summary>Sequences' database.</summary>
public class SequencesDbContext : PlatformDbContext
{
    /// <summary>PostgreSQL's.</summary>
    public SequencesDbContext(DbContextOptions<SequencesDbContext> options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>For a context of another provider.</summary>
    protected SequencesDbContext(DbContextOptions options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>What holds of contacts whatever sequence they are in.</summary>
    public DbSet<ContactStatusRow> ContactStatuses => Set<ContactStatusRow>();

    /// <summary>What contacts answered.</summary>
    public DbSet<ReplyRow> Replies => Set<ReplyRow>();

    /// <summary>Where replies are handed in over HTTP.</summary>
    public DbSet<ReplyWebhookRow> ReplyWebhooks => Set<ReplyWebhookRow>();
}

/// <summary>The same with SQL Server's migrations.</summary>
public sealed class SqlServerSequencesDbContext(DbContextOptions<SqlServerSequencesDbContext> options, CurrentAccount account) : SequencesDbContext(options, account);
