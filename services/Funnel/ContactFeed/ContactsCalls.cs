using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Funnel.ContactFeed;

/// <summary>
/// Calls Contacts under Funnel's own name: what Funnel does not know yet it has to find out whatever scopes the caller
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
            return await WithTokenAsync(accountId, async headers =>
                await call(new CallOptions(headers, time.GetUtcNow().UtcDateTime + Limit, cancellationToken)), cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Away(e);
        }
    }

    /// <summary>Does something with a token for an account; once more with a new one when Contacts no longer takes it.</summary>
    public async Task<T> WithTokenAsync<T>(long accountId, Func<Metadata, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(await tokens.HeadersAsync(accountId, cancellationToken));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
        {
            tokens.Forget(accountId);
            return await call(await tokens.HeadersAsync(accountId, cancellationToken));
        }
    }

    /// <summary>The refusal while Contacts does not answer, or stopped in the middle of an answer.</summary>
    public static RefusalException Away(Exception? cause) =>
        new(new Refusal(CommonReasons.ServiceUnavailable, "Contacts does not answer; try again") { RetryAfter = TimeSpan.FromSeconds(1) }.With("service", "contacts"), cause);
}
