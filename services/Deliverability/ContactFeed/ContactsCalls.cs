using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Deliverability.ContactFeed;

/// <summary>
/// Calls Contacts under Deliverability's own name: what Deliverability does not know yet it has to find out whatever scopes the caller
/// has, and the answer must not depend on how far the feed has come.
/// </summary>
public sealed class ContactsCalls(ServiceTokens tokens, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Makes a unary call for an account, answered within 5 s.</summary>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public async Task<T> AskAsync<T>(long accountId, Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await OnceAsync();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
        {
            // The token is no longer taken: once more with a new one.
            Forget(accountId, e);
            return await OnceAsync();
        }

        async Task<T> OnceAsync()
        {
            try
            {
                var headers = await HeadersAsync(accountId, cancellationToken);
                return await call(new CallOptions(headers, time.GetUtcNow().UtcDateTime + Limit, cancellationToken));
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded && !cancellationToken.IsCancellationRequested)
            {
                throw Away(e);
            }
        }
    }

    /// <summary>Returns call headers for an account; 0 for the change feed.</summary>
    public Task<Metadata> HeadersAsync(long accountId, CancellationToken cancellationToken) => tokens.HeadersAsync(accountId, cancellationToken);

    /// <summary>Drops an account's token when Contacts no longer takes it, so that the next call gets another.</summary>
    public void Forget(long accountId, Exception exception)
    {
        if (exception is RpcException { StatusCode: StatusCode.Unauthenticated })
        {
            tokens.Forget(accountId);
        }
    }

    /// <summary>The refusal while Contacts does not answer, or stopped in the middle of an answer.</summary>
    public static RefusalException Away(Exception? cause) =>
        new(new Refusal(CommonReasons.ServiceUnavailable, "Contacts does not answer; try again") { RetryAfter = TimeSpan.FromSeconds(1) }.With("service", "contacts"), cause);
}
