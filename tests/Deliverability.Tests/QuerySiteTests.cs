using ContactPlatform.Testing;

namespace ContactPlatform.Deliverability.Tests;

/// <summary>Every LINQ query of the service has been translated to T-SQL while the other tests made it run.</summary>
[Collection("after all others")]
public class QuerySiteTests
{
    [Fact]
    public void Every_query_of_the_service_was_run_by_some_test()
    {
        QuerySites.Count(typeof(DeliverabilityDbContext).Assembly).ShouldBeGreaterThan(10);
        QuerySites.Unreached(typeof(DeliverabilityDbContext).Assembly).ShouldBeEmpty();
    }
}

/// <summary>Runs when everything that runs in parallel is done.</summary>
[CollectionDefinition("after all others", DisableParallelization = true)]
public sealed class AfterAllOthers;
