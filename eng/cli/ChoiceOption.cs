using System.CommandLine;

namespace ContactPlatform.Cli;

/// <summary>An option whose values are those of one of the contracts' enums, in small letters; the unspecified one is no choice.</summary>
internal static class ChoiceOption
{
    public static Option<T> Create<T>(string name, string description)
        where T : struct, Enum
    {
        var choices = Enum.GetValues<T>().Where(v => Convert.ToInt32(v, null) != 0).ToDictionary(v => v.ToString().ToLowerInvariant());
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices.Keys),
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                if (!choices.TryGetValue(text.ToLowerInvariant(), out var choice))
                {
                    result.AddError($"{name} is \"{text}\"; expected {string.Join(", ", choices.Keys)}.");
                }
                return choice;
            },
        };
    }
}
