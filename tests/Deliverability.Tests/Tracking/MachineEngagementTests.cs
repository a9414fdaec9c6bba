using ContactPlatform.Deliverability.Tracking;

namespace ContactPlatform.Deliverability.Tests.Tracking;

public sealed class MachineEngagementTests
{
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

    [Theory]
    [InlineData("GET", Browser, false, 60, true, null)]
    [InlineData("GET", Browser, false, 60, false, null)]
    [InlineData("GET", Browser, false, null, true, null)]
    [InlineData("GET", "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", false, 60, false, null)]
    [InlineData("HEAD", Browser, false, 60, true, "HEAD")]
    [InlineData("GET", Browser, true, 60, true, "PREFETCH")]
    [InlineData("GET", "", false, 60, true, "NO_USER_AGENT")]
    [InlineData("GET", "Mozilla/5.0 (compatible; SomeBot/2.1)", false, 60, true, "PROGRAM")]
    [InlineData("GET", "python-requests/2.31", false, 60, true, "PROGRAM")]
    [InlineData("GET", "Mozilla/5.0", false, 60, false, "BARE_MOZILLA")]
    [InlineData("GET", "Mozilla/5.0", false, 60, true, null)]
    [InlineData("GET", Browser, false, 2, true, "TOO_SOON")]
    [InlineData("GET", Browser, false, 2, false, null)]
    [InlineData("GET", Browser, false, 0, false, "TOO_SOON")]
    public void Machines_are_told_by_rule(string method, string agent, bool prefetch, int? seconds, bool click, string? rule) =>
        MachineEngagement.Recognise(new(method, agent, prefetch, seconds is { } s ? TimeSpan.FromSeconds(s) : null, click)).ShouldBe(rule);
}
