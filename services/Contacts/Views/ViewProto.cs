using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Views;

/// <summary>What a request wants of a view; null for what stays as it is.</summary>
/// <param name="Name">Name.</param>
/// <param name="SegmentId">Segment.</param>
/// <param name="Columns">Names of columns.</param>
/// <param name="OrderBy">Order.</param>
public sealed record ViewChange(string? Name, long? SegmentId, List<string>? Columns, string? OrderBy);

/// <summary>Reads and writes view.proto.</summary>
public static class ViewProto
{
    private static readonly string[] Fields = ["display_name", "segment_id", "columns", "order_by"];

    /// <summary>Reads a request for a new view.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static (ViewChange Wanted, string RequestId) Read(V1.CreateViewRequest request, ColumnTable columns)
    {
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId);
        violations.Check(request.View is not null, "view", "is missing");
        if (request.View is not { } view)
        {
            throw new RefusalException(violations.Refusal());
        }
        const string outputOnly = "is output only; leave it empty";
        violations.Check(view.ViewId == 0, "view.view_id", outputOnly);
        violations.Check(view.CreateTime is null, "view.create_time", outputOnly);
        violations.Check(view.UpdateTime is null, "view.update_time", outputOnly);
        violations.Check(view.Etag.Length == 0, "view.etag", outputOnly);
        var wanted = ReadChange(view, Fields, columns, violations);
        violations.ThrowIfAny();
        return (wanted, requestId);
    }

    /// <summary>Reads an update.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static (long Id, ViewChange Wanted, string Etag) Read(V1.UpdateViewRequest request, ColumnTable columns)
    {
        var violations = new Violations();
        var view = request.View ?? new V1.View();
        violations.Check(request.View is not null, "view", "is missing");
        var id = request.View is null ? 0 : violations.Id(view.ViewId, "view.view_id");
        var mask = request.UpdateMask?.Paths ?? [];
        var allowed = $"allowed are {string.Join(", ", Fields)}";
        violations.Check(mask.Count > 0, "update_mask", $"names no field; {allowed}");
        foreach (var path in mask.Where(p => !Fields.Contains(p)).Distinct().Take(20))
        {
            violations.Add("update_mask", $"names {FilterFault.Show(path)}; {allowed}");
        }
        var wanted = ReadChange(view, mask, columns, violations);
        violations.ThrowIfAny();
        return (id, wanted, view.Etag);
    }

    /// <summary>Reads a name.</summary>
    public static string ViewName(this Violations violations, string text, string field) => violations.Text(text, field, SegmentLimits.Name, minimum: 1);

    /// <summary>Writes a view.</summary>
    public static V1.View ToProto(this View view) => new()
    {
        ViewId = view.ViewId,
        DisplayName = view.DisplayName,
        SegmentId = view.SegmentId,
        Columns = { view.ColumnNames },
        OrderBy = view.OrderBy,
        CreateTime = Timestamp.FromDateTime(view.CreateTime),
        UpdateTime = Timestamp.FromDateTime(view.UpdateTime),
        Etag = Etag.Of(view.Version),
    };

    private static ViewChange ReadChange(V1.View view, IEnumerable<string> mask, ColumnTable columns, Violations violations)
    {
        var fields = mask.ToHashSet();
        return new(
            fields.Contains("display_name") ? violations.ViewName(view.DisplayName, "view.display_name") : null,
            fields.Contains("segment_id") ? violations.Id(view.SegmentId, "view.segment_id") : null,
            fields.Contains("columns") ? Columns() : null,
            fields.Contains("order_by") ? ViewOrder.Read(view.OrderBy, "view.order_by", columns, violations)?.ToString() : null);

        List<string> Columns()
        {
            Violations.Limit(view.Columns.Count, ViewLimits.Columns, "view.columns");
            violations.Check(view.Columns.Count > 0, "view.columns", $"is empty; expected 1 to {ViewLimits.Columns} columns");
            return [.. columns.Choose(view.Columns, "view.columns", violations).Select(c => c.Name)];
        }
    }
}
