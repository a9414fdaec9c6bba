using System.Globalization;
using ContactPlatform.Testing;

namespace ContactPlatform.Bench;

/// <summary>How much memory the services take during the work, by the kernel's own high-water mark.</summary>
internal sealed class MemoryWatch
{
    private readonly List<(string Name, ServiceHost Service, long Idle)> _watched;

    /// <summary>Notes what the services take when nothing has been asked of them yet: the idle that peaks are held against.</summary>
    public MemoryWatch(OwnStack stack) => _watched = [.. stack.Services.Index().Select(s => (s.Index == 0 ? "Contacts" : $"Funnel {s.Index}", s.Item, s.Item.ResidentBytes()))];

    /// <summary>The same of one service.</summary>
    public MemoryWatch(string name, ServiceHost service) => _watched = [(name, service, service.ResidentBytes())];

    /// <summary>Begins a sample.</summary>
    public void Begin()
    {
        foreach (var (_, service, _) in _watched)
        {
            service.ForgetPeak();
        }
    }

    /// <summary>Ends a sample, to be printed when its data are checked.</summary>
    public Action End()
    {
        var peaks = _watched.Select(w => (w.Name, w.Idle, Peak: w.Service.PeakBytes())).ToList();
        return () =>
        {
            foreach (var (name, idle, peak) in peaks)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    memory of {name,-32} {peak / 1e6,14:0.#} MB at most, {(peak - idle) / 1e6:0.#} MB over idle"));
            }
        };
    }
}
