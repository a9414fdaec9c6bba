using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>Tells bulk work of single calls; streams are bulk themselves, or wait.</summary>
public sealed class RightOfWayInterceptor(RightOfWay rightOfWay) : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        rightOfWay.Called();
        return continuation(request, context);
    }
}
