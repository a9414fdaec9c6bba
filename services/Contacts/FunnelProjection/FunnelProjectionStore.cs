using System.Data.Common;
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

    /// <summary>What is to be set, row by row; SQL Server has no arrays and gets it as JSON.</summary>
    private const string Rows = "unnest(@accounts, @contacts, @stages, @lost, @times) AS r(account_id, contact_id, stage, lost, change_time)";

    private const string JsonRows = "OPENJSON(@rows) WITH (account_id bigint, contact_id bigint, stage smallint, lost bit, change_time datetime2(7))";

    private static readonly SqlText MoveStages = new(
        $"""
        UPDATE contact_stages SET stage = r.stage, lost = r.lost, change_time = r.change_time FROM {Rows}
        WHERE contact_stages.account_id = r.account_id AND contact_stages.contact_id = r.contact_id
          AND (contact_stages.stage, contact_stages.lost, contact_stages.change_time) IS DISTINCT FROM (r.stage, r.lost, r.change_time)
        """,
        $"""
        UPDATE s SET stage = r.stage, lost = r.lost, change_time = r.change_time
        FROM contact_stages AS s JOIN {JsonRows} AS r ON r.account_id = s.account_id AND r.contact_id = s.contact_id
        WHERE EXISTS (SELECT s.stage, s.lost, s.change_time EXCEPT SELECT r.stage, r.lost, r.change_time)
        """);

    // Shared, a contact cannot go before its row is there, and takes it along when it goes after.
    private static readonly SqlText AddStages = new(
        $"""
        INSERT INTO contact_stages ({StageColumns})
        SELECT c.account_id, c.contact_id, r.stage, r.lost, r.change_time FROM {Rows}
        CROSS JOIN LATERAL (
          SELECT account_id, contact_id FROM contacts WHERE account_id = r.account_id AND contact_id = r.contact_id
            AND NOT EXISTS (SELECT 1 FROM contact_stages AS s WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id)
          LIMIT 1 FOR KEY SHARE) AS c
        """,
        $"""
        INSERT INTO contact_stages ({StageColumns}) SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time
        FROM {JsonRows} AS r JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
        WHERE NOT EXISTS (SELECT 1 FROM contact_stages AS s WITH (UPDLOCK, HOLDLOCK) WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id)
        """);

    private static readonly SqlText SetDefaults = new(DefaultsPostgreSql("funnel_defaults"), DefaultsSqlServer("funnel_defaults"));

    private static readonly SqlText SetRebuiltStages = new(
        $"""
        INSERT INTO rebuilt_contact_stages ({StageColumns})
        SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time FROM {Rows}
        ON CONFLICT (account_id, contact_id) DO UPDATE SET stage = excluded.stage, lost = excluded.lost, change_time = excluded.change_time
        """,
        $"""
        SET NOCOUNT ON;
        UPDATE s SET stage = r.stage, lost = r.lost, change_time = r.change_time
          FROM rebuilt_contact_stages AS s JOIN {JsonRows} AS r ON r.account_id = s.account_id AND r.contact_id = s.contact_id;
        INSERT INTO rebuilt_contact_stages ({StageColumns}) SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time FROM {JsonRows} AS r
          WHERE NOT EXISTS (SELECT 1 FROM rebuilt_contact_stages AS s WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id);
        """);

    private static readonly SqlText SetRebuiltDefaults = new(DefaultsPostgreSql("rebuilt_funnel_defaults"), DefaultsSqlServer("rebuilt_funnel_defaults"));

    /// <summary>Applies changes within the open transaction.</summary>
    public async Task ApplyAsync(FunnelFold fold, CancellationToken cancellationToken)
    {
        if (fold.Contacts > 0)
        {
            await using var move = Command(MoveStages).WithStages(fold);
            if (await move.ExecuteNonQueryAsync(cancellationToken) < fold.Contacts)
            {
                // The others stand there already, have no row yet, or are gone.
                await using var add = Command(AddStages).WithStages(fold);
                await add.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        await SetDefaultsAsync(SetDefaults, fold, cancellationToken);
    }

    /// <summary>Applies changes to the projection that is being rebuilt, within the open transaction.</summary>
    public async Task ApplyRebuiltAsync(FunnelFold fold, CancellationToken cancellationToken)
    {
        if (fold.Contacts > 0)
        {
            await using var command = Command(SetRebuiltStages).WithStages(fold);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await SetDefaultsAsync(SetRebuiltDefaults, fold, cancellationToken);
    }

    private async Task SetDefaultsAsync(SqlText sql, FunnelFold fold, CancellationToken cancellationToken)
    {
        if (fold.Defaults > 0)
        {
            await using var command = Command(sql).With("rows", fold.DefaultRows());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());

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
