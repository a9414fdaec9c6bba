using System.Globalization;
using System.Text;
using ContactPlatform.ServiceDefaults.Hosting;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>
/// Refuses messages that cannot be read. gRPC reads a call's only message before it calls any interceptor, so there it is
/// the pipeline that gives the answer its details; a stream's messages are read within the call.
/// </summary>
internal static class RequestMessages
{
    /// <summary>Largest request message in bytes: an upload's 1 MiB and its frame.</summary>
    public const int MaximumBytes = (1 << 20) + (64 << 10);

    /// <summary>Has calls refused with details whose message gRPC could not read.</summary>
    public static void UseRequestMessages(this WebApplication app)
    {
        var service = app.Services.GetRequiredService<ServiceName>().Value;
        app.Use(async (context, next) =>
        {
            await next(context);
            // Nothing is sent yet, and what the interceptors refuse has its details.
            if (!context.Response.HasStarted && context.Features.Get<IServerCallContextFeature>()?.ServerCallContext is { Status.StatusCode: not StatusCode.OK } call
                && !context.Response.Headers.ContainsKey(RpcErrors.DetailsTrailer) && Find(call.Status) is { } refusal)
            {
                var answer = refusal.ToRpc(service);
                // The message is plain ASCII, which the header's encoding leaves as it is.
                context.Response.Headers["grpc-status"] = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
                context.Response.Headers["grpc-message"] = answer.Status.Detail;
                context.Response.Headers[RpcErrors.DetailsTrailer] = Convert.ToBase64String(answer.Trailers.GetValueBytes(RpcErrors.DetailsTrailer)!);
            }
        });
    }

    private static Refusal? Find(Status status) => Find(status.DebugException ?? new RpcException(status));

    private static Refusal? Find(Exception exception) => exception switch
    {
        InvalidProtocolBufferException or DecoderFallbackException => new Refusal(CommonReasons.MessageMalformed, "the request is not a message of the method's request type, in protobuf's binary form with texts in UTF-8"),
        RpcException { StatusCode: StatusCode.ResourceExhausted } => new Refusal(CommonReasons.LimitExceeded, string.Create(CultureInfo.InvariantCulture, $"the request message has more than {MaximumBytes} bytes"))
            .With("field", "").With("limit", MaximumBytes),
        _ => null,
    };

    /// <summary>A stream of messages that refuses those which cannot be read.</summary>
    public sealed class Reader<T>(IAsyncStreamReader<T> messages) : IAsyncStreamReader<T>
    {
        /// <inheritdoc/>
        public T Current => messages.Current;

        /// <inheritdoc/>
        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await messages.MoveNext(cancellationToken);
            }
            catch (Exception e) when (Find(e) is { } refusal)
            {
                throw new RefusalException(refusal, e);
            }
            catch (IOException e)
            {
                throw new CallerGoneException(e);
            }
        }
    }
}

/// <summary>A caller left in the middle of its messages. That its call is cancelled is known a moment later.</summary>
internal sealed class CallerGoneException(IOException cause) : Exception("the caller left in the middle of its messages", cause);
