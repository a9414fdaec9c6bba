using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Tests.Errors;

public sealed class ErrorTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private ProbeHost Host => fixture.Host;

    private CancellationToken Token => _timeout.Token;

    [Fact]
    public async Task A_refusal_travels_with_one_ErrorInfo_and_what_belongs_to_its_code()
    {
        var violations = new Violations();
        violations.Add("contact.email", "has no domain; expected local@domain");
        violations.Add("contact_ids[3]", "is 0; expected a positive id");
        var malformed = await RefusedAsync(violations.Refusal());
        malformed.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        malformed.Reason().ShouldBe("INVALID_FIELD");
        malformed.Detail<ErrorInfo>()!.Domain.ShouldBe("probe.contactplatform");
        malformed.Detail<BadRequest>()!.FieldViolations.Select(v => (v.Field, v.Description))
            .ShouldBe([("contact.email", "has no domain; expected local@domain"), ("contact_ids[3]", "is 0; expected a positive id")]);
        malformed.Detail<RetryInfo>().ShouldBeNull();

        var busy = await RefusedAsync(FaultTable.Locks().With("lock", "label:1:77"));
        busy.StatusCode.ShouldBe(StatusCode.Unavailable);
        busy.Detail<ErrorInfo>()!.Metadata["lock"].ShouldBe("label:1:77");
        busy.Detail<RetryInfo>()!.RetryDelay.ToTimeSpan().ShouldBe(TimeSpan.FromSeconds(2));
        busy.Detail<PreconditionFailure>().ShouldBeNull();

        var state = await RefusedAsync(new Refusal(CommonReasons.RunEnded, "ended ’ü").From("SUCCEEDED", "cancel", "QUEUED,RUNNING"));
        state.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        state.Status.Detail.ShouldBe("ended ’ü");
        state.Detail<ErrorInfo>()!.Metadata.ShouldBe(new Dictionary<string, string> { ["from"] = "SUCCEEDED", ["action"] = "cancel", ["allowed"] = "QUEUED,RUNNING" }, ignoreOrder: true);
        var violation = state.Detail<PreconditionFailure>()!.Violations.ShouldHaveSingleItem();
        (violation.Type, violation.Subject).ShouldBe(("RUN_ENDED", "SUCCEEDED"));
        foreach (var error in new[] { malformed, busy, state })
        {
            error.Details()!.Details.Count(d => d.Is(ErrorInfo.Descriptor)).ShouldBe(1);
            error.Details()!.Code.ShouldBe((int)error.StatusCode);
        }
    }

    [Fact]
    public async Task A_thousand_violations_still_fit_into_a_trailer()
    {
        var violations = new Violations();
        for (var i = 0; i < 1000; i++)
        {
            violations.Add($"contacts[{i}].email", "has no domain; expected local@domain ’");
        }
        var error = await RefusedAsync(violations.Refusal());
        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.Detail<BadRequest>()!.FieldViolations.Count.ShouldBe(50);
        // Other languages' clients take 8 to 16 KB of metadata unless told otherwise.
        error.Trailers.Sum(t => t.Key.Length + (t.IsBinary ? t.ValueBytes.Length * 4 / 3 : t.Value.Length)).ShouldBeLessThan(8 << 10);
    }

    [Fact]
    public async Task A_bug_tells_a_trace_id_only_and_is_logged_once()
    {
        await using var host = await StartAsync();
        host.Behaviours["bug"] = (_, _) => throw new FormatException("secret detail");
        foreach (var call in Shapes(host, "bug"))
        {
            var before = host.Logs.Errors.Count();
            var error = await Should.ThrowAsync<RpcException>(call);
            error.StatusCode.ShouldBe(StatusCode.Internal);
            error.Reason().ShouldBe("INTERNAL");
            error.ToString().ShouldNotContain("secret");
            var trace = error.Detail<ErrorInfo>()!.Metadata.ShouldHaveSingleItem();
            trace.Key.ShouldBe("trace_id");
            error.Status.Detail.ShouldBe($"internal error; trace {trace.Value}");
            host.Logs.Errors.Skip(before).ShouldHaveSingleItem().Exception.ShouldBeOfType<FormatException>();
        }
    }

    [Fact]
    public async Task A_refusal_is_the_same_from_every_shape_of_call_and_no_error_in_the_log()
    {
        await using var host = await StartAsync();
        host.Behaviours["no"] = (_, _) => throw new RefusalException(new Refusal(CommonReasons.RunNotFound, "no").With("run_id", 7));
        foreach (var call in Shapes(host, "no"))
        {
            var error = await Should.ThrowAsync<RpcException>(call);
            (error.StatusCode, error.Reason()).ShouldBe((StatusCode.NotFound, "RUN_NOT_FOUND"));
        }
        host.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_error()
    {
        await using var host = await StartAsync();
        var started = new SemaphoreSlim(0);
        var ended = new SemaphoreSlim(0);
        host.Behaviours["wait"] = async (context, _) =>
        {
            started.Release();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }
            finally
            {
                ended.Release();
            }
            return new ProbeResponse();
        };
        // What breaks because of it may be any exception, such as the database's.
        host.Behaviours["break"] = async (context, _) =>
        {
            started.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.Release();
            throw new InvalidOperationException("broke because of it");
        };
        foreach (var behaviour in new[] { "wait", "break" })
        {
            using var cancel = new CancellationTokenSource();
            var call = host.Client.CallAsync(new ProbeRequest { Behaviour = behaviour }, ProbeHost.Bearer(), cancellationToken: cancel.Token);
            await started.WaitAsync(Token);
            await cancel.CancelAsync();
            (await Should.ThrowAsync<RpcException>(call.ResponseAsync)).StatusCode.ShouldBe(StatusCode.Cancelled);
            await ended.WaitAsync(Token);

            var late = await Should.ThrowAsync<RpcException>(host.Client.CallAsync(new ProbeRequest { Behaviour = behaviour }, ProbeHost.Bearer(),
                deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(0.3)).ResponseAsync);
            late.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
            await started.WaitAsync(Token);
            await ended.WaitAsync(Token);
        }
        // Uploads that their callers break off while the service reads them. Many: that the messages broke off is known before the call is cancelled, by less than a millisecond.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var cancel = new CancellationTokenSource();
                using var upload = host.Client.Upload(ProbeHost.Bearer(), cancellationToken: cancel.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
                await cancel.CancelAsync();
            }
        }));
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Token);
        host.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_service_that_is_away_or_late_is_unavailable()
    {
        Host.Behaviours["away"] = (_, _) => throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "no route to 10.0.0.7"));
        Host.Behaviours["late"] = (_, _) => throw new RpcException(new Grpc.Core.Status(StatusCode.DeadlineExceeded, ""));
        foreach (var behaviour in new[] { "away", "late" })
        {
            var error = await Should.ThrowAsync<RpcException>(CallAsync(Host, behaviour));
            (error.StatusCode, error.Reason()).ShouldBe((StatusCode.Unavailable, "SERVICE_UNAVAILABLE"));
            error.Status.Detail.ShouldNotContain("10.0.0.7");
        }
    }

    [Fact]
    public async Task A_method_without_an_implementation_is_UNIMPLEMENTED()
    {
        var error = await Should.ThrowAsync<RpcException>(Host.Client.NotImplementedAsync(new ProbeRequest(), ProbeHost.Bearer()).ResponseAsync);
        error.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    public void Dispose() => _timeout.Dispose();

    private async Task<ProbeHost> StartAsync() => await ProbeHost.StartAsync(fixture.Database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);

    private async Task<RpcException> RefusedAsync(Refusal refusal)
    {
        Host.Behaviours["refuse"] = (_, _) => throw new RefusalException(refusal);
        return await Should.ThrowAsync<RpcException>(CallAsync(Host, "refuse"));
    }

    private Task<ProbeResponse> CallAsync(ProbeHost host, string behaviour) =>
        host.Client.CallAsync(new ProbeRequest { Behaviour = behaviour }, ProbeHost.Bearer(), cancellationToken: Token).ResponseAsync;

    /// <summary>The four shapes of call.</summary>
    private IEnumerable<Func<Task>> Shapes(ProbeHost host, string behaviour)
    {
        var request = new ProbeRequest { Behaviour = behaviour };
        yield return () => CallAsync(host, behaviour);
        yield return async () =>
        {
            using var call = host.Client.Upload(ProbeHost.Bearer(), cancellationToken: Token);
            await call.RequestStream.WriteAsync(request, Token);
            await call.ResponseAsync;
        };
        yield return async () =>
        {
            using var call = host.Client.Download(request, ProbeHost.Bearer(), cancellationToken: Token);
            await call.ResponseStream.MoveNext(Token);
        };
        yield return async () =>
        {
            using var call = host.Client.Talk(ProbeHost.Bearer(), cancellationToken: Token);
            await call.RequestStream.WriteAsync(request, Token);
            await call.ResponseStream.MoveNext(Token);
        };
    }
}
