using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Tests.Support;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Tests.Errors;

/// <summary>Messages that gRPC cannot read, in calls of every shape: each refused with its details, none an error of the service.</summary>
public sealed class RequestMessagesTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>
{
    private static readonly Marshaller<byte[]> Bytes = new(b => b, b => b);

    public static TheoryData<string> Malformed => new("FF", "0A05", "0A02FF41", "0A03EDA080", "0A02C080", "08", "00", "0B");

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Bytes_that_are_no_message_are_refused_as_such(string hex)
    {
        foreach (var error in await RefusedAsync(Convert.FromHexString(hex)))
        {
            (error.StatusCode, error.Reason()).ShouldBe((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"));
            error.Detail<ErrorInfo>()!.Domain.ShouldBe("probe.contactplatform");
            error.Status.Detail.ShouldStartWith("the request is not a message");
            error.Details()!.Message.ShouldBe(error.Status.Detail);
        }
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_with_the_limit()
    {
        foreach (var error in await RefusedAsync(new byte[2 << 20]))
        {
            (error.StatusCode, error.Reason()).ShouldBe((StatusCode.ResourceExhausted, "LIMIT_EXCEEDED"));
            error.Detail<ErrorInfo>()!.Metadata["limit"].ShouldBe($"{(1 << 20) + (64 << 10)}");
        }
    }

    [Fact]
    public async Task A_message_of_fields_that_are_not_known_is_read()
    {
        fixture.Host.Behaviours[""] = (_, _) => Task.FromResult(new V1.ProbeResponse());
        await Invoker.AsyncUnaryCall(Of(MethodType.Unary, "Call"), null, new CallOptions(ProbeHost.Bearer()), Convert.FromHexString("A00601"));
    }

    private CallInvoker Invoker => fixture.Host.Channel.CreateCallInvoker();

    /// <summary>The answers to a message in a call of each shape.</summary>
    private async Task<IReadOnlyList<RpcException>> RefusedAsync(byte[] message)
    {
        var (before, options) = (fixture.Host.Logs.Errors.Count(), new CallOptions(ProbeHost.Bearer()));
        List<RpcException> errors =
        [
            await Should.ThrowAsync<RpcException>(async () => await Invoker.AsyncUnaryCall(Of(MethodType.Unary, "Call"), null, options, message)),
            await Should.ThrowAsync<RpcException>(async () =>
            {
                using var call = Invoker.AsyncClientStreamingCall(Of(MethodType.ClientStreaming, "Upload"), null, options);
                await WriteAsync(call.RequestStream, message);
                await call;
            }),
            await Should.ThrowAsync<RpcException>(async () =>
            {
                using var call = Invoker.AsyncServerStreamingCall(Of(MethodType.ServerStreaming, "Download"), null, options, message);
                await call.ResponseStream.MoveNext();
            }),
            await Should.ThrowAsync<RpcException>(async () =>
            {
                using var call = Invoker.AsyncDuplexStreamingCall(Of(MethodType.DuplexStreaming, "Talk"), null, options);
                await WriteAsync(call.RequestStream, message);
                await call.ResponseStream.MoveNext();
            }),
        ];
        fixture.Host.Logs.Errors.Skip(before).ShouldBeEmpty();
        return errors;
    }

    private static async Task WriteAsync(IClientStreamWriter<byte[]> stream, byte[] message)
    {
        try
        {
            await stream.WriteAsync(message);
        }
        catch (RpcException)
        {
            // The service has answered before it had it all; its answer is what is looked at.
        }
    }

    private static Method<byte[], byte[]> Of(MethodType type, string name) => new(type, ProbeEndpoint.Name, name, Bytes, Bytes);
}
