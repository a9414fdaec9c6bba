using System.Data.Common;
using System.Globalization;
using ContactPlatform.Contacts.Filters;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Reads the row of a <see cref="FilterExplanation"/>.</summary>
internal static class ClauseValues
{
    public static V1.ExplainContactResponse Read(BoundFilter filter, DbDataReader reader)
    {
        var reply = new V1.ExplainContactResponse { Matches = Holds(reader, 2 * filter.Clauses.Count), ExplicitFilter = FilterText.Explicit(filter.Filter) };
        foreach (var (i, clause) in filter.Clauses.Index())
        {
            var explained = new V1.ClauseExplanation { Clause = clause.ToProto(filter.Filter), Holds = Holds(reader, 2 * i) };
            if (!reader.IsDBNull((2 * i) + 1) && Show(clause.Dimension, reader.GetValue((2 * i) + 1)) is { } value)
            {
                explained.Value = value;
            }
            reply.Clauses.Add(explained);
        }
        return reply;
    }

    private static bool Holds(DbDataReader reader, int column) => reader.GetInt32(column) == 1;

    /// <summary>Shows a value; null when it is none: an empty text, no label, no list, no stage.</summary>
    private static string? Show(Dimension dimension, object value) => value switch
    {
        string text => text.Length > 0 ? text : null,
        bool flag => flag ? "true" : "false",
        decimal number => number.ToString("0.##########", CultureInfo.InvariantCulture),
        DateTime time => dimension.Type == FilterType.Date
            ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture) is var number && dimension.Choice is not null
            ? number > 0 ? dimension.Choices![(int)number - 1] : null
            : dimension.Noun is not null && number == 0 ? null : number.ToString(CultureInfo.InvariantCulture),
    };
}
