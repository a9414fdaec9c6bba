using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>A test of the command line, as a process against the other end of the contracts.</summary>
public abstract class CliCase : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private ScriptedServices _services = null!;

    /// <summary>What the other end was told to say, and what it was asked.</summary>
    private protected Script Script => _services.Script;

    private protected string Address => _services.Address;

    /// <summary>Gives up after a minute.</summary>
    protected CancellationToken Token => _timeout.Token;

    public async Task InitializeAsync() => _services = await ScriptedServices.StartAsync();

    public async Task DisposeAsync() => await _services.DisposeAsync();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _timeout.Dispose();

    /// <summary>Runs the command line to its end.</summary>
    private protected Task<ChildProcess> RunAsync(params string[] arguments) => ScriptedServices.RunCliAsync(Address, arguments, Token);
}
