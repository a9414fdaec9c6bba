using Aspire.DashboardService.Proto.V1;
using Grpc.Core;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>One application for all: what it starts, with what, and what the dashboard is told of it.</summary>
public sealed class ResourceTests(ResourceTests.Stack fixture) : IClassFixture<ResourceTests.Stack>
{
    private EchoStack Echo => fixture.Echo;

    [Fact]
    public void What_waits_for_health_does_not_start_before()
    {
        fixture.WhileUnhealthy["back"].ShouldBe("Running");
        fixture.WhileUnhealthy["front-end"].ShouldBe("Waiting");
        Echo.Replicas("front-end").Select(r => r.State).ShouldBe(["Running", "Running"]);
    }

    [Fact]
    public async Task References_become_variables_under_both_names()
    {
        var front = await Echo.EnvironmentAsync("front-end");
        var back = await Echo.EnvironmentAsync("back");
        front["services__back__http__0"].ShouldBe(Echo.The("back").Urls[0].FullUrl);
        front["BACK_HTTP"].ShouldBe(front["services__back__http__0"]);
        front["services__disk__tcp__0"].ShouldBe($"tcp://localhost:{Echo.DiskPort}");
        back["services__front-end__http__0"].ShouldBe(Echo.Replicas("front-end")[0].Urls[0].FullUrl);
        back["FRONT_END_HTTP"].ShouldBe(back["services__front-end__http__0"]);
        back["ConnectionStrings__store"].ShouldBe($"Host=localhost;Port={Echo.DiskPort};Password=a-secret-value");
    }

    [Fact]
    public async Task Variables_can_be_made_of_addresses_and_by_code()
    {
        var front = await Echo.EnvironmentAsync("front-end");
        front["BACK_URL"].ShouldBe(Echo.The("back").Urls[0].FullUrl);
        front["DISK"].ShouldBe($"localhost:{Echo.DiskPort} as tcp");
        front["NAMES_SO_FAR"].Split(' ').ShouldContain("BACK_URL");
    }

    [Fact]
    public async Task A_process_gets_its_arguments_parameters_and_where_to_send_telemetry()
    {
        var variables = await Echo.EnvironmentAsync("front-end");
        using var client = Echo.Client("front-end");
        (await client.GetStringAsync("arguments", Echo.End)).ShouldBe("""["one","two words"]""");
        variables["THE_SECRET"].ShouldBe("a-secret-value");
        variables["OTEL_SERVICE_NAME"].ShouldBe("front-end");
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"].ShouldBe(Echo.Otlp);
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"].ShouldBe("grpc");
        variables["OTEL_EXPORTER_OTLP_HEADERS"].ShouldStartWith("x-otlp-api-key=");
        variables["OTEL_RESOURCE_ATTRIBUTES"].ShouldBeOneOf(
            [.. Echo.Replicas("front-end").Select(r => "service.instance.id=" + r.Name["front-end-".Length..])]);
    }

    [Fact]
    public async Task What_is_meant_for_the_AppHost_is_not_inherited_and_the_rest_is()
    {
        var variables = await Echo.EnvironmentAsync("front-end");
        variables.ShouldNotContainKey("ASPNETCORE_URLS");
        variables.ShouldNotContainKey("DOTNET_ENVIRONMENT");
        variables.ShouldContainKey("STACK_MARK");
    }

    [Fact]
    public void States_tell_how_a_start_went()
    {
        Echo.The("missing").State.ShouldBe("FailedToStart");
        Echo.The("once").State.ShouldBe("Finished");
        Echo.The("once").Properties.Single(p => p.Name == "resource.exitCode").Value.NumberValue.ShouldBe(3);
        Echo.The("after-once").State.ShouldBe("Running");
        Echo.The("never").State.ShouldBe("FailedToStart");
        Echo.The("later").State.ShouldBe("NotStarted");
    }

    [Fact]
    public void A_resource_shows_its_kind_addresses_health_and_relations()
    {
        var back = Echo.The("back");
        back.ResourceType.ShouldBe("Project");
        back.Name.ShouldMatch("^back-[a-z]{8}$");
        back.Urls.Single().EndpointName.ShouldBe("http");
        back.HealthReports.Single().Key.ShouldBe("back_http_/health_200_check");
        back.Relationships.Select(r => $"{r.Type} {r.ResourceName}").ShouldBe(["Reference store", "Reference front-end", "WaitFor disk"], ignoreOrder: true);
        back.Environment.Single(v => v.Name == "ECHO_HEALTHY").IsFromSpec.ShouldBeTrue();
        back.Environment.Single(v => v.Name == "STACK_MARK").IsFromSpec.ShouldBeFalse();
        Echo.The("disk").ResourceType.ShouldBe("Executable");
        Echo.Replicas("front-end")[0].Urls.Select(u => u.DisplayProperties.DisplayName).ShouldBe(["", "Manual"]);
    }

