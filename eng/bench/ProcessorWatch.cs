using System.Diagnostics;
using System.Globalization;

namespace ContactPlatform.Bench;

/// <summary>The processor time that this program, a service and PostgreSQL spend: the same on a machine that has other work, too.</summary>
/// <param name="serviceId">The service's process.</param>
/// <param name="checkpointerId">A process that PostgreSQL's own has started.</param>
internal sealed class ProcessorWatch(int serviceId, int checkpointerId)
{
    private readonly int postgresId = Parent(checkpointerId);
    private double _bench;
    private double _service;
    private double _postgres;

    /// <summary>Begins a sample.</summary>
    public void Begin() => (_bench, _service, _postgres) = Read();

    /// <summary>Prints what was spent since.</summary>
    public void Sample()
    {
        var (bench, service, postgres) = Read();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    processor time {"",-31} {bench + service + postgres - _bench - _service - _postgres,14:0.##} s: {service - _service:0.##} of the service, {postgres - _postgres:0.##} of PostgreSQL, {bench - _bench:0.##} of this program"));
    }

    private (double Bench, double Service, double Postgres) Read()
    {
        // Backends that have ended are counted with their parent, so that nothing is lost.
        var postgres = Seconds(postgresId, ended: true) + Process.GetProcesses().Where(p => Parent(p.Id) == postgresId).Sum(p => Seconds(p.Id, ended: false));
        return (Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, Seconds(serviceId, ended: false), postgres);
    }

    private static int Parent(int process) => Fields(process) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    private static double Seconds(int process, bool ended) => Fields(process) is { } fields ? fields[11..(ended ? 15 : 13)].Sum(f => double.Parse(f, CultureInfo.InvariantCulture)) / 100 : 0;

    /// <summary>What the kernel tells behind the name: the state, the parent, and from the twelfth on the user's, the system's and the ended children's hundredths of seconds; null when it has ended.</summary>
    private static string[]? Fields(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
