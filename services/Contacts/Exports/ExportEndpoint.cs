using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Exports;

/// <summary>Serves export.proto.</summary>
public sealed class ExportEndpoint(ContactsDbContext db, ExportFile file) : V1.ExportService.ExportServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.ListExportColumnsResponse> ListExportColumns(V1.ListExportColumnsRequest request, ServerCallContext context) => new()
    {
        Columns = { (await ColumnsAsync(context.CancellationToken)).Select(c => new V1.ExportColumn { Name = c.Name, Header = c.Header, Description = c.Documentation }) },
    };

    /// <inheritdoc/>
    public override async Task ExportContacts(V1.ExportContactsRequest request, IServerStreamWriter<V1.ExportContactsResponse> responseStream, ServerCallContext context)
    {
        var wanted = await ReadAsync(request, context.CancellationToken);
        await foreach (var part in file.WriteAsync(wanted, context.CancellationToken))
        {
            // Each part is waited for: a reader that stops holds the writer, not its memory.
            await responseStream.WriteAsync(part, context.CancellationToken);
        }
    }

    private async Task<ExportRequest> ReadAsync(V1.ExportContactsRequest request, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var set = violations.Set(request.Contacts);
        var columns = Columns(request.Columns, await ColumnsAsync(cancellationToken), violations);
        violations.ThrowIfAny();
        return new(set, columns, ExportPlace.Read(request.ResumeToken, set.ToString(), columns.Select(c => c.Name)));
    }

    private static IReadOnlyList<ExportColumn> Columns(RepeatedField<string> names, IReadOnlyList<ExportColumn> all, Violations violations)
    {
        if (names.Count == 0)
        {
            return all;
        }
        violations.Check(names.Count <= all.Count, "columns", $"has {names.Count} entries; there are {all.Count} columns, each once");
        var (byName, chosen) = (all.ToDictionary(c => c.Name), new List<ExportColumn>());
        foreach (var (i, name) in names.Take(all.Count).Index())
        {
            if (!byName.Remove(name, out var column))
            {
                var problem = all.Any(c => c.Name == name) ? "is there twice" : $"is no column; expected one that ListExportColumns names, such as {all[1].Name}";
                violations.Add($"columns[{i}]", problem);
                continue;
            }
            chosen.Add(column);
        }
        return chosen;
    }

    private async Task<IReadOnlyList<ExportColumn>> ColumnsAsync(CancellationToken cancellationToken) =>
        [.. ExportColumn.Platform, .. (await db.CustomFields.AsNoTracking().OrderBy(f => f.FieldKey).ToListAsync(cancellationToken)).Select(ExportColumn.Of)];
}
