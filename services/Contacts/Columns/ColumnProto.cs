using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Columns;

/// <summary>Writes columns and their cells for callers.</summary>
public static class ColumnProto
{
    /// <summary>Writes a column.</summary>
    public static V1.ExportColumn ToProto(this ContactColumn column) => new()
    {
        Name = column.Name, Header = column.Header, Description = column.Documentation, Type = (V1.FilterFieldType)column.Type, Sortable = column.Order is not null,
    };

    /// <summary>Writes a cell, empty where the contact has no value.</summary>
    public static V1.ViewCell Cell(this ContactColumn column, ContactRow row) => column.Value(row) switch
    {
        null or "" => new(),
        string text => new() { TextValue = text },
        bool flag => new() { BooleanValue = flag },
        DateTime time => new() { ValueTime = Timestamp.FromDateTime(time) },
        DateOnly day => new() { DateValue = ColumnText.Of(day) },
        IReadOnlyList<string> names => new() { NamesValue = new() { Names = { names } } },
        var number => new() { NumberValue = ColumnText.Of(number) },
    };
}
