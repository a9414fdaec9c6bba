using System.CommandLine;
using System.Globalization;
using ContactPlatform.Bench;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var name = new Argument<string>("NAME") { Description = "Which one: " + string.Join(", ", Benches.All.Select(b => b.Name)) + "." };
var size = new Option<int?>("--size") { Description = "How much: contacts, rows or calls. Its own default when not given." };
var rounds = new Option<int>("--rounds") { Description = "How often the work and its limit take turns.", DefaultValueFactory = _ => 3 };
name.Validators.Add(result => Check(Benches.Find(result.GetValue(name)) is null, $"there is no bench '{result.GetValue(name)}': {string.Join(", ", Benches.All.Select(b => b.Name))}", result.AddError));
size.Validators.Add(result => Check(result.GetValue(size) is < 1 or > 10_000_000, "--size must be from 1 to 10000000", result.AddError));
rounds.Validators.Add(result => Check(result.GetValue(rounds) is < 1 or > 100, "--rounds must be from 1 to 100", result.AddError));

var command = new RootCommand("Measures one thing against its limit, by turns in one run on the same PostgreSQL; the last line is the result as JSON.") { name, size, rounds };
command.SetAction((result, cancellationToken) => RunAsync(Benches.Find(result.GetValue(name))!, result.GetValue(size), result.GetValue(rounds), cancellationToken));
return await command.Parse(args).InvokeAsync();

static void Check(bool wrong, string message, Action<string> refuse)
{
    if (wrong)
    {
        refuse(message);
    }
}

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
