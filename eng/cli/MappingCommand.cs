using System.CommandLine;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Which column of a file would feed what.</summary>
internal static class MappingCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A CSV file with a header line." };
        var delimiter = new Option<string>("--delimiter") { Description = "Between fields; found out when not given.", DefaultValueFactory = _ => "" };
        var encoding = ChoiceOption.Create<ImportEncoding>("--encoding", "UTF-8 or what a byte order mark says, unless given.");
        file.AcceptExistingOnly();
        var command = new Command("suggest", "Shows what each column of a file could feed, and why.") { file, delimiter, encoding };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var suggestion = await Mapping.SuggestAsync(stack, result.GetValue(file)!, result.GetValue(delimiter)!, result.GetValue(encoding), cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("Column", "Feeds", "Sure", "Because");
            foreach (var column in suggestion.Columns)
            {
                table.AddRow(Words.Plain(column.Column.Header), Words.Plain(Mapping.Target(column.Column)), column.Confidence.ToString().ToLowerInvariant(), Words.Plain(column.Explanation));
            }

            AnsiConsole.Write(table);
            AnsiConsole.MarkupLine($"Looked at {Words.Count(suggestion.SampleCount, "row")}. Import with --suggested to take it over, and --map to change it.");
        });
        return command;
    }
}
