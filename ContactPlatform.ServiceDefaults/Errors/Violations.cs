using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>Collects every malformed field of a request, so that a caller hears of all of them at once.</summary>
public sealed class Violations
{
    private readonly List<FieldViolation> found = [];

    /// <summary>True when nothing was found so far.</summary>
    public bool None => found.Count == 0;

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<FieldViolation> Found => found;

    /// <summary>Notes a malformed field.</summary>
    public void Add(string field, string description) => found.Add(new(field, description));

    /// <summary>Notes a field unless the condition holds.</summary>
    public void Check(bool condition, string field, string description)
    {
        if (!condition)
        {
            Add(field, description);
        }
    }

    /// <summary>Checks an id: positive.</summary>
    public long Id(long value, string field)
    {
        Check(value > 0, field, $"is {value}; expected a positive id");
        return value;
    }

    /// <summary>Checks a text's length in characters and that it holds no control character.</summary>
    /// <returns>The text without surrounding blanks.</returns>
    public string Text(string value, string field, int maximum, int minimum = 0)
    {
        var text = value.Trim();
        if (text.Length > maximum)
        {
            Add(field, $"has {text.Length} characters; at most {maximum} are allowed");
        }
        else if (text.Length < minimum)
        {
            Add(field, minimum == 1 ? "is empty; a value is required" : $"has {text.Length} characters; at least {minimum} are required");
        }
        else if (text.Any(char.IsControl))
        {
            Add(field, "contains a control character; only printable text is allowed");
        }
        return text;
    }

    /// <summary>Checks a request id: at most 64 characters.</summary>
    public string RequestId(string value, bool required = false) => Text(value, "request_id", 64, required ? 1 : 0);

    /// <summary>Checks which fields an update names: some, and only those that can change.</summary>
    /// <param name="mask">The request's.</param>
    /// <param name="changeable">Paths of the fields that can change.</param>
    /// <returns>What it names.</returns>
    public IReadOnlySet<string> UpdateMask(FieldMask? mask, IReadOnlyCollection<string> changeable)
    {
        var paths = mask?.Paths.ToHashSet(StringComparer.Ordinal) ?? [];
        Check(paths.Count > 0 && paths.IsSubsetOf(changeable), "update_mask", $"names no field, or others; allowed are {string.Join(", ", changeable)}");
        return paths;
    }

    /// <summary>Throws INVALID_FIELD with all that was found, if anything was.</summary>
    public void ThrowIfAny()
    {
        if (found.Count > 0)
        {
            throw new RefusalException(Refusal());
        }
    }

    /// <summary>The refusal that lists all that was found.</summary>
    public Refusal Refusal() =>
        new(CommonReasons.InvalidField, string.Join("; ", found.Take(20).Select(v => $"{v.Field} {v.Description}"))) { Violations = found };

    /// <summary>Throws LIMIT_EXCEEDED when a list is longer than allowed: said before anything is done with it.</summary>
    public static void Limit(int count, int maximum, string field)
    {
        if (count > maximum)
        {
            throw new RefusalException(new Refusal(CommonReasons.LimitExceeded, $"{field} has {count} entries; at most {maximum} are allowed")
                .With("field", field).With("limit", maximum).With("actual", count));
        }
    }
}
