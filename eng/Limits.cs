using System.CommandLine;

namespace ContactPlatform;

/// <summary>What values of the command line are allowed beyond their types, for all programs here.</summary>
internal static class Limits
{
    /// <summary>Refuses every other value, with this message.</summary>
    public static void MustBe<T>(this Argument<T> argument, Func<T?, bool> allowed, Func<T?, string> message) =>
        argument.Validators.Add(result => Check(() => result.GetValue(argument), allowed, message, result.AddError));

    /// <inheritdoc cref="MustBe{T}(Argument{T}, Func{T, bool}, Func{T, string})"/>
    public static void MustBe<T>(this Option<T> option, Func<T?, bool> allowed, string message) =>
        option.Validators.Add(result => Check(() => result.GetValue(option), allowed, _ => message, result.AddError));

    private static void Check<T>(Func<T?> read, Func<T?, bool> allowed, Func<T?, string> message, Action<string> refuse)
    {
        T? value = default;
        try
        {
            value = read();
            if (allowed(value))
            {
                return;
            }
        }
        catch (InvalidOperationException)
        {
            // Not even of the type: the parser throws that at a validator in place of telling it.
        }
        refuse(message(value));
    }
}
