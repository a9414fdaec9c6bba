using System.Diagnostics;
using System.Net;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Contacts.Tests.FunnelProjection;

/// <summary>Contacts that follows a Funnel, and that Funnel, which starts later.</summary>
public sealed class FollowingFixture : IAsyncLifetime
{
    private int names;
    private PostgresServer postgres = null!;

    public ContactsHost Contacts { get; private set; } = null!;

    public FunnelHost Funnel { get; private set; } = null!;

    public Metadata Headers { get; private set; } = null!;

    public ProjectionService.ProjectionServiceClient Projections => new(Contacts.Service.Channel);

    public ContactService.ContactServiceClient ContactService => new(Contacts.Service.Channel);

    public StageService.StageServiceClient Stages => new(Funnel.Service.Channel);

    /// <summary>What ListProjections said while there was no Funnel yet.</summary>
    public Projection BeforeFunnel { get; private set; } = null!;

    /// <summary>What a timeline was while there was no Funnel yet.</summary>
    public GetTimelineResponse TimelineBeforeFunnel { get; private set; } = null!;

    /// <summary>What it said while something answered in Funnel's place that is none.</summary>
    public Projection BesideAnother { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // A feed waits for the oldest transaction of its whole server, and other tests hold some open for seconds.
        postgres = await PostgresServer.StartAsync(CancellationToken.None);
        var servers = (await HostServers.SharedAsync()) with { CreateDatabaseAsync = async (name, cancellationToken) => new("PostgreSql", await postgres.CreateDatabaseAsync(name, cancellationToken)) };
        Contacts = await ContactsHost.StartAsync(CancellationToken.None, followsFunnel: true, servers: servers);
        Headers = await Contacts.HeadersAsync(ContactsHost.Account, CancellationToken.None);
        // Healthy, and at work, though what it follows is away.
        var contact = await CreateAsync();
        TimelineBeforeFunnel = await new TimelineService.TimelineServiceClient(Contacts.Service.Channel).GetTimelineAsync(new() { ContactId = contact }, Headers);
        BeforeFunnel = (await Projections.ListProjectionsAsync(new(), Headers)).Projections.Single();
        await using (await AnotherAsync(Contacts.FunnelPort))
        {
            BesideAnother = (await Projections.GetProjectionAsync(new() { Source = "funnel" }, Headers)).Projection;
        }
        Funnel = await FunnelHost.StartAsync(Contacts, 1, CancellationToken.None, servers: servers);
    }

    public async Task DisposeAsync()
    {
        await Funnel.DisposeAsync();
        await Contacts.DisposeAsync();
        await postgres.DisposeAsync();
    }

    /// <summary>A server that knows no method of Funnel's.</summary>
    private static async Task<WebApplication> AnotherAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(context =>
        {
            (context.Response.ContentType, context.Response.Headers["grpc-status"]) = ("application/grpc", "12");
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }

    public async Task<long> CreateAsync() =>
        (await ContactService.CreateContactAsync(new() { Contact = new() { Email = $"p{Interlocked.Increment(ref names)}@example.com" } }, Headers)).Contact.ContactId;

    /// <summary>Waits until Contacts has applied a change of Funnel.</summary>
    public async Task<Projection> AppliedAsync(string changeToken) =>
        (await Projections.GetProjectionAsync(new() { Source = "funnel", ChangeToken = changeToken }, Headers)).Projection;

    /// <summary>Opens the database of Contacts as the account sees it.</summary>
    public ContactsDbContext Database(long account = ContactsHost.Account) =>
        new(new DbContextOptionsBuilder<ContactsDbContext>().UseNpgsql(Contacts.Database.ConnectionString).Options, new CurrentAccount { Id = account });

    /// <summary>Asserts that Contacts has what Funnel has.</summary>
    public async Task ShouldAgreeAsync() =>
        (await ProjectionCheck.WrongAsync(Contacts.Database, Funnel.Database, TimeSpan.FromSeconds(30), CancellationToken.None)).ShouldBeEmpty();

    /// <summary>Rebuilds the projection to the run's end.</summary>
    public async Task<Common.V1.Run> RebuildAsync()
    {
        var run = (await Projections.RebuildProjectionAsync(new() { Source = "funnel" }, Headers)).Run;
        using var watch = Projections.WatchProjectionRebuild(new() { RunId = run.RunId }, Headers, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60));
        await foreach (var state in watch.ResponseStream.ReadAllAsync())
        {
            run = state.Run;
        }
        return run;
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class FollowingCollection : ICollectionFixture<FollowingFixture>
{
    public const string Name = "following";
}
