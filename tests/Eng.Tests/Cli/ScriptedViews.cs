using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Views as a test wants them.</summary>
internal sealed class ScriptedViews(Script script) : ViewService.ViewServiceBase
{
    public override Task<CreateViewResponse> CreateView(CreateViewRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CreateViewResponse { View = new(request.View) { ViewId = 51 } });
    }

    public override Task<GetViewResponse> GetView(GetViewRequest request, ServerCallContext context) =>
        Task.FromResult(new GetViewResponse { View = new() { ViewId = 51, DisplayName = request.DisplayName } });

    public override Task<ListViewRowsResponse> ListViewRows(ListViewRowsRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new ListViewRowsResponse
        {
            Columns = { new ExportColumn { Name = "email", Header = "email" }, new ExportColumn { Name = "labels", Header = "labels", Type = FilterFieldType.Label }, new ExportColumn { Name = "lost", Header = "lost", Type = FilterFieldType.Boolean } },
            Rows = { new ViewRow { ContactId = 7, Cells = { new ViewCell { TextValue = "[ana]@example.org" }, new ViewCell { NamesValue = new() { Names = { "a", "b" } } }, new ViewCell { BooleanValue = true } } }, new ViewRow { ContactId = 8, Cells = { new ViewCell(), new ViewCell(), new ViewCell() } } },
            NextPageToken = "next",
        });
    }
}
