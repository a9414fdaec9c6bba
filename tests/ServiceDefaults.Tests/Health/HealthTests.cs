using System.Net;
using ContactPlatform.ServiceDefaults.Health;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.Testing;
using Google.Protobuf;
using Grpc.Core;
using Status = ContactPlatform.ServiceDefaults.Health.HealthCheckResponse.Types.ServingStatus;

namespace ContactPlatform.ServiceDefaults.Tests.Health;

public sealed class HealthTests : IDisposable
{
    private static readonly Method<HealthCheckRequest, HealthCheckResponse> _check = Standard(MethodType.Unary, "Check");
    private static readonly Method<HealthCheckRequest, HealthCheckResponse> _watch = Standard(MethodType.ServerStreaming, "Watch");
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private CancellationToken Token => _timeout.Token;

    [Fact]
    public async Task Health_follows_the_database_over_HTTP_and_gRPC_without_a_token()
    {
        await using var server = await PostgresServer.StartAsync(Token);
        await using var host = await ProbeHost.StartAsync(await ProbeHost.CreateDatabaseAsync(server, Token), await TestServers.RedisAsync(), "", Token);
        using var http = new HttpClient { BaseAddress = host.Http };
        (await http.GetAsync("/health", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/alive", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await CheckAsync(host, "")).ShouldBe(Status.Serving);
        (await CheckAsync(host, ProbeEndpoint.Name)).ShouldBe(Status.Serving);
        (await CheckAsync(host, "grpc.health.v1.Health")).ShouldBe(Status.Serving);
        (await Should.ThrowAsync<RpcException>(() => CheckAsync(host, "unknown.Service"))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(() => CheckAsync(host, "contactplatform.probe.v1.Probe"))).StatusCode.ShouldBe(StatusCode.NotFound);

        using var watch = Watch(host, ProbeEndpoint.Name);
        (await NextAsync(watch)).ShouldBe(Status.Serving);
        using var unknown = Watch(host, "unknown.Service");
        (await NextAsync(unknown)).ShouldBe(Status.ServiceUnknown);

        await server.DisposeAsync();
        (await http.GetAsync("/health", Token)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.GetAsync("/alive", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await CheckAsync(host, "")).ShouldBe(Status.NotServing);
        (await NextAsync(watch)).ShouldBe(Status.NotServing);
        host.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_is_silent_is_not_waited_for()
    {
        await using var server = await PostgresServer.StartAsync(Token);
        await using var host = await ProbeHost.StartAsync(await ProbeHost.CreateDatabaseAsync(server, Token), await TestServers.RedisAsync(), "", Token);
        (await CheckAsync(host, "")).ShouldBe(Status.Serving);
        await using var locker = new SilentDatabase(server);
        await locker.SilenceAsync();
        var started = TimeProvider.System.GetTimestamp();
        (await CheckAsync(host, "")).ShouldBe(Status.NotServing);
        // The driver's own patience is half a minute.
        TimeProvider.System.GetElapsedTime(started).TotalSeconds.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task A_lock_server_that_is_away_does_not_make_a_service_unhealthy()
    {
        await using var host = await ProbeHost.StartAsync(await ProbeHost.CreateDatabaseAsync(null, Token), $"127.0.0.1:{FreePort.Next()}", "", Token);
        (await CheckAsync(host, "")).ShouldBe(Status.Serving);
    }

    [Fact]
    public async Task A_call_that_would_never_end_is_told_when_the_service_stops()
    {
        await using var host = await ProbeHost.StartAsync(await ProbeHost.CreateDatabaseAsync(null, Token), await TestServers.RedisAsync(), "", Token);
        using var watch = Watch(host, ProbeEndpoint.Name);
        (await NextAsync(watch)).ShouldBe(Status.Serving);
        var end = await Should.ThrowAsync<RpcException>(() => Task.WhenAll(host.StopAsync(), NextAsync(watch)));
        end.StatusCode.ShouldBe(StatusCode.Unavailable);
        end.Status.Detail.ShouldBe("probe is stopping; call again");
        host.Logs.Errors.ShouldBeEmpty();
    }

    public void Dispose() => _timeout.Dispose();

    private static Method<HealthCheckRequest, HealthCheckResponse> Standard(MethodType type, string name) => new(
        type, "grpc.health.v1.Health", name,
        Marshallers.Create(m => m.ToByteArray(), HealthCheckRequest.Parser.ParseFrom),
        Marshallers.Create(m => m.ToByteArray(), HealthCheckResponse.Parser.ParseFrom));

    private async Task<Status> CheckAsync(ProbeHost host, string service) =>
        (await host.Channel.CreateCallInvoker().AsyncUnaryCall(_check, null, new CallOptions(cancellationToken: Token), new HealthCheckRequest { Service = service })).Status;

    private AsyncServerStreamingCall<HealthCheckResponse> Watch(ProbeHost host, string service) =>
        host.Channel.CreateCallInvoker().AsyncServerStreamingCall(_watch, null, new CallOptions(cancellationToken: Token), new HealthCheckRequest { Service = service });

    private async Task<Status> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        (await watch.ResponseStream.MoveNext(Token)).ShouldBeTrue();
        return watch.ResponseStream.Current.Status;
    }

    /// <summary>Freezes the processes of a PostgreSQL that serve connections, and thaws them.</summary>
    private sealed class SilentDatabase(PostgresServer server) : IAsyncDisposable
    {
        private readonly List<int> _frozen = [];

        public async Task SilenceAsync()
        {
            await using var connection = new Npgsql.NpgsqlConnection(server.ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                _frozen.Add(reader.GetInt32(0));
            }
            await SendAsync("STOP");
        }

        public ValueTask DisposeAsync() => new(SendAsync("CONT"));

        private async Task SendAsync(string signal)
        {
            foreach (var pid in _frozen)
            {
                await using var kill = ChildProcess.Start("kill", [$"-{signal}", $"{pid}"]);
                await kill.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}
