using ContactPlatform.Contacts.Filters;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Reads and writes segment.proto.</summary>
public static class SegmentProto
{
    private static readonly string[] Fields = ["display_name", "filter"];

    /// <summary>Reads a request for a new segment; the filter is read elsewhere.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (string Name, string Filter, string RequestId) Read(V1.CreateSegmentRequest request)
    {
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId);
        var segment = request.Segment ?? new V1.Segment();
        violations.Check(request.Segment is not null, "segment", "is missing");
        var name = request.Segment is null ? "" : violations.SegmentName(segment.DisplayName, "segment.display_name");
        const string outputOnly = "is output only; leave it empty";
        violations.Check(segment.SegmentId == 0, "segment.segment_id", outputOnly);
        violations.Check(segment.CreateTime is null, "segment.create_time", outputOnly);
        violations.Check(segment.UpdateTime is null, "segment.update_time", outputOnly);
        violations.Check(segment.Etag.Length == 0, "segment.etag", outputOnly);
        violations.ThrowIfAny();
        return (name, segment.Filter, requestId);
    }

    /// <summary>Reads an update; null for what stays as it is.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (long Id, string? Name, string? Filter, string Etag) Read(V1.UpdateSegmentRequest request)
    {
        var violations = new Violations();
        var segment = request.Segment ?? new V1.Segment();
        violations.Check(request.Segment is not null, "segment", "is missing");
        var id = request.Segment is null ? 0 : violations.Id(segment.SegmentId, "segment.segment_id");
        var mask = request.UpdateMask?.Paths ?? [];
        var allowed = $"allowed are {string.Join(", ", Fields)}";
        violations.Check(mask.Count > 0, "update_mask", $"names no field; {allowed}");
        foreach (var path in mask.Where(p => !Fields.Contains(p)).Distinct().Take(20))
        {
            violations.Add("update_mask", $"names {FilterFault.Show(path)}; {allowed}");
        }
        var name = mask.Contains("display_name") ? violations.SegmentName(segment.DisplayName, "segment.display_name") : null;
        violations.ThrowIfAny();
        return (id, name, mask.Contains("filter") ? segment.Filter : null, segment.Etag);
    }

    /// <summary>Reads a name.</summary>
    public static string SegmentName(this Violations violations, string text, string field) => violations.Text(text, field, SegmentLimits.Name, minimum: 1);

    /// <summary>Reads a set of contacts.</summary>
    /// <param name="violations">What is wrong with it.</param>
    /// <param name="set">As sent.</param>
    /// <param name="snapshots">False where there has to be a filter.</param>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED.</exception>
    public static V1.ContactSet Set(this Violations violations, V1.ContactSet? set, bool snapshots = true)
    {
        switch (set?.SetCase)
        {
            case V1.ContactSet.SetOneofCase.SegmentId:
                violations.Id(set.SegmentId, "contacts.segment_id");
                break;
            case V1.ContactSet.SetOneofCase.SegmentSnapshotId:
                violations.Check(snapshots, "contacts.segment_snapshot_id", "is a snapshot; expected a segment or a filter");
                violations.Id(set.SegmentSnapshotId, "contacts.segment_snapshot_id");
                break;
            case V1.ContactSet.SetOneofCase.ContactListId:
                violations.Check(snapshots, "contacts.contact_list_id", "is a static list; expected a segment or a filter");
                violations.Id(set.ContactListId, "contacts.contact_list_id");
                break;
            case V1.ContactSet.SetOneofCase.ContactIds:
                violations.Check(snapshots, "contacts.contact_ids", "are given ids; expected a segment or a filter");
                violations.Ids(set.ContactIds.ContactIds_);
                break;
            case V1.ContactSet.SetOneofCase.Filter:
                break;
            default:
                violations.Add("contacts", $"is missing; expected segment_id, filter{(snapshots ? ", segment_snapshot_id, contact_list_id or contact_ids" : "")}");
                break;
        }
        return set ?? new();
    }

    private static void Ids(this Violations violations, Google.Protobuf.Collections.RepeatedField<long> ids)
    {
        const string path = "contacts.contact_ids.contact_ids";
        Violations.Limit(ids.Count, SegmentLimits.GivenIds, path);
        violations.Check(ids.Count > 0, path, $"is empty; expected 1 to {SegmentLimits.GivenIds} ids");
        for (var i = 0; i < ids.Count; i++)
        {
            violations.Id(ids[i], $"{path}[{i}]");
        }
    }

    /// <summary>Writes a segment.</summary>
    public static V1.Segment ToProto(this Segment segment) => new()
    {
        SegmentId = segment.SegmentId,
        DisplayName = segment.DisplayName,
        Filter = segment.FilterText,
        CreateTime = Timestamp.FromDateTime(segment.CreateTime),
        UpdateTime = Timestamp.FromDateTime(segment.UpdateTime),
        Etag = Etag.Of(segment.Version),
    };

    /// <summary>Writes a snapshot.</summary>
    public static V1.SegmentSnapshot ToProto(this SegmentSnapshot snapshot) => new()
    {
        SegmentSnapshotId = snapshot.SegmentSnapshotId,
        SegmentId = snapshot.SegmentId,
        Filter = snapshot.FilterText,
        ContactCount = snapshot.ContactCount,
        CreateTime = Timestamp.FromDateTime(snapshot.CreateTime),
    };

    /// <summary>Writes a field that filters can name.</summary>
    public static V1.FilterField ToProto(this Dimension dimension) => new()
    {
        Name = dimension.Name,
        Type = (V1.FilterFieldType)dimension.Type,
        Comparators = { FilterTypes.Comparators[dimension.Type].Select(Comparators.Sign) },
        Choices = { dimension.Choices ?? [] },
        Description = dimension.Documentation,
    };

    /// <summary>Writes a clause.</summary>
    public static V1.FilterClause ToProto(this BoundClause clause, Filter filter) => new()
    {
        Position = FilterText.Position(filter, clause.Clause),
        Text = FilterText.Of(filter, clause.Clause),
        Field = clause.Dimension.Name,
        Type = (V1.FilterFieldType)clause.Dimension.Type,
    };
}
