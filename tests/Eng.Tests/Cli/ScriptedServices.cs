using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.LocalTools;
using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>The other end of the contracts, over a real connection, that says what a test tells it to.</summary>
internal sealed class ScriptedServices : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ScriptedServices(WebApplication application, string address)
    {
        _application = application;
        Address = address;
    }

    public string Address { get; }

    public Script Script => _application.Services.GetRequiredService<Script>();

    public static async Task<ScriptedServices> StartAsync()
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<Script>();
        var application = builder.Build();
        application.MapGrpcService<Access>();
        application.MapGrpcService<ScriptedLabels>();
        application.MapGrpcService<LabelRules>();
        application.MapGrpcService<Previews>();
        application.MapGrpcService<Undos>();
        application.MapGrpcService<Reports>();
        application.MapGrpcService<ScriptedSegments>();
        application.MapGrpcService<ScriptedBulk>();
        application.MapGrpcService<ScriptedViews>();
        application.MapGrpcService<ScriptedFields>();
        application.MapGrpcService<ScriptedProjections>();
        application.MapGrpcService<ScriptedSendability>();
        application.MapGrpcService<ScriptedTransmissions>();
        application.MapGrpcService<ScriptedMessages>();
        application.MapGrpcService<ScriptedSuppressions>();
        application.MapGrpcService<ScriptedTemplates>();
        application.MapGrpcService<ScriptedClassification>();
        application.MapGrpcService<ScriptedSequenceStatistics>();
        application.MapGrpcService<ScriptedConsistency>();
        ScriptedRecords.Map(application);
        ScriptedImports.Map(application);
        ScriptedWebhooks.Map(application);
        ScriptedSequences.Map(application);
        await application.StartAsync();
        return new ScriptedServices(application, $"http://localhost:{port}");
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>Runs the command line to its end as a process, as a person or a script gets it.</summary>
    /// <param name="address">Of all services.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <param name="input">What it reads on standard input.</param>
    public static async Task<ChildProcess> RunCliAsync(string address, string[] arguments, CancellationToken cancellationToken, string input = "")
    {
        var cli = StartCli(address, arguments, input);
        await cli.WaitForExitAsync(cancellationToken);
        return cli;
    }

    /// <summary>Starts the command line.</summary>
    public static ChildProcess StartCli(string address, string[] arguments, string input = "")
    {
        var assembly = Path.Combine(RepoRoot.Path, "eng", "cli", "bin", "Debug", "net10.0", "ContactPlatform.Cli.dll");
        return ChildProcess.StartDotNet(assembly, arguments, new Dictionary<string, string?>
        {
            ["CONTACTPLATFORM_CONTACTS"] = address,
            ["CONTACTPLATFORM_FUNNEL"] = address,
            ["CONTACTPLATFORM_DELIVERABILITY"] = address,
            ["CONTACTPLATFORM_SEQUENCES"] = address,
            ["CONTACTPLATFORM_API_KEY"] = "the key",
        }, input);
    }

    private sealed class Access : AccessService.AccessServiceBase
    {
        public override Task<ExchangeApiKeyResponse> ExchangeApiKey(ExchangeApiKeyRequest request, ServerCallContext context) =>
            Task.FromResult(new ExchangeApiKeyResponse { AccessToken = $"token of {request.ApiKey}", ExpireTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddMinutes(15)) });
    }

    private sealed class LabelRules(Script script) : LabelRuleService.LabelRuleServiceBase
    {
        public override Task<ListLabelRulesResponse> ListLabelRules(ListLabelRulesRequest request, ServerCallContext context) =>
            Task.FromResult(new ListLabelRulesResponse { LabelRules = { script.Rules } });

        public override Task<CreateLabelRuleResponse> CreateLabelRule(CreateLabelRuleRequest request, ServerCallContext context)
        {
            script.Authorization = context.RequestHeaders.GetValue("authorization");
            var rule = request.LabelRule.Clone();
            rule.LabelRuleId = 31;
            return Task.FromResult(new CreateLabelRuleResponse { LabelRule = rule });
        }

        public override Task<RunLabelRuleResponse> RunLabelRule(RunLabelRuleRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new RunLabelRuleResponse { LabelRuleRun = new LabelRuleRun { Run = new Run { RunId = 5, State = RunState.Queued } } });
        }

        public override Task<GetLabelRuleRunResponse> GetLabelRuleRun(GetLabelRuleRunRequest request, ServerCallContext context) =>
            Task.FromResult(new GetLabelRuleRunResponse { LabelRuleRun = Of(request.RunId) });

        public override Task<ListLabelRuleRunsResponse> ListLabelRuleRuns(ListLabelRuleRunsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListLabelRuleRunsResponse { LabelRuleRuns = { Of(5), new LabelRuleRun(Of(6)) { UndoneRunId = 5 } } });

        public override Task<CancelLabelRuleRunResponse> CancelLabelRuleRun(CancelLabelRuleRunRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new CancelLabelRuleRunResponse { LabelRuleRun = Of(request.RunId) });
        }

        private static LabelRuleRun Of(long id) => new() { LabelRuleId = 31, Stage = FunnelStage.Customer, Run = new() { RunId = id, State = RunState.Running, DoneCount = 1_000, ChangedCount = 900 } };

        public override async Task WatchLabelRuleRun(WatchLabelRuleRunRequest request, IServerStreamWriter<WatchLabelRuleRunResponse> responseStream, ServerCallContext context)
        {
            script.Watches++;
            while (script.Runs.TryDequeue(out var run))
            {
                if (run is null)
                {
                    // As kill -9 does: the connection is gone in the middle of the stream.
                    context.GetHttpContext().Abort();
                    return;
                }

                await responseStream.WriteAsync(new() { LabelRuleRun = new LabelRuleRun { Run = run, MembersDifference = script.Difference } }, context.CancellationToken);
            }
        }
    }

    private sealed class Previews(Script script) : LabelRulePreviewService.LabelRulePreviewServiceBase
    {
        public override Task<PreviewLabelRuleResponse> PreviewLabelRule(PreviewLabelRuleRequest request, ServerCallContext context) =>
            Task.FromResult(new PreviewLabelRuleResponse { Preview = script.Preview });

        public override Task<GetLabelRuleConflictsResponse> GetLabelRuleConflicts(GetLabelRuleConflictsRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new GetLabelRuleConflictsResponse { Conflicts = { script.Conflicts } });
        }
    }

    private sealed class Undos(Script script) : LabelRuleUndoService.LabelRuleUndoServiceBase
    {
        public override Task<UndoLabelRuleRunResponse> UndoLabelRuleRun(UndoLabelRuleRunRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new UndoLabelRuleRunResponse { LabelRuleRun = new LabelRuleRun { Run = new Run { RunId = 6, State = RunState.Queued } } });
        }

        public override Task<ListUndoResultsResponse> ListUndoResults(ListUndoResultsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListUndoResultsResponse { UndoResults = { script.UndoResults.Where(r => r.Outcome == request.Outcome) } });
    }

    private sealed class Reports(Script script) : FunnelReportService.FunnelReportServiceBase
    {
        public override Task<GetFunnelReportResponse> GetFunnelReport(GetFunnelReportRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new GetFunnelReportResponse { AsOfTime = request.AsOfTime });
        }

        public override Task<GetFunnelFlowResponse> GetFunnelFlow(GetFunnelFlowRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(script.Flow);
        }
    }
}
