using System.Runtime.CompilerServices;
using Grpc.Core;

namespace ContactPlatform.Cli;

/// <summary>Follows something that goes on by itself, also across the death of the service that tells about it.</summary>
internal static class Watching
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Yields what the stream says, opening it anew when it breaks; never ends by itself.</summary>
    /// <param name="open">Opens the stream, whose first message is the present state.</param>
    /// <param name="interrupted">Told when the stream broke, before it is opened anew.</param>
    /// <param name="cancellationToken">Ends the watching, not what is watched.</param>
    /// <exception cref="RpcException">The service refused, or stayed away for two minutes.</exception>
    public static async IAsyncEnumerable<T> FollowAsync<T>(
        Func<AsyncServerStreamingCall<T>> open, Action interrupted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heard = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var call = open();
            while (true)
            {
                try
                {
                    if (!await call.ResponseStream.MoveNext(cancellationToken))
                    {
                        break;
                    }
                }
                catch (RpcException e) when (Failures.Passes(e) && TimeProvider.System.GetElapsedTime(heard) < _patience)
                {
                    interrupted();
                    break;
                }

                heard = TimeProvider.System.GetTimestamp();
                yield return call.ResponseStream.Current;
            }

            await Task.Delay(_pause, TimeProvider.System, cancellationToken);
        }
    }
}
