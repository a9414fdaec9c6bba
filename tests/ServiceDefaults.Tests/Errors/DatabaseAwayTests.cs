using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Google.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Tests.Errors;

/// <summary>What callers see of a database that dies.</summary>
public sealed class DatabaseAwayTests : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private CancellationToken Token => _timeout.Token;

    [Fact]
    public async Task A_database_that_is_killed_is_unavailable_and_comes_back_by_itself()
    {
        await using var server = await PostgresServer.StartAsync(Token);
        var database = await ProbeHost.CreateDatabaseAsync(server, Token);
        await using var host = await ProbeHost.StartAsync(database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        var open = new TaskCompletionSource();
        host.Behaviours["read"] = async (context, _) => new ProbeResponse { Number = await context.GetHttpContext().RequestServices.GetRequiredService<ProbeDbContext>().Items.CountAsync(context.CancellationToken) };
        host.Behaviours["write"] = async (context, _) =>
        {
            var db = context.GetHttpContext().RequestServices.GetRequiredService<ProbeDbContext>();
            db.Items.Add(new ItemRow { AccountId = 1, ItemId = 1, DisplayName = "one" });
            await db.SaveChangesAsync(context.CancellationToken);
            return new ProbeResponse();
        };
        host.Behaviours["id"] = async (context, _) => new ProbeResponse { Number = (await context.GetHttpContext().RequestServices.GetRequiredService<IdSequence>().TakeAsync(5000, context.CancellationToken))[0] };
        host.Behaviours["sleep"] = async (context, _) =>
        {
            var db = context.GetHttpContext().RequestServices.GetRequiredService<ProbeDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(context.CancellationToken);
            open.SetResult();
            await db.Database.ExecuteSqlRawAsync("SELECT pg_sleep(30)", context.CancellationToken);
            return new ProbeResponse();
        };
        await CallAsync("read");
        var running = CallAsync("sleep");
        await open.Task.WaitAsync(Token);
        await server.DisposeAsync();
        var errors = new List<RpcException> { await Should.ThrowAsync<RpcException>(running) };
        foreach (var behaviour in new[] { "read", "write", "id", "read" })
        {
            errors.Add(await Should.ThrowAsync<RpcException>(CallAsync(behaviour)));
        }
        foreach (var error in errors)
        {
            (error.StatusCode, error.Reason()).ShouldBe((StatusCode.Unavailable, "DATABASE_UNAVAILABLE"));
            error.Detail<RetryInfo>().ShouldNotBeNull();
        }
        host.Logs.Errors.ShouldBeEmpty();
        host.Logs.Lines.ShouldContain(l => l.Level == LogLevel.Warning && l.Message.Contains("DATABASE_UNAVAILABLE", StringComparison.Ordinal));

        Task<ProbeResponse> CallAsync(string behaviour) => host.Client.CallAsync(new ProbeRequest { Behaviour = behaviour }, ProbeHost.Bearer(), cancellationToken: Token).ResponseAsync;
    }

    public void Dispose() => _timeout.Dispose();
}
