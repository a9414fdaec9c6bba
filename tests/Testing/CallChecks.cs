using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Rpc;
using Grpc.Core;
using Shouldly;

namespace ContactPlatform.Testing;

/// <summary>What tests of every service expect of calls.</summary>
public static class CallChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience);
            // A look is a call, which costs both sides a millisecond.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Asserts that a call is refused, and returns what it was told.</summary>
    public static async Task<ErrorInfo> RefusedAsync(StatusCode code, string reason, Func<Task> call)
    {
        var error = await Should.ThrowAsync<RpcException>(call);
        error.Reason().ShouldBe(reason, error.ToString());
        error.StatusCode.ShouldBe(code);
        return error.Detail<ErrorInfo>()!;
    }

    /// <summary>Asserts that a call is refused for malformed fields, and returns which.</summary>
    public static async Task<List<string>> MalformedAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<RpcException>(call);
        error.Reason().ShouldBe("INVALID_FIELD", error.ToString());
        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        return [.. error.Detail<BadRequest>()!.FieldViolations.Select(v => v.Field)];
    }
}
