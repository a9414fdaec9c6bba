using System.CommandLine;
using System.Text.Json;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class ExportCommand
{
    public static Command Create()
    {
        const string view = "view:";
        var which = new SegmentArgument("; or view:NUMBER or view:NAME, for its segment and columns");
        var file = new Argument<FileInfo>("FILE") { Description = "The CSV file to write." };
        var columns = new Option<string[]>("--column") { Description = "A column, such as email or field.plan; all when none is named. May be repeated, or take several with commas between them." };
        var command = new Command("export", "Writes the contacts of a segment to a CSV file. One that was cut goes on where it was.") { which.Argument, file, columns, Columns() };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var text = result.GetValue(which.Argument)!;
            var request = new ExportContactsRequest
            {
                Columns = { (result.GetValue(columns) ?? []).SelectMany(c => c.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) },
            };
            if (text.StartsWith(view, StringComparison.Ordinal))
            {
                request.ViewId = await ViewCommand.FindAsync(stack, text[view.Length..], cancellationToken);
            }
            else
            {
                request.Contacts = await which.FindAsync(stack, result, cancellationToken);
            }
            var path = result.GetValue(file)!.FullName;
            var rows = await WriteAsync(stack, request, path, cancellationToken);
            AnsiConsole.MarkupLine($"{Words.Plain(Path.GetFileName(path))}: {Words.Count(rows, "contact")}");
        });
        return command;
    }

    private static Command Columns()
    {
        var command = new Command("columns", "Lists the columns that a file can have.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Column", "Header", "What it holds");
            foreach (var column in (await stack.Exports.ListExportColumnsAsync(new(), cancellationToken: cancellationToken)).Columns)
            {
                table.AddRow(Words.Plain(column.Name), Words.Plain(column.Header), Words.Plain(column.Description));
            }
            AnsiConsole.Write(table);
        });
        return command;
    }

    /// <summary>Writes beside the file, so that what has its name is whole.</summary>
    private static async Task<long> WriteAsync(Stack stack, ExportContactsRequest request, string path, CancellationToken cancellationToken)
    {
        var (part, progress) = (path + ".part", path + ".progress");
        var begun = Begun.Read(progress, request);
        request.ResumeToken = begun.Token;
        var rows = 0L;
        await using (var output = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write))
        {
            // What was written behind the noted place is sent again.
            output.SetLength(Math.Min(begun.Bytes, output.Length));
            output.Seek(0, SeekOrigin.End);
            await RunView.NewProgress().StartAsync(async bars =>
            {
                var bar = bars.AddTask(begun.Token.Length > 0 ? "Going on" : "Exporting");
                await foreach (var message in Watching.FollowAsync(
                    () => stack.Exports.ExportContacts(request, cancellationToken: cancellationToken),
                    () => bar.Description = "Exporting: Contacts went away; the file goes on when it is back",
                    cancellationToken))
                {
                    await output.WriteAsync(message.Data.Memory, cancellationToken);
                    await output.FlushAsync(cancellationToken);
                    request.ResumeToken = message.ResumeToken;
                    new Begun(request.ResumeToken, output.Length, Begun.Describe(request)).Write(progress);
                    rows = message.RowCount;
                    bar.Description = $"Exporting: {Words.Count(rows)} of {Words.Count(message.TotalCount)}";
                    (bar.MaxValue, bar.Value) = (Math.Max(1, message.TotalCount), rows);
                    if (message.Complete)
                    {
                        bar.Value = bar.MaxValue;
                        return;
                    }
                }
            });
        }
        File.Move(part, path, overwrite: true);
        File.Delete(progress);
        return rows;
    }

    /// <summary>How far a file is that was begun.</summary>
    /// <param name="Token">Stands for the place.</param>
    /// <param name="Bytes">Size of the file there.</param>
    /// <param name="Request">What the file is of.</param>
    private sealed record Begun(string Token, long Bytes, string Request)
    {
        public static Begun Read(string path, ExportContactsRequest request)
        {
            var begun = File.Exists(path) ? JsonSerializer.Deserialize<Begun>(File.ReadAllText(path)) : null;
            return begun is not null && begun.Request == Describe(request) ? begun : new("", 0, "");
        }

        public static string Describe(ExportContactsRequest request) => new ExportContactsRequest(request) { ResumeToken = "" }.ToString();

        /// <summary>Replaced whole: a file that is half written would begin anew.</summary>
        public void Write(string path)
        {
            File.WriteAllText(path + ".new", JsonSerializer.Serialize(this));
            File.Move(path + ".new", path, overwrite: true);
        }
    }
}
