using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.Contacts.Views;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Contacts.Exports;

/// <summary>Serves export.proto.</summary>
public sealed class ExportEndpoint(ContactsDbContext db, ContactSets sets, ViewStore views, ExportFile file) : V1.ExportService.ExportServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.ListExportColumnsResponse> ListExportColumns(V1.ListExportColumnsRequest request, ServerCallContext context) =>
        new() { Columns = { (await ColumnTable.ReadAsync(db, context.CancellationToken)).All.Select(ColumnProto.ToProto) } };

    /// <inheritdoc/>
    public override async Task ExportContacts(V1.ExportContactsRequest request, IServerStreamWriter<V1.ExportContactsResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (set, columns) = request.SourceCase == V1.ExportContactsRequest.SourceOneofCase.ViewId ? await ReadViewAsync(request, cancel) : await ReadAsync(request, cancel);
        var found = await sets.FindAsync(set, cancel, paged: true);
        var place = ExportPlace.Read(request.ResumeToken, found.Binding, columns.Select(c => c.Name));
        await foreach (var part in file.WriteAsync(new(found, columns, place), cancel))
        {
            // Each part is waited for: a reader that stops holds the writer, not its memory.
            await responseStream.WriteAsync(part, cancel);
        }
    }

    private async Task<(V1.ContactSet Set, IReadOnlyList<ContactColumn> Columns)> ReadAsync(V1.ExportContactsRequest request, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var set = violations.Set(request.Contacts);
        var table = await ColumnTable.ReadAsync(db, cancellationToken);
        violations.Check(request.Columns.Count <= table.All.Count, "columns", $"has {request.Columns.Count} entries; there are {table.All.Count} columns, each once");
        var columns = request.Columns.Count == 0 ? table.All : table.Choose(request.Columns.Take(table.All.Count), "columns", violations);
        violations.ThrowIfAny();
        return (set, columns);
    }

    private async Task<(V1.ContactSet Set, IReadOnlyList<ContactColumn> Columns)> ReadViewAsync(V1.ExportContactsRequest request, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        violations.Id(request.ViewId, "view_id");
        violations.Check(request.Columns.Count == 0, "columns", "has entries beside view_id, whose columns they would be; leave one of them out");
        violations.ThrowIfAny();
        var (view, columns, _) = await views.ShapeAsync(request.ViewId, cancellationToken);
        return (new() { SegmentId = view.SegmentId }, columns);
    }
}
