using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.SqlServerGate;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.ServiceDefaults.Tests.Data;

/// <summary>Every LINQ query that the tests of this process run is also given to SQL Server's provider.</summary>
[Collection("after all others")]
public class LinqTests
{
    private static readonly ConcurrentQueue<string> _problems = new();

    [ModuleInitializer]
    internal static void Watch() => LinqGate.Start(_problems.Enqueue);

    [Fact]
    public void Every_query_that_ran_is_one_for_SQL_Server_too()
    {
        using var db = new ProbeDbContext(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql("Host=nowhere;Timeout=1").Options, new CurrentAccount { Id = 1 });
        // What SQL Server has no words for is found, so silence means something.
        Should.Throw<Exception>(() => db.Items.Where(i => EF.Functions.ILike(i.DisplayName, "a%")).ToList());
        var (expected, others) = (_problems.Where(p => p.Contains("ILike", StringComparison.Ordinal)).ToList(), _problems.Where(p => !p.Contains("ILike", StringComparison.Ordinal)).ToList());
        others.ShouldBeEmpty();
        expected.ShouldHaveSingleItem().ShouldContain("does not translate");
        LinqGate.Seen.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Every_query_of_the_library_was_run_by_some_test()
    {
        QuerySites.Count(typeof(PlatformDbContext).Assembly).ShouldBeGreaterThan(5);
        QuerySites.Unreached(typeof(PlatformDbContext).Assembly).ShouldBeEmpty();
    }
}

/// <summary>Runs when everything that runs in parallel is done.</summary>
[CollectionDefinition("after all others", DisableParallelization = true)]
public sealed class AfterAllOthers;
