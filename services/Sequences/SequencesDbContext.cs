using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.EnrollmentRuns;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.LeadScores;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Tasks;
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

    /// <summary>Sequences.</summary>
    public DbSet<SequenceRow> Sequences => Set<SequenceRow>();

    /// <summary>Their steps and settings, present and past.</summary>
    public DbSet<SequenceVersionRow> SequenceVersions => Set<SequenceVersionRow>();

    /// <summary>Who is in which sequence.</summary>
    public DbSet<EnrollmentRow> Enrollments => Set<EnrollmentRow>();

    /// <summary>Everything that ever changed them.</summary>
    public DbSet<EnrollmentChangeRow> EnrollmentChanges => Set<EnrollmentChangeRow>();

    /// <summary>What was answered to those who enrolled contacts.</summary>
    public DbSet<EnrollAnswerRow> EnrollAnswers => Set<EnrollAnswerRow>();

    /// <summary>What runs that enrol are about.</summary>
    public DbSet<EnrollmentRunRow> EnrollmentRuns => Set<EnrollmentRunRow>();

    /// <summary>Whom they have to deal with.</summary>
    public DbSet<EnrollmentRunTargetRow> EnrollmentRunTargets => Set<EnrollmentRunTargetRow>();

    /// <summary>What holds of contacts whatever sequence they are in.</summary>
    public DbSet<ContactStatusRow> ContactStatuses => Set<ContactStatusRow>();

    /// <summary>Everything that ever changed that.</summary>
    public DbSet<ContactStatusChangeRow> ContactStatusChanges => Set<ContactStatusChangeRow>();
    /// <summary>What contacts answered.</summary>
    public DbSet<ReplyRow> Replies => Set<ReplyRow>();

    /// <summary>Mails of steps, and what became of them.</summary>
    public DbSet<StepMessageRow> StepMessages => Set<StepMessageRow>();

    /// <summary>Where replies are handed in over HTTP.</summary>
    public DbSet<ReplyWebhookRow> ReplyWebhooks => Set<ReplyWebhookRow>();

    /// <summary>Mails that were reserved together.</summary>
    public DbSet<DispatchRow> Dispatches => Set<DispatchRow>();

    /// <summary>What was reserved for whom.</summary>
    public DbSet<StepSendRow> StepSends => Set<StepSendRow>();

    /// <summary>Who mails are from.</summary>
    public DbSet<SenderRow> Senders => Set<SenderRow>();

    /// <summary>How many were.</summary>
    public DbSet<SenderCountRow> SenderCounts => Set<SenderCountRow>();

    /// <summary>What statuses are worth.</summary>
    public DbSet<LeadScoreRuleRow> LeadScoreRules => Set<LeadScoreRuleRow>();

    /// <summary>What contacts got.</summary>
    public DbSet<LeadScoreAwardRow> LeadScoreAwards => Set<LeadScoreAwardRow>();

    /// <summary>Rules of automation.</summary>
    public DbSet<AutomationRuleRow> AutomationRules => Set<AutomationRuleRow>();

    /// <summary>Their conditions and actions, present and past.</summary>
    public DbSet<AutomationRuleVersionRow> AutomationRuleVersions => Set<AutomationRuleVersionRow>();

    /// <summary>What they set off.</summary>
    public DbSet<AutomationFiringRow> AutomationFirings => Set<AutomationFiringRow>();

    /// <summary>What became of that.</summary>
    public DbSet<AutomationActionRow> AutomationActions => Set<AutomationActionRow>();

    /// <summary>What people are to do.</summary>
    public DbSet<TaskRow> Tasks => Set<TaskRow>();
}

/// <summary>The same with SQL Server's migrations.</summary>
public sealed class SqlServerSequencesDbContext(DbContextOptions<SqlServerSequencesDbContext> options, CurrentAccount account) : SequencesDbContext(options, account);
