using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Bench;

/// <summary>Takes transmissions as Deliverability does, answers at once, and sends nothing.</summary>
internal sealed class NullSender : TransmissionService.TransmissionServiceBase, IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _recipients;

    private NullSender()
    {
        var port = FreePort.Next();
        Address = new Uri($"http://127.0.0.1:{port}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(this).AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<NullSender>();
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Recipients so far.</summary>
    public long Recipients => Interlocked.Read(ref _recipients);

    /// <summary>Starts one.</summary>
    public static async Task<NullSender> StartAsync(CancellationToken cancellationToken)
    {
        var sender = new NullSender();
        await sender._app.StartAsync(cancellationToken);
        return sender;
    }

    /// <inheritdoc/>
    public override Task<CreateTransmissionResponse> CreateTransmission(CreateTransmissionRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateTransmissionResponse { Transmission = new() { TransmissionId = Interlocked.Add(ref _recipients, request.Recipients.Count) } });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
