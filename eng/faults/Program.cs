using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ContactPlatform;
using ContactPlatform.Testing.Faults;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var name = new Argument<string[]>("NAME") { Description = "Which ones; all when not given: " + string.Join(", ", Fault.All.Select(f => f.Name)) + ".", Arity = ArgumentArity.ZeroOrMore };
var tries = new Option<int?>("--tries") { Description = "How often. Its own default when not given." };
var seed = new Option<int?>("--seed") { Description = "Decides when and whom; the same seed does the same again, as far as a machine can. A new one when not given." };
var size = new Option<int>("--size") { Description = "Contacts, and the measure of everything else.", DefaultValueFactory = _ => 100_000 };
name.MustBe(asked => asked.All(IsFault), asked => $"there is no fault '{asked.First(a => !IsFault(a))}': {string.Join(", ", Fault.All.Select(f => f.Name))}");
tries.MustBe(count => count is >= 1 and <= 10_000, "--tries must be from 1 to 10000");
seed.MustBe(_ => true, "--seed must be a whole number");
size.MustBe(contacts => contacts is >= 1000 and <= 1_000_000, "--size must be from 1000 to 1000000");

var command = new RootCommand("Hurts the platform in every way it must withstand, and checks all data after each; one line of JSON per fault.") { name, tries, seed, size };
command.SetAction((result, cancellationToken) => RunAsync(
    [.. Fault.All.Where(f => result.GetValue(name) is not { Length: > 0 } only || only.Contains(f.Name))],
    result.GetValue(tries), result.GetValue(seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue), result.GetValue(size), cancellationToken));
return await command.Parse(args).InvokeAsync();

static bool IsFault(string name) => Fault.All.Any(f => f.Name == name);

static async Task<int> RunAsync(IReadOnlyList<Fault> faults, int? tries, int seed, int size, CancellationToken cancellationToken)
{
    Console.WriteLine($"seed {seed}, size {size}");
    var failed = false;
    FaultBed? bed = null;
    try
    {
        foreach (var fault in faults)
        {
            var (done, failures) = (0, 0);
            for (; done < (tries ?? fault.Tries); done++)
            {
                bed ??= await FaultBed.StartAsync(size, text => Console.Error.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}   {text}"), cancellationToken);
                // Each try can be had again by itself: its seed as --seed, with --tries 1.
                var own = unchecked(seed + done);
                var started = Stopwatch.GetTimestamp();
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(TimeSpan.FromMinutes(15));
                try
                {
                    await fault.RunAsync(bed, own, limit.Token);
                    Console.Error.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {fault.Name} try {done + 1}, seed {own}: held, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
                }
#pragma warning disable CA1031 // Whatever it is, this fault has found something, and the others are still to be done.
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    failures++;
                    Console.WriteLine($"{fault.Name} failed at seed {own}: {(e is FaultException ? e.Message : e)}");
                    // What it left behind must not be counted again.
                    await bed.DisposeAsync();
                    bed = null;
                }
            }
            failed |= failures > 0;
            Console.WriteLine(JsonSerializer.Serialize(new { name = fault.Name, tries = done, failures }));
        }
    }
    finally
    {
        if (bed is not null)
        {
            await bed.DisposeAsync();
        }
    }
    return failed ? 1 : 0;
}
