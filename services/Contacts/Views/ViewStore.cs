using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Views;

/// <summary>A view, ready to be shown.</summary>
/// <param name="View">As stored.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Order">Its order.</param>
public sealed record FoundView(View View, IReadOnlyList<ContactColumn> Columns, ViewOrder Order);

/// <summary>Finds views and what stands against changing them.</summary>
public sealed class ViewStore(ContactsDbContext db)
{
    /// <summary>Reads a view.</summary>
    /// <exception cref="RefusalException">VIEW_NOT_FOUND.</exception>
    public async Task<View> FindAsync(long viewId, CancellationToken cancellationToken) =>
        await db.Views.AsNoTracking().SingleOrDefaultAsync(v => v.ViewId == viewId, cancellationToken) ?? throw new RefusalException(ViewDecisions.NotFound(viewId));

    /// <summary>Reads a view with what its columns are now.</summary>
    /// <exception cref="RefusalException">VIEW_NOT_FOUND; INVALID_FIELD: a custom field that it names is gone.</exception>
    public async Task<FoundView> ShapeAsync(long viewId, CancellationToken cancellationToken)
    {
        var view = await FindAsync(viewId, cancellationToken);
        var table = await ColumnTable.ReadAsync(db, cancellationToken);
        var violations = new Violations();
        var (columns, order) = (table.Choose(view.ColumnNames, "view.columns", violations), ViewOrder.Read(view.OrderBy, "view.order_by", table, violations));
        violations.ThrowIfAny();
        return new(view, columns, order!);
    }

    /// <summary>Refuses a name that another view has.</summary>
    /// <exception cref="RefusalException">VIEW_EXISTS.</exception>
    public async Task RefuseTakenAsync(string nameKey, long exceptId, CancellationToken cancellationToken)
    {
        if (await db.Views.Where(v => v.NameKey == nameKey && v.ViewId != exceptId).Select(v => (long?)v.ViewId).FirstOrDefaultAsync(cancellationToken) is { } existing)
        {
            throw new RefusalException(ViewDecisions.Exists(existing));
        }
    }

    /// <summary>Refuses a segment that is not there.</summary>
    /// <exception cref="RefusalException">SEGMENT_NOT_FOUND.</exception>
    public async Task RefuseMissingAsync(long segmentId, CancellationToken cancellationToken)
    {
        if (!await db.Segments.AnyAsync(s => s.SegmentId == segmentId, cancellationToken))
        {
            throw new RefusalException(SegmentDecisions.NotFound(segmentId));
        }
    }

    /// <summary>Refuses to let a segment go that views show.</summary>
    /// <exception cref="RefusalException">SEGMENT_IN_USE.</exception>
    public async Task RefuseShownAsync(long segmentId, CancellationToken cancellationToken)
    {
        var showing = await db.Views.Where(v => v.SegmentId == segmentId).Select(v => v.ViewId).OrderBy(id => id).ToListAsync(cancellationToken);
        if (showing.Count > 0)
        {
            throw new RefusalException(ViewDecisions.SegmentInUse(segmentId, showing.Count, showing.Take(ViewDecisions.Named)));
        }
    }
}