    [Fact]
    public void Secrets_are_marked_as_such()
    {
        var secret = Echo.The("secret").Properties.Single(p => p.Name == "Value");
        secret.Value.StringValue.ShouldBe("a-secret-value");
        secret.IsSensitive.ShouldBeTrue();
        Echo.The("store").Properties.Single().IsSensitive.ShouldBeTrue();
    }

    [Fact]
    public async Task Console_logs_are_numbered_and_followed_and_tell_errors_apart()
    {
        var back = Echo.The("back");
        using var client = Echo.Client("back");
        await client.PostAsync("say?text=to-the-output", null, Echo.End);
        await client.PostAsync("complain?text=to-the-errors", null, Echo.End);
        using var logs = Echo.Dashboard.WatchResourceConsoleLogs(
            new WatchResourceConsoleLogsRequest { ResourceName = back.Name }, StandinStack.Headers, cancellationToken: Echo.End);
        var lines = new List<ConsoleLogLine>();
        await foreach (var update in logs.ResponseStream.ReadAllAsync(Echo.End))
        {
            lines.AddRange(update.LogLines);
            if (lines.Any(l => l.Text.EndsWith("Z to-the-output", StringComparison.Ordinal) && !l.IsStdErr)
                && lines.Any(l => l.Text.EndsWith("Z to-the-errors", StringComparison.Ordinal) && l.IsStdErr))
            {
                break;
            }
        }

        lines.Select(l => l.LineNumber).ShouldBe(Enumerable.Range(1, lines.Count));
    }

    [Fact]
    public async Task Console_logs_end_where_no_more_are_wanted()
    {
        using var logs = Echo.Dashboard.WatchResourceConsoleLogs(
            new WatchResourceConsoleLogsRequest { ResourceName = Echo.The("once").Name, SuppressFollow = true }, StandinStack.Headers, cancellationToken: Echo.End);
        var lines = await logs.ResponseStream.ReadAllAsync(Echo.End).ToListAsync(Echo.End);
        lines.SelectMany(u => u.LogLines).Select(l => l.Text[29..]).ShouldBe(["done", "The process ended with exit code 3"]);
    }

    [Fact]
    public async Task Logs_of_nobody_are_not_found()
    {
        using var logs = Echo.Dashboard.WatchResourceConsoleLogs(
            new WatchResourceConsoleLogsRequest { ResourceName = "back" }, StandinStack.Headers, cancellationToken: Echo.End);
        var refusal = await Should.ThrowAsync<RpcException>(() => logs.ResponseStream.MoveNext(Echo.End));
        refusal.StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task Interactions_can_be_watched_though_there_are_none()
    {
        using var call = Echo.Dashboard.WatchInteractions(StandinStack.Headers, cancellationToken: Echo.End);
        await call.ResponseHeadersAsync;
        var next = call.ResponseStream.MoveNext(Echo.End);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Echo.End);
        next.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_the_key_nothing_is_told()
    {
        var refusal = await Should.ThrowAsync<RpcException>(async () =>
            await Echo.Dashboard.GetApplicationInformationAsync(new ApplicationInformationRequest(), cancellationToken: Echo.End));
        refusal.StatusCode.ShouldBe(StatusCode.Unauthenticated);
        (await Echo.Dashboard.GetApplicationInformationAsync(new ApplicationInformationRequest(), StandinStack.Headers, cancellationToken: Echo.End))
            .ApplicationName.ShouldBe("ContactPlatform.EchoAppHost");
    }

    [Fact]
    public async Task The_dashboard_opens_to_its_token_only()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Echo.Frontend };
        await Echo.UntilAsync(async () =>
        {
            try
            {
                using var stranger = await client.GetAsync("/", Echo.End);
                stranger.Headers.Location!.ToString().ShouldContain("/login");
                return true;
            }
            catch (HttpRequestException)
            {
                // Still starting.
                return false;
            }
        });
        using var wrong = await client.GetAsync("/login?t=another-token", Echo.End);
        using var right = await client.GetAsync("/login?t=a-browser-token", Echo.End);
        wrong.Headers.Contains("Set-Cookie").ShouldBeFalse();
        right.Headers.Contains("Set-Cookie").ShouldBeTrue();
    }

    public sealed class Stack : IAsyncLifetime
    {
        public EchoStack Echo { get; private set; } = null!;

        public Dictionary<string, string> WhileUnhealthy { get; } = [];

        public async Task InitializeAsync()
        {
            Echo = await EchoStack.StartAsync();
            await Echo.WaitAsync("back", r => r.HealthReports.Any(h => h is { HasStatus: true, Status: HealthStatus.Unhealthy }));
            foreach (var name in (string[])["back", "front-end"])
            {
                WhileUnhealthy[name] = Echo.Replicas(name)[0].State;
            }

            await Echo.UpAsync();
            await Echo.WaitAsync("once", r => r.State == "Finished");
            await Echo.WaitAsync("never", r => r.State == "FailedToStart");
        }

        public async Task DisposeAsync() => await Echo.DisposeAsync();
    }
}
