namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>An expected no, as a decision returns it: nothing was changed, and the caller can do something about it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">Why, for people; names the field or the state and what is allowed instead.</param>
public sealed record Refusal(Reason Reason, string Message)
{
    /// <summary>Facts that a program can use: ids, limits, `from`, `action`, `allowed`.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Every malformed field; empty unless the reason is INVALID_FIELD.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; init; } = [];

    /// <summary>When to try again, for reasons that pass by themselves.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Adds a fact.</summary>
    public Refusal With(string key, object value) =>
        this with { Metadata = new Dictionary<string, string>(Metadata) { [key] = FormattableString.Invariant($"{value}") } };

    /// <summary>Says from which state an action was refused, and what is allowed there.</summary>
    public Refusal From(string from, string action, string allowed) =>
        With("from", from).With("action", action).With("allowed", allowed);
}

/// <summary>One malformed field.</summary>
/// <param name="Field">Path of the field in the request, as in the proto: `contact.email`, `contact_ids[3]`.</param>
/// <param name="Description">What is wrong with the value, and what is allowed.</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>Carries a refusal to the error interceptor.</summary>
/// <param name="refusal">The refusal.</param>
/// <param name="innerException">The fault behind it, for the log only.</param>
public sealed class RefusalException(Refusal refusal, Exception? innerException = null)
    : Exception(refusal.Message, innerException)
{
    /// <summary>The refusal.</summary>
    public Refusal Refusal { get; } = refusal;

    /// <summary>Throws where a decision said no.</summary>
    /// <param name="refusal">What it said; null for yes.</param>
    public static void ThrowIf(Refusal? refusal)
    {
        if (refusal is not null)
        {
            throw new RefusalException(refusal);
        }
    }
}

/// <summary>What a pure decision returns: a value or a refusal.</summary>
public readonly record struct Decision<T>
{
    private readonly T? value;

    private Decision(T? value, Refusal? refusal) => (this.value, Refusal) = (value, refusal);

    /// <summary>The refusal; null when there is a value.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Returns the value, or throws the refusal for the error interceptor.</summary>
    public T OrThrow() => Refusal is null ? value! : throw new RefusalException(Refusal);

    /// <summary>Accepts.</summary>
    public static implicit operator Decision<T>(T value) => new(value, null);

    /// <summary>Refuses.</summary>
    public static implicit operator Decision<T>(Refusal refusal) => new(default, refusal);
}
