using System.Collections.Concurrent;
using ContactPlatform.Testing.Faults;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ContactPlatform.Faults.Tests;

/// <summary>Every fault once, on a small crowd; `./dev faults` does the same larger and often.</summary>
[TestCaseOrderer("ContactPlatform.Faults.Tests.ListedOrder", "ContactPlatform.Faults.Tests")]
public sealed class FaultTests(FaultFixture fixture, ITestOutputHelper output) : IClassFixture<FaultFixture>
{
    public static TheoryData<string> Names => [.. Fault.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_platform_withstands(string name)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        // Another moment each day, and the same all day long, so that a failure can be had again.
        var seed = TimeProvider.System.GetUtcNow().DayOfYear;
        output.WriteLine($"seed {seed}");
        try
        {
            await Fault.All.Single(f => f.Name == name).RunAsync(await fixture.BedAsync(limit.Token), seed, limit.Token);
        }
        catch
        {
            await fixture.DropAsync();
            throw;
        }
        finally
        {
            foreach (var line in fixture.Log())
            {
                output.WriteLine(line);
            }
        }
    }
}

/// <summary>In the order of <see cref="Fault.All"/>, which saves work; any other would do.</summary>
public sealed class ListedOrder : ITestCaseOrderer
{
    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase =>
        testCases.OrderBy(t => Fault.All.Index().Single(f => f.Item.Name.Equals(t.TestMethodArguments[0])).Index);
}

/// <summary>One stack for all faults; a new one after a fault that did not hold.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    private const int Size = 2000;

    private readonly ConcurrentQueue<string> log = new();
    private FaultBed? bed;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => DropAsync();

    public async Task<FaultBed> BedAsync(CancellationToken cancellationToken) => bed ??= await FaultBed.StartAsync(Size, log.Enqueue, cancellationToken);

    public async Task DropAsync()
    {
        if (bed is not null)
        {
            await bed.DisposeAsync();
            bed = null;
        }
    }

    /// <summary>What was said since the last time.</summary>
    public IEnumerable<string> Log()
    {
        while (log.TryDequeue(out var line))
        {
            yield return line;
        }
    }
}
