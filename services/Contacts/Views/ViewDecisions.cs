using System.Globalization;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Views;

/// <summary>Refusals about views. Pure.</summary>
public static class ViewDecisions
{
    /// <summary>Views that a refusal names.</summary>
    public const int Named = 20;

    /// <summary>The refusal when the account has no such view.</summary>
    public static Refusal NotFound(long viewId) =>
        new Refusal(ContactsReasons.ViewNotFound, $"there is no view {viewId}").With("view_id", viewId);

    /// <summary>The refusal when the account has no view of a name.</summary>
    public static Refusal NotFoundByName() =>
        new Refusal(ContactsReasons.ViewNotFound, "there is no view with this name").With("field", "display_name");

    /// <summary>The refusal when another view has the name.</summary>
    public static Refusal Exists(long viewId) =>
        new Refusal(ContactsReasons.ViewExists, $"view {viewId} has this name, compared without case; use it, or another name").With("field", "display_name").With("view_id", viewId);

    /// <summary>The refusal to delete a segment that views show.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="count">How many show it.</param>
    /// <param name="viewIds">Some of them.</param>
    public static Refusal SegmentInUse(long segmentId, int count, IEnumerable<long> viewIds)
    {
        var ids = string.Join(',', viewIds.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        var views = count == 1 ? "1 view" : string.Create(CultureInfo.InvariantCulture, $"{count} views");
        return new Refusal(ContactsReasons.SegmentInUse, $"segment {segmentId} is shown by {views}: {ids}{(count > Named ? ", ..." : "")}; delete them, or give them another segment")
            .With("segment_id", segmentId).With("view_ids", ids).From($"shown by {views}", "delete segment", "delete those views, or give them another segment");
    }
}
