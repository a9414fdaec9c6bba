using System.Data.Common;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace ContactPlatform.Contacts.Tests;

/// <summary>One Contacts process for all tests of this project; each test takes an account of its own.</summary>
public sealed class ContactsFixture : IAsyncLifetime
{
    private long lastAccount = 1000;

    /// <summary>The process.</summary>
    public ContactsHost Host { get; private set; } = null!;

    /// <summary>A channel without a token.</summary>
    public ChannelBase Channel => Host.Service.Channel;

    public async Task InitializeAsync() => Host = await ContactsHost.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        // Whatever the tests did, refusals and lost races included: no address, no key and no token may be in the log.
        var log = Host.Service.Process.Output;
        await Host.DisposeAsync();
        string[] secrets = ["example.org", "cp_", "eyJ", ContactsHost.ServiceKey];
        secrets.Where(s => log.Contains(s, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(log);
    }

    /// <summary>Calls with a token that may read and write an account that nobody else has.</summary>
    public Task<Account> NewAccountAsync() => AccountAsync(Interlocked.Increment(ref lastAccount));

    /// <summary>Calls with a key's token that may do all that a key can, in an account that nobody else has.</summary>
    public async Task<Account> NewKeyAccountAsync()
    {
        var id = Interlocked.Increment(ref lastAccount);
        return new(id, With(Access.Tokens.Make(await Access.Tokens.OwnKeyAsync(this), string.Join(' ', ServiceDefaults.Auth.Scopes.Grantable), account: id)));
    }

    /// <summary>Calls with a service's token for an account.</summary>
    public async Task<Account> AccountAsync(long id)
    {
        var reply = await new V1.AccessService.AccessServiceClient(Channel).ExchangeServiceKeyAsync(
            new V1.ExchangeServiceKeyRequest { ServiceKey = ContactsHost.ServiceKey, Service = "tests", AccountId = id });
        return new Account(id, With(reply.AccessToken));
    }

    /// <summary>Calls with the first API key of one of the two accounts that have one.</summary>
    public async Task<Account> KeyAsync(long id) => new(id, With(await Host.TokenAsync(id, CancellationToken.None)));

    /// <summary>Calls with any token.</summary>
    public CallInvoker With(string token) => Channel.CreateCallInvoker().Intercept(metadata =>
    {
        metadata.Add("authorization", $"Bearer {token}");
        return metadata;
    });

    /// <summary>Opens the service's database.</summary>
    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Host.Database.Provider == "SqlServer" ? new SqlConnection(Host.Database.ConnectionString) : new NpgsqlConnection(Host.Database.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs statements.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 120;
        return await command.ExecuteScalarAsync();
    }
}

/// <summary>The services, called for one account.</summary>
public sealed record Account(long Id, CallInvoker Invoker)
{
    public V1.ContactService.ContactServiceClient Contacts => new(Invoker);

    public V1.LabelService.LabelServiceClient Labels => new(Invoker);

    public V1.ContactListService.ContactListServiceClient Lists => new(Invoker);

    public V1.ContactMergeService.ContactMergeServiceClient Merges => new(Invoker);

    public V1.ContactErasureService.ContactErasureServiceClient Erasures => new(Invoker);

    public V1.TimelineService.TimelineServiceClient Timelines => new(Invoker);

    public V1.ImportService.ImportServiceClient Imports => new(Invoker);

    public V1.ImportMappingService.ImportMappingServiceClient Mappings => new(Invoker);

    public V1.ConsentService.ConsentServiceClient Consent => new(Invoker);

    public V1.CustomFieldService.CustomFieldServiceClient Fields => new(Invoker);

    public V1.SegmentService.SegmentServiceClient Segments => new(Invoker);

    public V1.AccessService.AccessServiceClient Access => new(Invoker);

    public V1.ChangesService.ChangesServiceClient Changes => new(Invoker);

    public async Task<V1.Contact> CreateAsync(string email, params long[] labelIds) =>
        (await Contacts.CreateContactAsync(new V1.CreateContactRequest { Contact = new() { Email = email }, LabelIds = { labelIds } })).Contact;

    public async Task<V1.Label> LabelAsync(string name) => (await Labels.CreateLabelAsync(new V1.CreateLabelRequest { DisplayName = name })).Label;

    public async Task<V1.Contact> GetAsync(long id) => (await Contacts.GetContactAsync(new V1.GetContactRequest { ContactId = id })).Contact;
}

/// <summary>Expects refusals.</summary>
public static class Refused
{
    /// <summary>Expects a reason with its code and our domain, and returns its facts.</summary>
    public static async Task<IDictionary<string, string>> ForAsync<T>(this AsyncUnaryCall<T> call, Reason reason) => Check(await Should.ThrowAsync<RpcException>(async () => await call), reason);

    /// <summary>Expects the reason as the end of a stream.</summary>
    public static async Task<IDictionary<string, string>> ForAsync<T>(this AsyncServerStreamingCall<T> call, Reason reason) where T : class =>
        Check(await Should.ThrowAsync<RpcException>(async () => { while (await call.ResponseStream.MoveNext()) { } }), reason);

    /// <summary>Expects INVALID_FIELD with exactly these fields.</summary>
    public static async Task FieldsAsync<T>(this AsyncUnaryCall<T> call, params string[] fields) => Fields(await Should.ThrowAsync<RpcException>(async () => await call), fields);

    /// <summary>Expects INVALID_FIELD with exactly these fields as the end of a stream.</summary>
    public static async Task FieldsAsync<T>(this AsyncServerStreamingCall<T> call, params string[] fields) where T : class =>
        Fields(await Should.ThrowAsync<RpcException>(async () => { while (await call.ResponseStream.MoveNext()) { } }), fields);

    /// <summary>Checks a refusal, and returns its facts.</summary>
    public static IDictionary<string, string> Check(RpcException exception, Reason reason)
    {
        exception.Reason().ShouldBe(reason.Name, exception.ToString());
        exception.StatusCode.ShouldBe(reason.Code);
        var info = exception.Detail<ErrorInfo>()!;
        info.Domain.ShouldBe("contacts.contactplatform");
        return info.Metadata;
    }

    private static void Fields(RpcException exception, string[] fields)
    {
        Check(exception, CommonReasons.InvalidField);
        var violations = exception.Detail<BadRequest>()!.FieldViolations;
        violations.Select(v => v.Field).Order(StringComparer.Ordinal).ShouldBe(fields.Order(StringComparer.Ordinal));
        violations.ShouldAllBe(v => v.Description.Length > 5);
    }
}

/// <summary>All tests that share the process.</summary>
[CollectionDefinition(Name)]
public sealed class ContactsCollection : ICollectionFixture<ContactsFixture>
{
    public const string Name = "contacts";
}
