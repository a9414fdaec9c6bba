namespace ContactPlatform.Deliverability.Sending;

/// <summary>Counts the connections of this process that send to each domain.</summary>
public sealed class DomainSlots(SendSettings settings)
{
    private readonly Dictionary<string, int> used = new(StringComparer.Ordinal);

    /// <summary>Domains that get no more now.</summary>
    public IReadOnlyCollection<string> Busy
    {
        get
        {
            lock (used)
            {
                return [.. used.Where(u => u.Value >= settings.PerDomain).Select(u => u.Key)];
            }
        }
    }

    /// <summary>How many more connections may send to any domain that is not busy: at least 1.</summary>
    public int Room
    {
        get
        {
            lock (used)
            {
                return settings.PerDomain - used.Values.Where(u => u < settings.PerDomain).DefaultIfEmpty(0).Max();
            }
        }
    }

    /// <summary>A connection begins to send to some domains.</summary>
    public void Enter(IEnumerable<string> domains) => Add(domains, 1);

    /// <summary>It has ended.</summary>
    public void Leave(IEnumerable<string> domains) => Add(domains, -1);

    private void Add(IEnumerable<string> domains, int count)
    {
        lock (used)
        {
            foreach (var domain in domains.Distinct(StringComparer.Ordinal))
            {
                if ((used[domain] = used.GetValueOrDefault(domain) + count) == 0)
                {
                    used.Remove(domain);
                }
            }
        }
    }
}
