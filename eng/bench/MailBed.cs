using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>A Deliverability that nobody follows, with contacts that have an address each.</summary>
internal sealed class MailBed : IAsyncDisposable
{
    private MailBed(OwnStack stack, DeliverabilityHost host, int checkpointer) =>
        (Stack, Host, Memory, Processor) = (stack, host, new("Deliverability", host.Service), new(host.Service.Process.Id, checkpointer));

    public OwnStack Stack { get; }

    public DeliverabilityHost Host { get; }

    public MemoryWatch Memory { get; }

    public ProcessorWatch Processor { get; }

    public TestDatabase Database => Host.Database;

    /// <summary>Starts it, and writes the contacts and their addresses: `person7@crowd.example` is the address of contact 7, and its id is 7, too.</summary>
    public static async Task<MailBed> StartAsync(int contacts, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? settings = null)
    {
        BenchRun.Progress("starting PostgreSQL, Redis, Contacts and Deliverability");
        var stack = await OwnStack.StartAsync(0, cancellationToken);
        try
        {
            var host = await stack.StartDeliverabilityAsync(cancellationToken, settings);
            var bed = new MailBed(stack, host, (int)await OwnStack.NumberAsync(host.Database, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'", cancellationToken));
            BenchRun.Progress($"writing {contacts} contacts and their addresses");
            await OwnStack.ExecuteAsync(bed.Database, cancellationToken,
                // Ids that the service will not give out.
                $"SELECT setval('ids', {contacts + 1000L})",
                $"""
                INSERT INTO addresses (account_id, address_id, address, status, version)
                SELECT {ContactsHost.Account}, id, 'person' || id || '@crowd.example', 1, 0 FROM generate_series(1::bigint, {contacts}::bigint) AS id
                """,
                $"""
                INSERT INTO contact_addresses (account_id, contact_id, address_id, link_version)
                SELECT {ContactsHost.Account}, id, id, 1 FROM generate_series(1::bigint, {contacts}::bigint) AS id
                """,
                "VACUUM (ANALYZE) addresses, contact_addresses");
            return bed;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public Task<long> NumberAsync(string question, CancellationToken cancellationToken) => OwnStack.NumberAsync(Database, question, cancellationToken);

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => (NpgsqlConnection)await Database.OpenAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Stack.DisposeAsync();
    }
}
