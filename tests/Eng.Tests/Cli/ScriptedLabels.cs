using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Two labels: 7 is purchased-q2, 9 is [vip].</summary>
internal sealed class ScriptedLabels(Script script) : LabelService.LabelServiceBase
{
    private static readonly Label[] All = [new() { LabelId = 7, DisplayName = "purchased-q2", MemberCount = 1200, Etag = "a" }, new() { LabelId = 9, DisplayName = "[vip]", MemberCount = 1, Etag = "b" }];

    public override Task<GetLabelResponse> GetLabel(GetLabelRequest request, ServerCallContext context) =>
        All.FirstOrDefault(l => l.LabelId == request.LabelId || l.DisplayName == request.DisplayName) is { } label
            ? Task.FromResult(new GetLabelResponse { Label = label })
            : throw new RpcException(new Status(StatusCode.NotFound, "no such label"));

    public override Task<ListLabelsResponse> ListLabels(ListLabelsRequest request, ServerCallContext context) => Task.FromResult(new ListLabelsResponse { Labels = { All } });

    public override Task<CreateLabelResponse> CreateLabel(CreateLabelRequest request, ServerCallContext context) =>
        Answer(request, new CreateLabelResponse { Label = new() { LabelId = 11, DisplayName = request.DisplayName } });

    public override Task<RenameLabelResponse> RenameLabel(RenameLabelRequest request, ServerCallContext context) =>
        Answer(request, new RenameLabelResponse { Label = new() { LabelId = request.LabelId, DisplayName = request.DisplayName } });

    public override Task<MergeLabelsResponse> MergeLabels(MergeLabelsRequest request, ServerCallContext context) =>
        Answer(request, new MergeLabelsResponse { Label = All.Single(l => l.LabelId == request.TargetLabelId), GainedCount = 1 });

    public override Task<DeleteLabelResponse> DeleteLabel(DeleteLabelRequest request, ServerCallContext context) =>
        Answer(request, new DeleteLabelResponse { RemovedCount = 1200 });

    public override Task<BatchAddLabelResponse> BatchAddLabel(BatchAddLabelRequest request, ServerCallContext context) =>
        Answer(request, new BatchAddLabelResponse { ChangedCount = 1, UnchangedCount = 1 });

    public override Task<BatchRemoveLabelResponse> BatchRemoveLabel(BatchRemoveLabelRequest request, ServerCallContext context) =>
        Answer(request, new BatchRemoveLabelResponse { ChangedCount = request.ContactIds.Count });

    private Task<T> Answer<T>(IMessage asked, T answer)
    {
        script.Asked = asked;
        return Task.FromResult(answer);
    }
}
