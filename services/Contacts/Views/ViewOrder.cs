using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Views;

/// <summary>What the rows of a view are sorted by.</summary>
/// <param name="Column">The column; it is one that can be sorted by.</param>
/// <param name="Descending">True for the other direction.</param>
public sealed record ViewOrder(ContactColumn Column, bool Descending)
{
    private const string ById = "contact_id";
    private const string Down = " desc";

    /// <summary>True when it is the order in which segments are read anyway.</summary>
    public bool IsById => Column.Name == ById && !Descending;

    /// <summary>As it is stored and shown: empty for the order by ascending contact_id.</summary>
    public override string ToString() => IsById ? "" : $"{Column.Name}{(Descending ? Down : "")}";

    /// <summary>Reads an order; problems go to the violations.</summary>
    public static ViewOrder? Read(string text, string path, ColumnTable columns, Violations violations)
    {
        var descending = text.Trim().EndsWith(Down, StringComparison.Ordinal);
        var name = text.Trim()[..^(descending ? Down.Length : 0)].TrimEnd();
        var column = columns.Find(name.Length == 0 && !descending ? ById : name);
        if (column?.Order is not null)
        {
            return new(column, descending);
        }
        violations.Add(path, column is null
            ? $"is {FilterFault.Show(text)}, which names no column; expected the name of one that is sortable, such as family_name, and desc behind it for the other direction"
            : $"is {FilterFault.Show(text)}, by which rows cannot be sorted; expected a column that ListExportColumns calls sortable");
        return null;
    }
}
