using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Segments as a test wants them.</summary>
internal sealed class ScriptedSegments(Script script) : SegmentService.SegmentServiceBase
{
    public override Task<CreateSegmentResponse> CreateSegment(CreateSegmentRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CreateSegmentResponse { Segment = new(request.Segment) { SegmentId = 31 } });
    }

    public override Task<UpdateSegmentResponse> UpdateSegment(UpdateSegmentRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new UpdateSegmentResponse { Segment = new(request.Segment) { DisplayName = "[vips]" } });
    }

    public override Task<DeleteSegmentResponse> DeleteSegment(DeleteSegmentRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new DeleteSegmentResponse());
    }

    public override Task<GetSegmentResponse> GetSegment(GetSegmentRequest request, ServerCallContext context) =>
        Task.FromResult(new GetSegmentResponse { Segment = new() { SegmentId = 31, DisplayName = request.DisplayName } });

    public override Task<CountSegmentResponse> CountSegment(CountSegmentRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CountSegmentResponse { ContactCount = 12_345 });
    }

    public override Task<ListSegmentContactsResponse> ListSegmentContacts(ListSegmentContactsRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new ListSegmentContactsResponse { Contacts = { new Contact { ContactId = 7, GivenName = "[Ana]", Email = "ana@example.org" } }, NextPageToken = "next" });
    }

    public override Task<FreezeSegmentResponse> FreezeSegment(FreezeSegmentRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new FreezeSegmentResponse { Snapshot = new() { SegmentSnapshotId = 32, ContactCount = 2_000 } });
    }
}
