using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Previews;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.Undos;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel;

/// <summary>Funnel's database.</summary>
public class FunnelDbContext : PlatformDbContext
{
    /// <summary>PostgreSQL's.</summary>
    public FunnelDbContext(DbContextOptions<FunnelDbContext> options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>For a context of another provider.</summary>
    protected FunnelDbContext(DbContextOptions options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>Where contacts stand.</summary>
    public DbSet<ContactStageRow> ContactStages => Set<ContactStageRow>();

    /// <summary>Everything that ever moved them.</summary>
    public DbSet<StageChangeRow> StageChanges => Set<StageChangeRow>();

    /// <summary>Default stages, present and past.</summary>
    public DbSet<DefaultStageRow> DefaultStages => Set<DefaultStageRow>();

    /// <summary>Label rules.</summary>
    public DbSet<LabelRuleRow> LabelRules => Set<LabelRuleRow>();

    /// <summary>What their runs are about.</summary>
    public DbSet<LabelRuleRunRow> LabelRuleRuns => Set<LabelRuleRunRow>();

    /// <summary>What their runs have still to do.</summary>
    public DbSet<LabelRuleTargetRow> LabelRuleTargets => Set<LabelRuleTargetRow>();

    /// <summary>Previews of label rules.</summary>
    public DbSet<PreviewRow> LabelRulePreviews => Set<PreviewRow>();

    /// <summary>What undos left as it was.</summary>
    public DbSet<UndoResultRow> UndoResults => Set<UndoResultRow>();
}

/// <summary>The same with SQL Server's migrations.</summary>
public sealed class SqlServerFunnelDbContext(DbContextOptions<SqlServerFunnelDbContext> options, CurrentAccount account) : FunnelDbContext(options, account);
