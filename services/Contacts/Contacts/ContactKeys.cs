using System.Text.Json;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>
/// Gives contacts from before there were keys theirs, before the service takes calls: no database can make them. Two
/// replicas may do it at once.
/// </summary>
public sealed partial class ContactKeys(IServiceScopeFactory scopes, ILogger<ContactKeys> logger) : IHostedService
{
    private const int BatchSize = 2000;

    // Whose name has changed since it was read is left for the next batch. The record itself does not change: same version, same time.
    private static readonly SqlText Fill = new(
        """
        UPDATE contacts AS c SET given_name_key = r.given_name_key, family_name_key = r.family_name_key, source_key = r.source_key
        FROM json_to_recordset(@rows::json) AS r(account_id bigint, contact_id bigint, given_name text, family_name text, source text,
            given_name_key text, family_name_key text, source_key text)
        WHERE c.account_id = r.account_id AND c.contact_id = r.contact_id AND c.given_name_key IS NULL
          AND c.given_name = r.given_name AND c.family_name = r.family_name AND c.source = r.source
        """,
        """
        UPDATE c SET given_name_key = r.given_name_key, family_name_key = r.family_name_key, source_key = r.source_key
        FROM contacts AS c
        JOIN OPENJSON(@rows) WITH (account_id bigint, contact_id bigint, given_name nvarchar(200), family_name nvarchar(200), source nvarchar(200),
            given_name_key nvarchar(600), family_name_key nvarchar(600), source_key nvarchar(600)) AS r
          ON r.account_id = c.account_id AND r.contact_id = c.contact_id
        WHERE c.given_name_key IS NULL AND c.given_name = r.given_name AND c.family_name = r.family_name AND c.source = r.source
        """);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var filled = 0L;
        while (await FillAsync(cancellationToken) is > 0 and var count)
        {
            filled += count;
        }
        if (filled > 0)
        {
            LogFilled(filled);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Fills one batch.</summary>
    /// <returns>Number of contacts looked at; 0 when none is left.</returns>
    private async Task<int> FillAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var rows = await db.Contacts.IgnoreQueryFilters().Where(c => c.GivenNameKey == null).OrderBy(c => c.AccountId).ThenBy(c => c.ContactId).Take(BatchSize)
            .Select(c => new { c.AccountId, c.ContactId, c.GivenName, c.FamilyName, c.Source }).ToListAsync(cancellationToken);
        if (rows.Count > 0)
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
            await using var command = db.Database.GetDbConnection().Command(Fill).With("rows", JsonSerializer.Serialize(rows.Select(r => new
            {
                account_id = r.AccountId,
                contact_id = r.ContactId,
                given_name = r.GivenName,
                family_name = r.FamilyName,
                source = r.Source,
                given_name_key = TextKey.Of(r.GivenName),
                family_name_key = TextKey.Of(r.FamilyName),
                source_key = TextKey.Of(r.Source),
            })));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        return rows.Count;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} contacts from before there were keys have theirs now")]
    private partial void LogFilled(long count);
}
