using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks of Deliverability, and how it shows the answers.</summary>
public sealed class DeliverabilityCliTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private ScriptedServices _services = null!;

    public async Task InitializeAsync() => _services = await ScriptedServices.StartAsync();

    public async Task DisposeAsync() => await _services.DisposeAsync();

    public void Dispose() => _timeout.Dispose();

    [Fact]
    public async Task Who_may_not_be_written_to_is_explained_by_email_or_number()
    {
        var blocked = await RunAsync("deliverability", "explain", "ada@example.org");
        blocked.ExitCode.ShouldBe(0, blocked.Output);
        _services.Script.Asked.ShouldBe(new ExplainSendabilityRequest { Address = "ada@example.org" });
        blocked.Output.ShouldContain("ada@example.org (Unsubscribed by us) may not be written to.");
        blocked.Output.ShouldContain("[fair]");

        var free = await RunAsync("deliverability", "explain", "77");
        _services.Script.Asked.ShouldBe(new ExplainSendabilityRequest { ContactId = 77 });
        free.Output.ShouldContain("bob@example.org (Active) may be written to.");
    }

    private Task<ChildProcess> RunAsync(params string[] arguments) => ScriptedServices.RunCliAsync(_services.Address, arguments, _timeout.Token);
}
