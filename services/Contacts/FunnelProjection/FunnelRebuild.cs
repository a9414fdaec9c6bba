using ContactPlatform.Contacts.Projections;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>How the projection of Funnel is rebuilt.</summary>
internal static class FunnelRebuild
{
    private static readonly SqlText[] Empty =
    [
        new("TRUNCATE TABLE rebuilt_contact_stages"),
        new("TRUNCATE TABLE rebuilt_funnel_defaults"),
    ];

    private static readonly SqlText[] Count =
    [
        new("ANALYZE rebuilt_contact_stages", "UPDATE STATISTICS rebuilt_contact_stages"),
        new("ANALYZE contact_stages", "UPDATE STATISTICS contact_stages"),
    ];

    private static readonly SqlText[] Mend =
    [
        new("""
            DELETE FROM contact_stages WHERE NOT EXISTS (SELECT 1 FROM rebuilt_contact_stages r
              WHERE r.account_id = contact_stages.account_id AND r.contact_id = contact_stages.contact_id)
            """),
        new("""
            UPDATE contact_stages AS s SET stage = r.stage, lost = r.lost, change_time = r.change_time FROM rebuilt_contact_stages AS r
            WHERE r.account_id = s.account_id AND r.contact_id = s.contact_id
              AND (s.stage, s.lost, s.change_time) IS DISTINCT FROM (r.stage, r.lost, r.change_time)
            """,
            """
            UPDATE s SET stage = r.stage, lost = r.lost, change_time = r.change_time
            FROM contact_stages AS s JOIN rebuilt_contact_stages AS r ON r.account_id = s.account_id AND r.contact_id = s.contact_id
            WHERE s.lost <> r.lost OR s.change_time <> r.change_time OR COALESCE(s.stage, 0) <> COALESCE(r.stage, 0)
            """),
        new("""
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time)
            SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time FROM rebuilt_contact_stages r
            JOIN contacts c ON c.account_id = r.account_id AND c.contact_id = r.contact_id
            WHERE NOT EXISTS (SELECT 1 FROM contact_stages s WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id)
            FOR KEY SHARE OF c
            """,
            """
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time)
            SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time FROM rebuilt_contact_stages AS r
            JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
            WHERE NOT EXISTS (SELECT 1 FROM contact_stages AS s WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id)
            """),
        new("DELETE FROM funnel_defaults WHERE NOT EXISTS (SELECT 1 FROM rebuilt_funnel_defaults r WHERE r.account_id = funnel_defaults.account_id)"),
        new("""
            UPDATE funnel_defaults AS d SET stage = r.stage, change_time = r.change_time FROM rebuilt_funnel_defaults AS r
            WHERE r.account_id = d.account_id AND (d.stage <> r.stage OR d.change_time <> r.change_time)
            """,
            """
            UPDATE d SET stage = r.stage, change_time = r.change_time FROM funnel_defaults AS d JOIN rebuilt_funnel_defaults AS r ON r.account_id = d.account_id
            WHERE d.stage <> r.stage OR d.change_time <> r.change_time
            """),
        new("""
            INSERT INTO funnel_defaults (account_id, stage, change_time) SELECT r.account_id, r.stage, r.change_time FROM rebuilt_funnel_defaults r
            WHERE NOT EXISTS (SELECT 1 FROM funnel_defaults d WHERE d.account_id = r.account_id)
            """),
    ];

    /// <summary>The tables and their statements.</summary>
    public static readonly RebuildTables Tables = new(FunnelFeed.Source, 0, Empty, Count, Mend);
}
