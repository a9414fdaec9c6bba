using ContactPlatform.Testing;

namespace ContactPlatform.Sequences.Tests;

/// <summary>Every LINQ query of the service has been translated to T-SQL while the other tests made it run.</summary>
[Collection("after all others")]
public class QuerySiteTests
{
    [Fact]
    public void Every_query_of_the_service_was_run_by_some_test()
    {
        QuerySites.Count(typeof(SequencesDbContext).Assembly).ShouldBeGreaterThan(2);
        QuerySites.Unreached(typeof(SequencesDbContext).Assembly).ShouldBeEmpty();
    }
}

/// <summary>Runs when everything that runs in parallel is done.</summary>
[CollectionDefinition("after all others", DisableParallelization = true)]
public sealed class AfterAllOthers;
