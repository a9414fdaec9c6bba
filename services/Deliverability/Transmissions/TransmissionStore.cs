using System.Text.Json;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.Sending;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>Stores transmissions: their contacts asked for, their messages copied into the queue.</summary>
public sealed class TransmissionStore(
    DeliverabilityDbContext db, ContactService.ContactServiceClient contacts, ContactsCalls calls, AddressStore addresses, IdSequence ids, TimeProvider time)
{
    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("message_id", NpgsqlDbType.Bigint), new("transmission_id", NpgsqlDbType.Bigint), new("sender_id", NpgsqlDbType.Bigint),
        new("contact_id", NpgsqlDbType.Bigint), new("address_id", NpgsqlDbType.Bigint), new("domain", NpgsqlDbType.Varchar), new("display_name", NpgsqlDbType.Varchar),
        new("variable_values", NpgsqlDbType.Text), new("state", NpgsqlDbType.Smallint), new("next_attempt_time", NpgsqlDbType.TimestampTz), new("attempt_count", NpgsqlDbType.Integer),
        new("reservation", NpgsqlDbType.Bigint), new("worker_id", NpgsqlDbType.Bigint), new("create_time", NpgsqlDbType.TimestampTz), new("smtp_code", NpgsqlDbType.Integer), new("enhanced_code", NpgsqlDbType.Varchar),
        new("diagnostic", NpgsqlDbType.Varchar), new("refusal_reason", NpgsqlDbType.Varchar), new("followed", NpgsqlDbType.Boolean), new("verdict_revision", NpgsqlDbType.Integer),
    ];

    private static readonly BulkColumn[] QueueColumns =
        [new("account_id", NpgsqlDbType.Bigint), new("sender_id", NpgsqlDbType.Bigint), new("next_attempt_time", NpgsqlDbType.TimestampTz), new("message_id", NpgsqlDbType.Bigint)];

    private static readonly SqlText AddSender = new(
        "INSERT INTO senders (account_id, sender_id, email, rate_time) VALUES (@account, @sender, @email, @now) ON CONFLICT (account_id, email) DO NOTHING",
        """
        INSERT INTO senders (account_id, sender_id, email, rate_time) SELECT @account, @sender, @email, @now
        WHERE NOT EXISTS (SELECT 1 FROM senders WITH (UPDLOCK, HOLDLOCK) WHERE account_id = @account AND email = @email)
        """);

    /// <summary>Asks Contacts about the recipients, once for all of them and now: what is sent later is what was accepted.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, CONTACT_WITHOUT_EMAIL, VARIABLE_MISSING, INVALID_FIELD, SERVICE_UNAVAILABLE.</exception>
    public async Task<IReadOnlyList<FilledRecipient>> FillAsync(TransmissionInput input, CancellationToken cancellationToken)
    {
        var asked = input.Recipients.Where(r => r.ContactId > 0).Select(r => r.ContactId);
        var found = await calls.ReadAsync(contacts, db.AccountId, asked, cancellationToken).ToDictionaryAsync(c => c.ContactId, cancellationToken: cancellationToken);
        return RecipientDecisions.Fill(input, found).OrThrow();
    }

    /// <summary>Writes a transmission with its messages within a transaction that it begins, once its addresses and its sender are known.</summary>
    /// <returns>The transmission's id, and the open transaction.</returns>
    public async Task<(long TransmissionId, IDbContextTransaction Transaction)> AddAsync(TransmissionInput input, IReadOnlyList<FilledRecipient> recipients, Caller caller, CancellationToken cancellationToken)
    {
        var now = time.Now();
        var known = await addresses.EnsureAsync(recipients.Select(r => r.Email), cancellationToken);
        var sender = await SenderAsync(input.Header.FromEmail, now, cancellationToken);
        var messageIds = await ids.TakeAsync(recipients.Count + 1, cancellationToken);
        var id = messageIds[^1];
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            db.Transmissions.Add(new()
            {
                AccountId = db.AccountId, TransmissionId = id, Header = input.Header.ToByteArray(), TotalCount = recipients.Count, CreateTime = now,
                ActorKind = caller.Actor.Kind, ActorSubject = caller.Actor.Subject, ActorName = caller.Actor.DisplayName,
            });
            var shared = input.Variables.Where(v => input.Templates.Names.Contains(v.Key)).ToDictionary();
            db.TransmissionContents.Add(new() { AccountId = db.AccountId, TransmissionId = id, Content = input.Content.ToByteArray(), SharedValues = JsonSerializer.Serialize(shared) });
            await db.SaveChangesAsync(cancellationToken);
            await BulkCopy.WriteAsync(db.Database.GetDbConnection(), transaction.GetDbTransaction(), "messages", Columns, recipients.Select((r, i) => new object?[]
            {
                db.AccountId, messageIds[i], id, sender, r.ContactId, known[r.Email], r.Email[(r.Email.IndexOf('@', StringComparison.Ordinal) + 1)..], r.DisplayName,
                JsonSerializer.Serialize(r.Values), (short)MessageState.Queued, now, 0, 0L, 0L, now, 0, "", "", "", MessageAnnouncer.Follows(input.Header), 0,
            }), cancellationToken);
            await BulkCopy.WriteAsync(db.Database.GetDbConnection(), transaction.GetDbTransaction(), "message_queue", QueueColumns,
                recipients.Select((_, i) => new object?[] { db.AccountId, sender, now, messageIds[i] }), cancellationToken);
            // Whoever takes the sender's turn locks its row, so messages that are committed with this are seen by it or by the next.
            await using var wake = db.Database.GetDbConnection().Command(QueueSql.Wake, transaction.GetDbTransaction());
            await wake.With("account", db.AccountId).With("sender", sender).With("due", now).ExecuteNonQueryAsync(cancellationToken);
            return (id, transaction);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    private async Task<long> SenderAsync(string email, DateTime now, CancellationToken cancellationToken)
    {
        if (await db.Senders.Where(s => s.Email == email).Select(s => (long?)s.SenderId).SingleOrDefaultAsync(cancellationToken) is { } known)
        {
            return known;
        }
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var add = db.Database.GetDbConnection().Command(AddSender);
        await add.With("account", db.AccountId).With("sender", await ids.NextAsync(cancellationToken)).With("email", email).With("now", now).ExecuteNonQueryAsync(cancellationToken);
        return await db.Senders.Where(s => s.Email == email).Select(s => s.SenderId).SingleAsync(cancellationToken);
    }
}
