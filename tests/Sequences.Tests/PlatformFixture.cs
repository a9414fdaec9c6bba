using System.Diagnostics;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Sequences.Tests;

/// <summary>Contacts and Sequences as processes, the clients of both, and Sequences' database, which tells what no call tells.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private WebApplication _stores = null!;
    private int _names;

    public ContactsHost Contacts { get; private set; } = null!;

    public SequencesHost Sequences { get; private set; } = null!;

    /// <summary>Headers of the account that tests use.</summary>
    public Metadata Headers { get; private set; } = null!;

    /// <summary>Headers of another account.</summary>
    public Metadata OtherHeaders { get; private set; } = null!;

    public ContactService.ContactServiceClient ContactService => new(Contacts.Service.Channel);

    public async Task InitializeAsync()
    {
        Contacts = await ContactsHost.StartAsync(CancellationToken.None);
        Sequences = await SequencesHost.StartAsync(Contacts, 1, CancellationToken.None);
        Headers = await Contacts.HeadersAsync(ContactsHost.Account, CancellationToken.None);
        OtherHeaders = await Contacts.HeadersAsync(ContactsHost.OtherAccount, CancellationToken.None);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = Sequences.Database.Provider;
        builder.Configuration["ConnectionStrings:sequences"] = Sequences.Database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["Redis:KeyPrefix"] = Contacts.RedisKeyPrefix;
        builder.AddServiceDefaults("sequences", SequencesScopes.Table);
        builder.AddPlatformDatabase<SequencesDbContext, SqlServerSequencesDbContext>("sequences");
        builder.Logging.ClearProviders();
        _stores = builder.Build();
    }

    public async Task DisposeAsync()
    {
        await _stores.DisposeAsync();
        await Sequences.DisposeAsync();
        await Contacts.DisposeAsync();
    }

    /// <summary>A name that no other test uses.</summary>
    public string NewName() => $"name {Interlocked.Increment(ref _names)}";

    /// <summary>Creates a contact with an email of its own.</summary>
    public async Task<long> CreateContactAsync(Action<Contact>? with = null)
    {
        var contact = new Contact { Email = $"person{Interlocked.Increment(ref _names)}@example.com", GivenName = "Ada" };
        with?.Invoke(contact);
        return (await ContactService.CreateContactAsync(new() { Contact = contact }, Headers)).Contact.ContactId;
    }

    /// <summary>Asks the database.</summary>
    public async Task<T> AskAsync<T>(Func<SequencesDbContext, Task<T>> question, long account = ContactsHost.Account)
    {
        await using var scope = _stores.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return await question(scope.ServiceProvider.GetRequiredService<SequencesDbContext>());
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Asserts that a call is refused, and returns what it was told.</summary>
    public static async Task<ErrorInfo> RefusedAsync(StatusCode code, string reason, Func<Task> call)
    {
        var error = await Should.ThrowAsync<RpcException>(call);
        error.Reason().ShouldBe(reason, error.ToString());
        error.StatusCode.ShouldBe(code);
        return error.Detail<ErrorInfo>()!;
    }

    /// <summary>Asserts that a call is refused for malformed fields, and returns which.</summary>
    public static async Task<List<string>> MalformedAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<RpcException>(call);
        error.Reason().ShouldBe("INVALID_FIELD", error.ToString());
        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        return [.. error.Detail<BadRequest>()!.FieldViolations.Select(v => v.Field)];
    }
}

/// <summary>Shares the processes among the tests that call them.</summary>
[CollectionDefinition("platform")]
public sealed class PlatformTests : ICollectionFixture<PlatformFixture>;
