using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Columns;

/// <summary>The columns of an account: the platform's, and one for each custom field.</summary>
/// <param name="All">The platform's in a fixed order, then custom fields by key.</param>
public sealed record ColumnTable(IReadOnlyList<ContactColumn> All)
{
    /// <summary>Reads an account's columns.</summary>
    public static async Task<ColumnTable> ReadAsync(ContactsDbContext db, CancellationToken cancellationToken) =>
        new([.. ContactColumn.Platform, .. (await db.CustomFields.AsNoTracking().OrderBy(f => f.FieldKey).ToListAsync(cancellationToken)).Select(ContactColumn.Of)]);

    /// <summary>Finds columns by their names, each of them once.</summary>
    /// <param name="names">As sent, at most as many as there can be.</param>
    /// <param name="path">Of the list in the request.</param>
    /// <param name="violations">Where problems go.</param>
    public IReadOnlyList<ContactColumn> Choose(IEnumerable<string> names, string path, Violations violations)
    {
        var (left, chosen) = (All.ToDictionary(c => c.Name), new List<ContactColumn>());
        foreach (var (i, name) in names.Index())
        {
            if (left.Remove(name, out var column))
            {
                chosen.Add(column);
                continue;
            }
            violations.Add($"{path}[{i}]", Find(name) is not null ? $"is {name} a second time; each column can be there once"
                : $"is {Filters.FilterFault.Show(name)}, which is no column; expected one that ListExportColumns names, such as email");
        }
        return chosen;
    }

    /// <summary>Finds a column by its name; null when there is none.</summary>
    public ContactColumn? Find(string name) => All.FirstOrDefault(c => c.Name == name);

    /// <summary>What columns need to have read.</summary>
    public static ContactParts Parts(IEnumerable<ContactColumn> columns) => columns.Aggregate(ContactParts.None, (all, c) => all | c.Parts);
}
