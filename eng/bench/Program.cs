using System.CommandLine;
using System.Globalization;
using ContactPlatform;
using ContactPlatform.Bench;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var name = new Argument<string>("NAME") { Description = "Which one: " + string.Join(", ", Benches.All.Select(b => b.Name)) + "." };
var size = new Option<int?>("--size") { Description = "How much: contacts, rows or calls. Its own default when not given." };
var rounds = new Option<int>("--rounds") { Description = "How often the work and its limit take turns.", DefaultValueFactory = _ => 3 };
name.MustBe(asked => Benches.Find(asked) is not null, asked => $"there is no bench '{asked}': {string.Join(", ", Benches.All.Select(b => b.Name))}");
size.MustBe(count => count is >= 1 and <= 10_000_000, "--size must be from 1 to 10000000");
rounds.MustBe(count => count is >= 1 and <= 100, "--rounds must be from 1 to 100");

var command = new RootCommand("Measures one thing against its limit, by turns in one run on the same PostgreSQL; the last line is the result as JSON.") { name, size, rounds };
command.SetAction((result, cancellationToken) => RunAsync(Benches.Find(result.GetValue(name))!, result.GetValue(size), result.GetValue(rounds), cancellationToken));
return await command.Parse(args).InvokeAsync();

static async Task<int> RunAsync(Bench bench, int? size, int rounds, CancellationToken cancellationToken)
{
    var run = new BenchRun(size ?? bench.DefaultSize, rounds);
    Console.WriteLine($"{bench.Name}: {bench.Work}");
    Console.WriteLine($"against: {bench.Against}");
    Console.WriteLine($"size {run.Size}, {rounds} rounds, {Environment.ProcessorCount} processors, load {BenchRun.Load()} before");
    try
    {
        var outcome = await bench.RunAsync(run, cancellationToken);
        Console.WriteLine($"load {BenchRun.Load()} after");
        Console.WriteLine(outcome.Json(bench.Name, run.Size));
        return 0;
    }
    catch (BenchException e)
    {
        Console.Error.WriteLine($"{bench.Name}: {e.Message}");
        return 1;
    }
}
