using System.CommandLine;
using System.Globalization;
using ContactPlatform;
using ContactPlatform.Sample;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var rows = new Argument<long>("N") { Description = "Rows to write, from 0 to 8000000." };
var file = new Argument<FileInfo>("FILE.csv") { Description = "Where to write them; an existing file is replaced." };
var seed = new Option<long>("--seed") { Description = "The same seed gives the same file.", DefaultValueFactory = _ => 1 };
var dirty = new Option<double>("--dirty") { Description = "The share of rows, from 0 to 1, that are odd or wrong.", DefaultValueFactory = _ => 0.02 };
var fields = new Option<int>("--fields") { Description = "Columns of custom fields, from 0 to 20: a choice, a number, a date, a boolean, a text, and again." };
fields.MustBe(count => count is >= 0 and <= CustomColumn.Maximum, $"--fields must be from 0 to {CustomColumn.Maximum}");
rows.MustBe(count => count is >= 0 and <= 8_000_000, "N must be a number from 0 to 8000000");
seed.MustBe(_ => true, "--seed must be a whole number");
dirty.MustBe(share => share is >= 0 and <= 1, "--dirty must be from 0 to 1, such as 0.02");

var command = new RootCommand("Writes made-up contacts as CSV, some of them dirty, and says what an import should count.") { rows, file, seed, dirty, fields };
command.SetAction(result => Run(result.GetValue(rows), result.GetValue(file)!, result.GetValue(seed), result.GetValue(dirty), result.GetValue(fields)));
return command.Parse(args).Invoke();

static int Run(long rows, FileInfo file, long seed, double dirty, int fields)
{
    SampleSummary summary;
    try
    {
        using var output = file.Create();
        summary = SampleFile.Write(output, rows, seed, dirty, fields);
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"Could not write {file.FullName}: {e.Message}");
        return 1;
    }

    file.Refresh();
    Console.WriteLine($"{file.Name}: {rows:N0} rows, {file.Length / 1e6:N1} MB, seed {seed}{(dirty > 0 ? ", with a byte order mark" : "")}");
    Write("new contacts", summary.Count(Expected.Accepted));
    Write($"  labelled {Contact.PurchasedLabel}", summary.Purchased);
    foreach (var (expected, heading) in new[]
    {
        (Expected.Accepted, null),
        (Expected.Duplicate, "duplicates"),
        (Expected.Refused, "refused"),
    })
    {
        if (heading is not null)
        {
            Write(heading, summary.Count(expected));
        }

        foreach (var (index, flaw) in Flaws.All.Index().Where(f => f.Index > 0 && f.Item.Expected == expected && summary.ByFlaw[f.Index] > 0))
        {
            Write("  " + flaw.Name, summary.ByFlaw[index]);
        }
    }

    if (fields > 0)
    {
        Console.WriteLine("Without these fields an import leaves their columns out:");
        foreach (var column in CustomColumn.Take(fields))
        {
            Console.WriteLine($"  ./dev cli field create {column.Key} --type {column.Type}{(column.Choices.Length > 0 ? $" --choices {column.Choices}" : "")}");
        }
    }

    return 0;
}

static void Write(string what, long count) => Console.WriteLine($"  {what,-44}{count,12:N0}");
