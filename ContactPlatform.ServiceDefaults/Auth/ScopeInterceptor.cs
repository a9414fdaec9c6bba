using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>Lets a call pass only with a good token that carries the method's scope, and says whose data it may see.</summary>
public sealed class ScopeInterceptor(ScopeTable table) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(context);
        return await continuation(request, context);
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(context);
        return await continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(context);
        await continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(context);
        await continuation(requestStream, responseStream, context);
    }

    private async Task CheckAsync(ServerCallContext context)
    {
        if (table.Required.GetValueOrDefault(context.Method) is ScopeTable.Open)
        {
            return;
        }
        var http = context.GetHttpContext();
        var result = await http.AuthenticateAsync();
        if (!result.Succeeded)
        {
            if (result.Failure is not null && await KeysAreAwayAsync(context))
            {
                throw new RefusalException(new Refusal(CommonReasons.ServiceUnavailable, "the keys that check tokens cannot be read now; try again") { RetryAfter = TimeSpan.FromSeconds(1) });
            }
            throw new RefusalException(result.Failure is { } failure
                ? new Refusal(CommonReasons.TokenInvalid, "the bearer token is not valid").With("problem", Problem(failure))
                : new Refusal(CommonReasons.TokenMissing, "the call carries no bearer token").With("allowed", "authorization: Bearer <token>"));
        }
        http.User = result.Principal;
        var required = table.Required.GetValueOrDefault(context.Method) ?? throw new InvalidOperationException($"{context.Method} has no scope");
        ScopeTable.Require(result.Principal, required);
        var account = Caller.Of(result.Principal).AccountId;
        if (account <= 0 && required != Scopes.ChangesRead)
        {
            throw new RefusalException(new Refusal(CommonReasons.TokenInvalid, "the token names no account").With("problem", "no account_id"));
        }
        context.Service<CurrentAccount>().Id = account;
    }

    /// <summary>Keys that could never be read yet are no fault of the token.</summary>
    private static async Task<bool> KeysAreAwayAsync(ServerCallContext context)
    {
        var options = context.Service<IOptionsMonitor<JwtBearerOptions>>();
        var scheme = AuthExtensions.SchemeOf(context.GetHttpContext());
        if (options.Get(scheme).ConfigurationManager is not { } keys)
        {
            return false;
        }
        try
        {
            await keys.GetConfigurationAsync(context.CancellationToken);
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>Says what is wrong with a token in one word; the library's own messages tell more than a stranger should know.</summary>
    private static string Problem(Exception failure) => failure switch
    {
        SecurityTokenExpiredException => "expired",
        SecurityTokenNotYetValidException => "not yet valid",
        SecurityTokenInvalidIssuerException => "issuer",
        SecurityTokenInvalidAudienceException => "audience",
        SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidAlgorithmException => "signature",
        _ => "malformed",
    };
}
