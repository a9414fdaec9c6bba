using System.Net;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Deliverability.Webhooks;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>What decides about calls, without any.</summary>
public sealed class ForbiddenNetworksTests
{
    private static readonly ForbiddenNetworks Strict = new([]);
    private static readonly DateTime Noon = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.255.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.19.0.1")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:0:4136:e378::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("4000::1")]
    public void What_is_not_the_public_internet_is_not_called(string address) => Strict.Problem(IPAddress.Parse(address)).ShouldNotBeNull();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700::1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::101:101")]
    public void The_public_internet_is(string address) => Strict.Problem(IPAddress.Parse(address)).ShouldBeNull();

    [Fact]
    public void Each_forbidden_network_says_where_that_is_written_and_can_be_allowed()
    {
        ForbiddenNetworks.Table.ShouldAllBe(n => n.Source.StartsWith("RFC ", StringComparison.Ordinal) && n.What.Length > 0);
        ForbiddenNetworks.Table.ShouldAllBe(n => Strict.Problem(n.Network.BaseAddress) != null);
        var allowed = new ForbiddenNetworks([IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("::1/128")]);
        string[] called = ["10.1.2.3", "::ffff:10.1.2.3", "::1"];
        called.ShouldAllBe(a => allowed.Problem(IPAddress.Parse(a)) == null);
        string[] not = ["10.2.0.1", "127.0.0.1"];
        not.ShouldAllBe(a => allowed.Problem(IPAddress.Parse(a)) != null);
    }

    [Theory]
    [InlineData("", "characters")]
    [InlineData("example.org/hooks", "address on the web")]
    [InlineData("ftp://example.org/", "address on the web")]
    [InlineData("file:///etc/passwd", "address on the web")]
    [InlineData("https://", "address on the web")]
    [InlineData("https://exa mple.org/", "address on the web")]
    [InlineData("https://example.org\\@127.0.0.1/", "address on the web")]
    [InlineData("https://user:secret@example.org/", "user name")]
    [InlineData("https://user@example.org/", "user name")]
    [InlineData("https://@example.org/", "user name")]
    [InlineData("https://example.org/#a", "fragment")]
    [InlineData("https://example.org:0/", "port 0")]
    [InlineData("http://127.0.0.1/", "loopback")]
    [InlineData("http://2130706433/", "loopback")]
    [InlineData("http://0x7f.1/", "loopback")]
    [InlineData("http://0177.0.0.1/", "loopback")]
    [InlineData("http://[::1]/", "loopback")]
    [InlineData("http://[::ffff:10.0.0.1]/", "private")]
    [InlineData("http://localhost/", "loopback")]
    [InlineData("http://LOCALHOST./", "loopback")]
    [InlineData("http://x.localhost/", "loopback")]
    [InlineData("http://169.254.169.254/latest/meta-data", "link-local")]
    public void A_webhook_cannot_be_everywhere(string url, string problem) => WebhookUrl.TryRead(url, Strict, out _).ShouldNotBeNull().ShouldContain(problem);

    [Theory]
    [InlineData("https://example.org/hooks?key=1", "https://example.org/hooks?key=1")]
    [InlineData("HTTP://Example.ORG:8080", "http://example.org:8080/")]
    [InlineData("https://bücher.example/", "https://bücher.example/")]
    [InlineData("https://1.1.1.1/", "https://1.1.1.1/")]
    public void It_can_be_on_the_web(string url, string kept)
    {
        WebhookUrl.TryRead(url, Strict, out var read).ShouldBeNull();
        read!.AbsoluteUri.ShouldBe(kept);
    }

    [Fact]
    public void What_failed_waits_longer_each_time_for_about_a_day_and_is_a_dead_letter_then()
    {
        var delays = new WebhookSettings().Delays;
        var failed = new AttemptOutcome(WebhookAttemptResult.Refused, 500);
        var total = TimeSpan.Zero;
        for (var attempt = 1; attempt <= delays.Count; attempt++)
        {
            var (soon, late) = (Step(attempt, failed, 0), Step(attempt, failed, 1));
            (soon.State, late.State).ShouldBe((WebhookDeliveryState.Waiting, WebhookDeliveryState.Waiting));
            (soon.NextAttemptTime - Noon).ShouldBe(delays[attempt - 1] * 0.8);
            (late.NextAttemptTime - Noon).ShouldBe(delays[attempt - 1] * 1.2);
            total += delays[attempt - 1];
        }
        total.ShouldBeInRange(TimeSpan.FromHours(20), TimeSpan.FromHours(28));
        Step(delays.Count + 1, failed).State.ShouldBe(WebhookDeliveryState.Dead);
        Step(1, new(WebhookAttemptResult.Delivered, 204)).State.ShouldBe(WebhookDeliveryState.Delivered);
        Step(1, new(WebhookAttemptResult.Refused, 410)).ShouldBe(new(WebhookDeliveryState.Dead, Noon, Disable: true));
        (Step(1, failed with { RetryAfter = TimeSpan.FromMinutes(3) }).NextAttemptTime - Noon).ShouldBe(TimeSpan.FromMinutes(3));
        (Step(1, failed with { RetryAfter = TimeSpan.FromDays(3) }).NextAttemptTime - Noon).ShouldBe(TimeSpan.FromHours(1));

        DeliveryStep Step(int attempt, AttemptOutcome outcome, double dice = 0.5) => DeliveryDecisions.After(attempt, outcome, Noon, delays, dice);
    }

    [Fact]
    public void Types_of_events_fit_into_their_mask_and_all_have_a_name()
    {
        var all = Enum.GetValues<WebhookEventType>().Where(t => t != WebhookEventType.Unspecified).ToList();
        WebhookTypes.Table.Select(t => t.Type).ShouldBe(all, ignoreOrder: true);
        all.ShouldAllBe(t => (int)t < 63);
        WebhookTypes.Types(WebhookTypes.Mask([WebhookEventType.MessageSent, WebhookEventType.WebhookTest])).ShouldBe([WebhookEventType.MessageSent, WebhookEventType.WebhookTest]);
        all.ShouldAllBe(t => WebhookTypes.Wants(WebhookTypes.Mask(Array.Empty<WebhookEventType>()), t));
        Enum.GetValues<DeliveryEventKind>().Where(k => k != DeliveryEventKind.Unspecified).ShouldAllBe(k => string.Equals(WebhookTypes.Name(WebhookTypes.Of(k)).Replace("_", ""), $"message.{k}", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Settings_out_of_bounds_are_named_at_the_start()
    {
        Read(("Timeout", "00:00:05"), ("Lease", "00:00:10"), ("Delays:0", "00:00:01"), ("AllowedNetworks:0", "10.0.0.0/8")).AllowedNetworks.ShouldHaveSingleItem();
        Should.Throw<InvalidOperationException>(() => Read(("AllowedNetworks:0", "localhost")));
        Should.Throw<InvalidOperationException>(() => Read(("Lease", "00:00:01")));

        static WebhookSettings Read(params (string Name, string Value)[] settings) => WebhookSettings.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(s => $"Webhooks:{s.Name}", s => (string?)s.Value)).Build());
    }
}
