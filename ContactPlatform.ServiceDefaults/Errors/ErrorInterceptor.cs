using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Hosting;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>Sees every call from outside: refusals become details, faults become INTERNAL with nothing but a trace id.</summary>
public sealed partial class ErrorInterceptor(ServiceName service, ILogger<ErrorInterceptor> logger) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(new RequestMessages.Reader<TRequest>(requestStream), context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(new RequestMessages.Reader<TRequest>(requestStream), responseStream, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        // The caller's own leave comes first: whatever broke because of it is not our fault and no error.
        if (context.CancellationToken.IsCancellationRequested || exception is CallerGoneException)
        {
            var code = context.Deadline <= context.Clock().GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled;
            return new RpcException(new Status(code, code == StatusCode.Cancelled ? "the caller cancelled" : "the caller's deadline passed"));
        }
        if (exception is RpcException { StatusCode: StatusCode.Unimplemented } unimplemented)
        {
            return unimplemented;
        }
        if (FaultTable.Find(exception) is { } refusal)
        {
            if (exception is not RefusalException)
            {
                LogTransient(context.Method, refusal.Reason.Name, exception);
            }
            return refusal.ToRpc(service.Value);
        }
        LogFault(context.Method, exception);
        var trace = Activity.Current?.TraceId.ToString() ?? context.GetHttpContext().TraceIdentifier;
        return new Refusal(CommonReasons.Internal, $"internal error; trace {trace}").With("trace_id", trace).ToRpc(service.Value);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} answered {Reason}: a fault that passes by itself")]
    private partial void LogTransient(string method, string reason, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    private partial void LogFault(string method, Exception exception);
}
