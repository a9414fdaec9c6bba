using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ContactPlatform;

/// <summary>What values of the command line are allowed, for all programs here. What is no number is refused with the same words as a wrong one.</summary>
internal static class Limits
{
    /// <summary>Refuses every other value, with this message.</summary>
    public static void MustBe<T>(this Argument<T> argument, Func<T, bool> allowed, Func<T, string> message)
        where T : class =>
        argument.Validators.Add(result =>
        {
            var value = result.GetRequiredValue(argument);
            if (!allowed(value))
            {
                result.AddError(message(value));
            }
        });

    /// <summary>Refuses every other number, and what is none, with this message.</summary>
    public static void MustBe<T>(this Argument<T> argument, Func<T, bool> allowed, string message)
        where T : struct, ISpanParsable<T> => argument.CustomParser = result => Read(result, allowed, message) ?? default;

    /// <inheritdoc cref="MustBe{T}(Argument{T}, Func{T, bool}, string)"/>
    public static void MustBe<T>(this Option<T> option, Func<T, bool> allowed, string message)
        where T : struct, ISpanParsable<T> => option.CustomParser = result => Read(result, allowed, message) ?? default;

    /// <inheritdoc cref="MustBe{T}(Argument{T}, Func{T, bool}, string)"/>
    public static void MustBe<T>(this Option<T?> option, Func<T, bool> allowed, string message)
        where T : struct, ISpanParsable<T> => option.CustomParser = result => Read(result, allowed, message);

    private static T? Read<T>(ArgumentResult result, Func<T, bool> allowed, string message)
        where T : struct, ISpanParsable<T>
    {
        if (T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && allowed(value))
        {
            return value;
        }
        result.AddError(message);
        return null;
    }
}
