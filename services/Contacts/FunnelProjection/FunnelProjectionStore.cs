using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>
/// Writes what Funnel tells, for all accounts at once: the one place besides its rebuilding where a statement is not
/// about one account. Contacts that are deleted here are passed over. Doing any of it again changes nothing.
/// </summary>
public sealed class FunnelProjectionStore(ContactsDbContext db)
{
    private const string StageColumns = "account_id, contact_id, stage, lost, change_time";

    // Shared, a contact cannot go before its row is there, and takes it along when it goes after.
    private static readonly SqlText SetStages = new(
        $"""
        INSERT INTO contact_stages ({StageColumns})
        SELECT c.account_id, c.contact_id, r.stage, r.lost, r.change_time AT TIME ZONE 'UTC'
        FROM json_to_recordset(@rows::json) AS r(account_id bigint, contact_id bigint, stage smallint, lost boolean, change_time timestamp)
        CROSS JOIN LATERAL (SELECT account_id, contact_id FROM contacts WHERE account_id = r.account_id AND contact_id = r.contact_id LIMIT 1 FOR KEY SHARE) AS c
        ON CONFLICT (account_id, contact_id) DO UPDATE SET stage = excluded.stage, lost = excluded.lost, change_time = excluded.change_time
        WHERE (contact_stages.stage, contact_stages.lost, contact_stages.change_time) IS DISTINCT FROM (excluded.stage, excluded.lost, excluded.change_time)
        """,
        $"""
        SET NOCOUNT ON;
        DECLARE @new TABLE (account_id bigint, contact_id bigint, stage smallint NULL, lost bit, change_time datetime2(7), PRIMARY KEY (account_id, contact_id));
        INSERT INTO @new ({StageColumns}) SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time
          FROM OPENJSON(@rows) WITH (account_id bigint, contact_id bigint, stage smallint, lost bit, change_time datetime2(7)) AS r
          JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id;
        UPDATE s SET stage = n.stage, lost = n.lost, change_time = n.change_time
          FROM contact_stages AS s JOIN @new AS n ON n.account_id = s.account_id AND n.contact_id = s.contact_id;
        INSERT INTO contact_stages ({StageColumns}) SELECT n.account_id, n.contact_id, n.stage, n.lost, n.change_time FROM @new AS n
          WHERE NOT EXISTS (SELECT 1 FROM contact_stages AS s WITH (UPDLOCK, HOLDLOCK) WHERE s.account_id = n.account_id AND s.contact_id = n.contact_id);
        """);

    private static readonly SqlText SetDefaults = new(DefaultsPostgreSql("funnel_defaults"), DefaultsSqlServer("funnel_defaults"));

    private static readonly SqlText SetRebuiltStages = new(
        $"""
        INSERT INTO rebuilt_contact_stages ({StageColumns})
        SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time AT TIME ZONE 'UTC'
        FROM json_to_recordset(@rows::json) AS r(account_id bigint, contact_id bigint, stage smallint, lost boolean, change_time timestamp)
        ON CONFLICT (account_id, contact_id) DO UPDATE SET stage = excluded.stage, lost = excluded.lost, change_time = excluded.change_time
        """,
        $"""
        SET NOCOUNT ON;
        DECLARE @new TABLE (account_id bigint, contact_id bigint, stage smallint NULL, lost bit, change_time datetime2(7), PRIMARY KEY (account_id, contact_id));
        INSERT INTO @new ({StageColumns}) SELECT account_id, contact_id, stage, lost, change_time
          FROM OPENJSON(@rows) WITH (account_id bigint, contact_id bigint, stage smallint, lost bit, change_time datetime2(7));
        UPDATE s SET stage = n.stage, lost = n.lost, change_time = n.change_time
          FROM rebuilt_contact_stages AS s JOIN @new AS n ON n.account_id = s.account_id AND n.contact_id = s.contact_id;
        INSERT INTO rebuilt_contact_stages ({StageColumns}) SELECT n.account_id, n.contact_id, n.stage, n.lost, n.change_time FROM @new AS n
          WHERE NOT EXISTS (SELECT 1 FROM rebuilt_contact_stages AS s WHERE s.account_id = n.account_id AND s.contact_id = n.contact_id);
        """);

    private static readonly SqlText SetRebuiltDefaults = new(DefaultsPostgreSql("rebuilt_funnel_defaults"), DefaultsSqlServer("rebuilt_funnel_defaults"));

    /// <summary>Applies changes within the open transaction.</summary>
    public async Task ApplyAsync(FunnelFold fold, CancellationToken cancellationToken)
    {
        await RunAsync(SetStages, fold.Contacts, fold.StageRows, cancellationToken);
        await RunAsync(SetDefaults, fold.Defaults, fold.DefaultRows, cancellationToken);
    }

    /// <summary>Applies changes to the projection that is being rebuilt, within the open transaction.</summary>
    public async Task ApplyRebuiltAsync(FunnelFold fold, CancellationToken cancellationToken)
    {
        await RunAsync(SetRebuiltStages, fold.Contacts, fold.StageRows, cancellationToken);
        await RunAsync(SetRebuiltDefaults, fold.Defaults, fold.DefaultRows, cancellationToken);
    }

    private async Task RunAsync(SqlText sql, int count, Func<string> rows, CancellationToken cancellationToken)
    {
        if (count > 0)
        {
            await using var command = db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("rows", rows());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static string DefaultsPostgreSql(string table) =>
        $"""
        INSERT INTO {table} (account_id, stage, change_time)
        SELECT r.account_id, r.stage, r.change_time AT TIME ZONE 'UTC' FROM json_to_recordset(@rows::json) AS r(account_id bigint, stage smallint, change_time timestamp)
        ON CONFLICT (account_id) DO UPDATE SET stage = excluded.stage, change_time = excluded.change_time
        """;

    private static string DefaultsSqlServer(string table) =>
        $"""
        SET NOCOUNT ON;
        DECLARE @new TABLE (account_id bigint PRIMARY KEY, stage smallint, change_time datetime2(7));
        INSERT INTO @new (account_id, stage, change_time) SELECT account_id, stage, change_time
          FROM OPENJSON(@rows) WITH (account_id bigint, stage smallint, change_time datetime2(7));
        UPDATE d SET stage = n.stage, change_time = n.change_time FROM {table} AS d JOIN @new AS n ON n.account_id = d.account_id;
        INSERT INTO {table} (account_id, stage, change_time) SELECT n.account_id, n.stage, n.change_time FROM @new AS n
          WHERE NOT EXISTS (SELECT 1 FROM {table} AS d WITH (UPDLOCK, HOLDLOCK) WHERE d.account_id = n.account_id);
        """;
}
