using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Imports;

/// <summary>Calls ImportService as one account does, and looks into its database.</summary>
/// <param name="host">The running Contacts.</param>
/// <param name="account">The account.</param>
public sealed class ImportCaller(ContactsHost host, long account = ContactsHost.Account)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public ImportService.ImportServiceClient Client { get; } = new(host.Service.Channel);

    public ContactsHost Host => host;

    public Task<Metadata> HeadersAsync() => host.HeadersAsync(account, CancellationToken.None);

    public Task<Import> UploadAsync(string file, ImportConfig? config = null, string requestId = "") =>
        UploadAsync(Encoding.UTF8.GetBytes(file), config, requestId);

    public Task<Import> UploadAsync(byte[] file, ImportConfig? config = null, string requestId = "") =>
        UploadAsync(file.Chunk(100_000).Select(c => UnsafeByteOperations.UnsafeWrap(c)), config, requestId);

    public async Task<Import> UploadAsync(IEnumerable<ByteString> file, ImportConfig? config = null, string requestId = "")
    {
        using var call = Client.UploadImport(await HeadersAsync());
        try
        {
            await call.RequestStream.WriteAsync(new UploadImportRequest { Start = new UploadImportStart { Config = config ?? new ImportConfig(), RequestId = requestId } });
            foreach (var part in file)
            {
                await call.RequestStream.WriteAsync(new UploadImportRequest { Data = part });
            }
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused before its end: the answer says why.
        }
        return (await call.ResponseAsync).Import;
    }

    /// <summary>Imports a file and waits for the end.</summary>
    public async Task<Import> ImportAsync(string file, ImportConfig? config = null) => await EndAsync((await UploadAsync(file, config)).ImportId);

    /// <summary>Waits until an import has ended, whatever happens to the service meanwhile.</summary>
    public async Task<Import> EndAsync(long importId)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                var import = await GetAsync(importId);
                if (import.Run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled)
                {
                    return import;
                }
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal && host.Service.Process.HasExited)
            {
                // Killed by the test, which starts it again.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    public async Task<Import> GetAsync(long importId) => (await Client.GetImportAsync(new GetImportRequest { ImportId = importId }, await HeadersAsync())).Import;

    public async Task<string> ErrorsAsync(long importId)
    {
        using var call = Client.DownloadImportErrors(new DownloadImportErrorsRequest { ImportId = importId }, await HeadersAsync());
        using var bytes = new MemoryStream();
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            part.Data.Length.ShouldBeLessThanOrEqualTo(64 << 10);
            part.Data.WriteTo(bytes);
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Opens the service's database as this account sees it.</summary>
    /// <param name="asWhom">Another account, which may change later.</param>
    public ContactsDbContext Database(CurrentAccount? asWhom = null)
    {
        var seen = asWhom ?? new CurrentAccount { Id = account };
        return host.Database.Provider == "PostgreSql"
            ? new ContactsDbContext(new DbContextOptionsBuilder<ContactsDbContext>().UseNpgsql(host.Database.ConnectionString).Options, seen)
            : new SqlServerContactsDbContext(new DbContextOptionsBuilder<SqlServerContactsDbContext>().UseSqlServer(host.Database.ConnectionString).Options, seen);
    }

    /// <summary>The changes that an import told of.</summary>
    public async Task<List<StreamChangesResponse>> ChangesAsync(long importId)
    {
        await using var db = Database();
        var rows = await db.Outbox.AsNoTracking().OrderBy(o => o.ChangeId).Select(o => o.Payload).ToListAsync();
        return [.. rows.Select(StreamChangesResponse.Parser.ParseFrom).Where(c => c.RunId == importId)];
    }

    /// <summary>Expects a refusal, and returns it.</summary>
    public static async Task<Google.Rpc.Status> RefusedAsync(Func<Task> call, Reason reason)
    {
        var exception = await Should.ThrowAsync<RpcException>(call);
        var details = exception.Details().ShouldNotBeNull(exception.ToString());
        (exception.StatusCode, exception.Reason()).ShouldBe((reason.Code, reason.Name), exception.Status.Detail);
        return details;
    }
}

/// <summary>One running Contacts for all tests of imports that do not hurt it.</summary>
public sealed class ImportsFixture : IAsyncLifetime
{
    private ContactsHost? host;

    public ImportCaller Caller { get; private set; } = null!;

    public ImportCaller Other { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        host = await ContactsHost.StartAsync(CancellationToken.None);
        (Caller, Other) = (new ImportCaller(host), new ImportCaller(host, ContactsHost.OtherAccount));
    }

    public Task DisposeAsync() => host is null ? Task.CompletedTask : host.DisposeAsync().AsTask();
}

[CollectionDefinition("imports")]
public sealed class ImportsCollection : ICollectionFixture<ImportsFixture>;
