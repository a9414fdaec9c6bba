using System.CommandLine;
using System.Globalization;

namespace ContactPlatform.Cli;

/// <summary>An option that takes a moment; one without an offset is local time.</summary>
internal static class MomentOption
{
    public static Option<DateTimeOffset?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment))
            {
                return moment;
            }
            result.AddError($"{name} is \"{text}\"; expected a time such as 2026-05-01T12:00:00Z.");
            return null;
        },
    };
}
