using System.Runtime.CompilerServices;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Times;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>
/// Calls another service under this service's own name: what is not known here yet has to be found out whatever scopes the
/// caller has, and the answer must not depend on how far a feed has come.
/// </summary>
/// <param name="name">The other service's name, as people write it.</param>
/// <param name="tokens">Gives the tokens.</param>
/// <param name="time">The clock.</param>
public abstract class ServiceCalls(string name, ServiceTokens tokens, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Makes a unary call for an account, answered within 5 s.</summary>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: the other service does not answer.</exception>
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
                return await call(new CallOptions(headers, time.Machine().GetUtcNow().UtcDateTime + Limit, cancellationToken));
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded && !cancellationToken.IsCancellationRequested)
            {
                throw Away(name, e);
            }
        }
    }

    /// <summary>Reads a stream whose last part says that it is complete, a part in memory at a time, as long as it takes.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="call">Opens the stream.</param>
    /// <param name="isLast">Whether a part says so.</param>
    /// <param name="refusal">What an error of the other service means; null when it means that it is away.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">What refusal returns; SERVICE_UNAVAILABLE: the other service does not answer, or stopped before the end.</exception>
    public async IAsyncEnumerable<T> PartsAsync<T>(
        long accountId, Func<CallOptions, AsyncServerStreamingCall<T>> call, Func<T, bool> isLast, Func<RpcException, Refusal?> refusal, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stream = call(new CallOptions(await HeadersAsync(accountId, cancellationToken), cancellationToken: cancellationToken));
        var complete = false;
        while (await NextAsync())
        {
            complete = isLast(stream.ResponseStream.Current);
            yield return stream.ResponseStream.Current;
        }
        if (!complete)
        {
            throw Away(name, null);
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await stream.ResponseStream.MoveNext(cancellationToken);
            }
            catch (RpcException e) when (refusal(e) is { } known)
            {
                throw new RefusalException(known, e);
            }
            // What is called invalid is a mistake of the caller's program, and does not pass.
            catch (RpcException e) when (e.StatusCode != StatusCode.InvalidArgument && !cancellationToken.IsCancellationRequested)
            {
                Forget(accountId, e);
                throw Away(name, e);
            }
        }
    }

    /// <summary>Returns call headers for an account; 0 for the change feed.</summary>
    public Task<Metadata> HeadersAsync(long accountId, CancellationToken cancellationToken) => tokens.HeadersAsync(accountId, cancellationToken);

    /// <summary>Drops an account's token when it is no longer taken, so that the next call gets another.</summary>
    public void Forget(long accountId, Exception exception)
    {
        if (exception is RpcException { StatusCode: StatusCode.Unauthenticated })
        {
            tokens.Forget(accountId);
        }
    }

    /// <summary>The refusal while a service does not answer, or stopped in the middle of an answer.</summary>
    protected static RefusalException Away(string name, Exception? cause) =>
        new(new Refusal(CommonReasons.ServiceUnavailable, $"{name} does not answer; try again") { RetryAfter = TimeSpan.FromSeconds(1) }.With("service", name.ToLowerInvariant()), cause);
}

/// <summary>Calls Contacts.</summary>
/// <param name="tokens">Gives the tokens.</param>
/// <param name="time">The clock.</param>
public sealed class ContactsCalls(ServiceTokens tokens, TimeProvider time) : ServiceCalls(Name, tokens, time)
{
    private const string Name = "Contacts";

    /// <summary>The refusal while Contacts does not answer, or stopped in the middle of an answer.</summary>
    public static RefusalException Away(Exception? cause) => Away(Name, cause);
}

/// <summary>Calls Deliverability.</summary>
/// <param name="tokens">Gives the tokens.</param>
/// <param name="time">The clock.</param>
public sealed class DeliverabilityCalls(ServiceTokens tokens, TimeProvider time) : ServiceCalls("Deliverability", tokens, time);
