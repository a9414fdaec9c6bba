using System.Data.Common;
using System.Globalization;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Values of a statement: each once, so that 500 clauses stay far below SQL Server's 2,100 parameters.</summary>
public sealed class FilterParameters
{
    private readonly Dictionary<object, string> names = [];

    /// <summary>Takes a value.</summary>
    /// <returns>What stands for it in the statement.</returns>
    public string Add(object value)
    {
        if (!names.TryGetValue(value, out var name))
        {
            names.Add(value, name = string.Create(CultureInfo.InvariantCulture, $"@p{names.Count}"));
        }
        return name;
    }

    /// <summary>Number of values.</summary>
    public int Count => names.Count;

    /// <summary>Gives the values to a command.</summary>
    public void AddTo(DbCommand command)
    {
        foreach (var (value, name) in names)
        {
            command.With(name[1..], value);
        }
    }
}
