using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>One custom field.</summary>
internal sealed class ScriptedFields(Script script) : CustomFieldService.CustomFieldServiceBase
{
    private static readonly CustomField Tier = new() { CustomFieldId = 31, Key = "tier", DisplayName = "Client [tier]", Type = CustomFieldType.Choice, Choices = { "Gold", "Silver" }, Etag = "1" };

    public override Task<ListCustomFieldsResponse> ListCustomFields(ListCustomFieldsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListCustomFieldsResponse { CustomFields = { Tier } });

    public override Task<GetCustomFieldResponse> GetCustomField(GetCustomFieldRequest request, ServerCallContext context) =>
        Task.FromResult(new GetCustomFieldResponse { CustomField = Tier });

    public override Task<CreateCustomFieldResponse> CreateCustomField(CreateCustomFieldRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CreateCustomFieldResponse { CustomField = request.CustomField });
    }

    public override Task<DeleteCustomFieldResponse> DeleteCustomField(DeleteCustomFieldRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new DeleteCustomFieldResponse { RemovedCount = 1200 });
    }
}

/// <summary>One projection, whose rebuilding goes through the script's runs.</summary>
internal sealed class ScriptedProjections(Script script) : ProjectionService.ProjectionServiceBase
{
    public override Task<ListProjectionsResponse> ListProjections(ListProjectionsRequest request, ServerCallContext context) => Task.FromResult(new ListProjectionsResponse
    {
        Projections =
        {
            new Projection { Source = "funnel", Position = "00000000000003e9-0000000000000004", ApplyTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), PendingCount = 1200, Lag = Duration.FromTimeSpan(TimeSpan.FromSeconds(2.5)) },
            new Projection { Source = "sequences" },
        },
    });

    public override Task<RebuildProjectionResponse> RebuildProjection(RebuildProjectionRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new RebuildProjectionResponse { Run = new Run { RunId = 8, State = RunState.Queued } });
    }

    public override async Task WatchProjectionRebuild(WatchProjectionRebuildRequest request, IServerStreamWriter<WatchProjectionRebuildResponse> responseStream, ServerCallContext context)
    {
        while (script.Runs.TryDequeue(out var run))
        {
            await responseStream.WriteAsync(new() { Run = run }, context.CancellationToken);
        }
    }
}
