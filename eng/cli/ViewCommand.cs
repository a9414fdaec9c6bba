using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Views: a segment, its columns and its order under a name.</summary>
internal static class ViewCommand
{
    public static Command Create() => new("view", "Segments as tables: which columns, in which order.") { CreateOne(), List(), Show(), Delete() };

    private static Command CreateOne()
    {
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var segment = new Argument<string>("SEGMENT") { Description = "A segment's number or name." };
        var columns = new Option<string[]>("--column") { Description = "A column, such as email or field.plan; `export columns` lists them. May be repeated, or take several with commas between them.", Required = true };
        var order = new Option<string?>("--order") { Description = "The column to sort by, such as family_name, or \"create_time desc\"." };
        var command = new Command("create", "Saves a view.") { name, segment, columns, order };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var view = new View
            {
                DisplayName = result.GetValue(name),
                SegmentId = await SegmentArgument.FindSavedAsync(stack, result.GetValue(segment)!, cancellationToken),
                Columns = { result.GetValue(columns)!.SelectMany(c => c.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) },
                OrderBy = result.GetValue(order) ?? "",
            };
            view = (await stack.Views.CreateViewAsync(new() { View = view, RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).View;
            AnsiConsole.MarkupLine($"View {Number(view.ViewId)}, {Words.Plain(view.DisplayName)}: {Words.Plain(string.Join(", ", view.Columns))}{(view.OrderBy.Length > 0 ? $", by {Words.Plain(view.OrderBy)}" : "")}");
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the views.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("View", "Name", "Segment", "Columns", "Order");
            // An account has at most 200.
            foreach (var view in (await stack.Views.ListViewsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).Views)
            {
                table.AddRow(Number(view.ViewId), Words.Plain(view.DisplayName), Number(view.SegmentId), Words.Plain(string.Join(", ", view.Columns)), Words.Plain(view.OrderBy));
            }
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Show()
    {
        var which = Which();
        var size = new Option<int>("--size") { Description = "Rows on the page, 1 to 1000.", DefaultValueFactory = _ => 20 };
        var token = new Option<string?>("--token") { Description = "Token of the page, as the page before showed it." };
        var command = new Command("show", "Shows a page of a view.") { which, size, token };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new ListViewRowsRequest { ViewId = await FindAsync(stack, result.GetValue(which)!, cancellationToken), PageSize = result.GetValue(size), PageToken = result.GetValue(token) ?? "" };
            var page = await stack.Views.ListViewRowsAsync(request, cancellationToken: cancellationToken);
            AnsiConsole.Write(Table(page));
            if (page.NextPageToken.Length > 0)
            {
                AnsiConsole.MarkupLine($"The next page: --token {page.NextPageToken}");
            }
        });
        return command;
    }

    private static Command Delete()
    {
        var which = Which();
        var command = new Command("delete", "Deletes a view; its segment stays.") { which };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await stack.Views.DeleteViewAsync(new() { ViewId = await FindAsync(stack, result.GetValue(which)!, cancellationToken) }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine("The view is deleted.");
        });
        return command;
    }

    /// <summary>Finds a view by its number or its name.</summary>
    internal static async Task<long> FindAsync(Stack stack, string text, CancellationToken cancellationToken) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : (await stack.Views.GetViewAsync(new() { DisplayName = text }, cancellationToken: cancellationToken)).View.ViewId;

    private static Table Table(ListViewRowsResponse page)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in page.Columns)
        {
            var shown = new TableColumn(Words.Plain(column.Header));
            table.AddColumn(column.Type == FilterFieldType.Number ? shown.RightAligned() : shown);
        }
        foreach (var row in page.Rows)
        {
            table.AddRow([.. row.Cells.Select(c => Words.Plain(Text(c)))]);
        }
        return table;
    }

    private static string Text(ViewCell cell) => cell.ValueCase switch
    {
        ViewCell.ValueOneofCase.TextValue => cell.TextValue,
        ViewCell.ValueOneofCase.NumberValue => cell.NumberValue,
        ViewCell.ValueOneofCase.BooleanValue => cell.BooleanValue ? "yes" : "no",
        ViewCell.ValueOneofCase.DateValue => cell.DateValue,
        ViewCell.ValueOneofCase.ValueTime => Words.Time(cell.ValueTime),
        ViewCell.ValueOneofCase.NamesValue => string.Join(", ", cell.NamesValue.Names),
        _ => "",
    };

    private static Argument<string> Which() => new("VIEW") { Description = "A view's number or name." };

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
