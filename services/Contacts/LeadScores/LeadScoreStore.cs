using System.Text.Json;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.LeadScores;

/// <summary>Writes points, for many contacts at once.</summary>
public sealed class LeadScoreStore(ContactsDbContext db)
{
    // Contacts are held by ascending id, as everybody takes them; then nobody else can give one of them the same entry.
    private static readonly SqlText Add = new(
        """
        WITH asked AS MATERIALIZED (SELECT * FROM json_to_recordset(@entries::json) AS e(contact_id bigint, request_id varchar(64), points int)),
        found AS MATERIALIZED (
          SELECT c.contact_id FROM (SELECT DISTINCT contact_id AS id FROM asked ORDER BY id) AS k
          CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND contact_id = k.id LIMIT 1 FOR NO KEY UPDATE) AS c),
        added AS (
          INSERT INTO lead_score_entries (account_id, contact_id, request_id, points, entry_time)
          SELECT @account, a.contact_id, a.request_id, a.points, @now FROM asked a JOIN found f ON f.contact_id = a.contact_id
          ON CONFLICT DO NOTHING RETURNING contact_id, request_id, points),
        changed AS (
          UPDATE contacts c SET lead_score = LEAST(GREATEST(c.lead_score + s.points, -@bound), @bound), update_time = @now, version = c.version + 1
          FROM (SELECT contact_id, CAST(SUM(points) AS int) AS points FROM added GROUP BY contact_id) AS s
          WHERE c.account_id = @account AND c.contact_id = s.contact_id)
        SELECT f.contact_id, a.request_id FROM found f LEFT JOIN added a ON a.contact_id = f.contact_id
        """,
        """
        DECLARE @found TABLE (contact_id bigint PRIMARY KEY);
        DECLARE @added TABLE (contact_id bigint, request_id nvarchar(64), points int);
        INSERT INTO @found (contact_id) SELECT c.contact_id FROM contacts c WITH (UPDLOCK, ROWLOCK)
          WHERE c.account_id = @account AND c.contact_id IN (SELECT e.contact_id FROM OPENJSON(@entries) WITH (contact_id bigint) AS e);
        INSERT INTO lead_score_entries (account_id, contact_id, request_id, points, entry_time) OUTPUT inserted.contact_id, inserted.request_id, inserted.points INTO @added (contact_id, request_id, points)
          SELECT @account, e.contact_id, e.request_id, e.points, @now FROM OPENJSON(@entries) WITH (contact_id bigint, request_id nvarchar(64), points int) AS e
          JOIN @found f ON f.contact_id = e.contact_id WHERE NOT EXISTS (
            SELECT 1 FROM lead_score_entries l WITH (UPDLOCK, HOLDLOCK) WHERE l.account_id = @account AND l.contact_id = e.contact_id AND l.request_id = e.request_id);
        UPDATE c SET lead_score = CASE WHEN c.lead_score + s.points > @bound THEN @bound WHEN c.lead_score + s.points < -@bound THEN -@bound ELSE c.lead_score + s.points END, update_time = @now, version = c.version + 1
          FROM contacts c JOIN (SELECT contact_id, SUM(points) AS points FROM @added GROUP BY contact_id) AS s ON s.contact_id = c.contact_id WHERE c.account_id = @account;
        SELECT f.contact_id, a.request_id FROM @found f LEFT JOIN @added a ON a.contact_id = f.contact_id;
        """);

    /// <summary>Gives points within the open transaction.</summary>
    /// <param name="entries">At most 1,000, each contact and request_id once.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The contacts that exist, and what they were given that they had not.</returns>
    public async Task<(HashSet<long> Found, HashSet<(long ContactId, string RequestId)> Added)> AddAsync(IEnumerable<V1.LeadScoreEntry> entries, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(Add, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).With("now", now)
            .With("bound", LeadScoreLimits.Score).With("entries", JsonSerializer.Serialize(entries.Select(e => new { contact_id = e.ContactId, request_id = e.RequestId, points = e.Points })));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (found, added) = (new HashSet<long>(), new HashSet<(long, string)>());
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetInt64(0));
            if (!reader.IsDBNull(1))
            {
                added.Add((reader.GetInt64(0), reader.GetString(1)));
            }
        }
        return (found, added);
    }
}
