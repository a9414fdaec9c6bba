using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Testing.Faults;

/// <summary>The feed of contacts under late writers and restarts: that nobody is missing is what the checker looks for.</summary>
internal static class FeedFaults
{
    /// <summary>A writer holds its transaction open (5 s at full size) while thousands of later changes commit.</summary>
    public static async Task LateWriterAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var changes = Math.Clamp(bed.Size / 10, 200, 10_000);
        var open = TimeSpan.FromSeconds(Math.Clamp(bed.Size / 20_000.0, 1, 5));
        var id = await bed.ContactsAsync("SELECT nextval('ids')", cancellationToken);
        await using var connection = new NpgsqlConnection(bed.Stack.Contacts.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var told = new StreamChangesResponse { AccountId = ContactsHost.Account, ChangeTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()), ContactsCreated = new ContactsCreated { ContactIds = { id } } };
        await using (var command = new NpgsqlCommand(
            """
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version)
            VALUES (@account, @id, @email, '', '', '', 1, '', '', 0, now(), now(), 1);
            INSERT INTO outbox (account_id, payload) VALUES (@account, @payload)
            """, connection, transaction))
        {
            command.Parameters.AddWithValue("account", ContactsHost.Account);
            command.Parameters.AddWithValue("id", id);
            command.Parameters.AddWithValue("email", $"late{id}@feed.example");
            command.Parameters.AddWithValue("payload", NpgsqlDbType.Bytea, told.ToByteArray());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        var waiting = Task.Delay(open, TimeProvider.System, cancellationToken);
        await CreateAsync(bed, changes, cancellationToken);
        await waiting;
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Many contacts created one by one, some of them asked for at Funnel before the feed can have brought them, while
    /// Funnels are killed, frozen past their lease, and Redis is emptied, so that several read at once.
    /// </summary>
    public static async Task RestartsAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var creating = CreateAsync(bed, Math.Clamp(bed.Size / 20, 300, 5000), cancellationToken);
        do
        {
            var victim = bed.Stack.Funnel.Replicas[bed.Random.Next(2)];
            switch (bed.Random.Next(3))
            {
                case 0:
                    await FaultBed.KillAndStartAsync(victim, cancellationToken);
                    break;
                case 1:
                    victim.Process.Suspend();
                    await bed.SomeTimeAsync(TimeSpan.FromSeconds(4), cancellationToken);
                    victim.Process.Resume();
                    break;
                default:
                    await bed.Stack.Redis.Process.KillAsync(cancellationToken);
                    await bed.Stack.StartRedisAgainAsync(cancellationToken);
                    break;
            }
            await bed.SomeTimeAsync(TimeSpan.FromSeconds(0.5), cancellationToken);
        }
        while (!creating.IsCompleted);
        await creating;
    }

    private static async Task CreateAsync(FaultBed bed, int count, CancellationToken cancellationToken) =>
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (i, cancel) =>
        {
            var contact = new Contact { Email = $"{bed.NewName().Replace(' ', '.')}@feed.example" };
            var id = (await bed.Stack.ContactService.CreateContactAsync(new() { Contact = contact }, bed.Stack.Headers, cancellationToken: cancel)).Contact.ContactId;
            if (i % 5 == 0)
            {
                try
                {
                    var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10);
                    await new Funnel.V1.StageService.StageServiceClient(bed.Stack.Funnel.Replicas[i % 2].Channel).SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, bed.Stack.Headers, deadline, cancel);
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Cancelled)
                {
                    // Killed or frozen at the time; the feed brings the contact.
                }
            }
        });
}
