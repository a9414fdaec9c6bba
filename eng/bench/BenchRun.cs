using System.Globalization;
using System.Text.Json;
using ContactPlatform.Testing;

namespace ContactPlatform.Bench;

/// <summary>What one call of the program is asked for, and where it writes.</summary>
/// <param name="Size">Contacts, rows or calls.</param>
/// <param name="Rounds">How often the work and its limit take turns.</param>
internal sealed record BenchRun(int Size, int Rounds)
{
    /// <summary>Says what is going on, on standard error.</summary>
    public static void Progress(string text) => Console.Error.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {text}");

    /// <summary>Prints one sample, on standard output.</summary>
    public static void Sample(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-44} {value,14:0.####} {unit}"));

    /// <summary>The machine's load averages of 1, 5 and 15 minutes: others may be at work on it.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";

    /// <summary>Fails the bench when the work has not done what it is measured for.</summary>
    public static void Check(string what, long actual, long expected)
    {
        if (actual != expected)
        {
            throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"{what}: {actual}, not {expected}"));
        }
    }

    /// <summary>Fails the bench when Funnel's data are not as they must always be.</summary>
    public static async Task CheckFunnelAsync(OwnStack stack, CancellationToken cancellationToken)
    {
        Progress("checking Funnel's data");
        var broken = await FunnelCheck.BrokenAsync(stack.Funnel.Database, cancellationToken);
        if (broken.Count > 0)
        {
            throw new BenchException("Funnel's data are broken: " + string.Join("; ", broken));
        }
    }
}

/// <summary>The work did not do what it should, so its time means nothing.</summary>
internal sealed class BenchException(string message) : Exception(message);

/// <summary>What came out, as medians.</summary>
/// <param name="Value">Of the work.</param>
/// <param name="Unit">Of both.</param>
/// <param name="Against">Of the limit.</param>
/// <param name="Ratio">Their quotient, unless the bench says otherwise.</param>
internal sealed record Outcome(double Value, string Unit, double Against, double Ratio)
{
    public Outcome(double value, string unit, double against) : this(value, unit, against, value / against)
    {
    }

    /// <summary>
    /// Of work and limit that took turns. The ratio is the median of the turns' own: a machine's speed may change from one to the
    /// next, but hardly within one.
    /// </summary>
    public static Outcome ByTurns(List<double> work, List<double> limit, string unit) =>
        new(work.Median(), unit, limit.Median(), work.Zip(limit, (w, l) => w / l).ToList().Median());

    public string Json(string name, int size) => JsonSerializer.Serialize(new
    {
        name,
        size,
        value = Math.Round(Value, 4),
        unit = Unit,
        against = Math.Round(Against, 4),
        ratio = Math.Round(Ratio, 3),
    });
}

/// <summary>Order statistics.</summary>
internal static class Statistics
{
    public static double Median(this IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value that a share of the values does not exceed.</summary>
    public static double Quantile(this IReadOnlyCollection<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
