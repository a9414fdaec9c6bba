using ContactPlatform.SqlServerGate;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>The parser says no where it must: what the gate rests on.</summary>
public class TSqlTests
{
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("DECLARE @x bigint; SELECT TOP (@n) a FROM t WITH (UPDLOCK) WHERE b IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids));")]
    public void What_is_well_formed_passes(string sql) => TSql.Errors(sql).ShouldBeEmpty();

    [Theory]
    [InlineData("SELECT a FROM t LIMIT 1")]
    [InlineData("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING")]
    [InlineData("UPDATE t SET a = 1 RETURNING a")]
    [InlineData("SELECT user FROM t AS plan")]
    public void What_is_not_is_refused(string sql) => TSql.Errors(sql).ShouldNotBeEmpty();

    [Theory]
    [InlineData("account_id", true)]
    [InlineData("source", true)]
    [InlineData("user", false)]
    [InlineData("order", false)]
    [InlineData("key", false)]
    [InlineData("percent", false)]
    public void Reserved_words_are_no_plain_names(string name, bool plain) => TSql.IsPlainName(name).ShouldBe(plain);
}
