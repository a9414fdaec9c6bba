using System.Globalization;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Rules that led to each other, and whether another one may follow. Pure.</summary>
public static class AutomationChain
{
    /// <summary>Why a rule is not set off by what the rules of a chain led to; unspecified where it is.</summary>
    /// <param name="chain">The rules, the first one first.</param>
    /// <param name="ruleId">The rule.</param>
    public static AutomationStopReason Guard(IReadOnlyCollection<long> chain, long ruleId) =>
        chain.Contains(ruleId) ? AutomationStopReason.Loop
        : chain.Count >= AutomationLimits.Chain ? AutomationStopReason.ChainTooLong
        : AutomationStopReason.Unspecified;

    /// <summary>Whether a change of an enrolment begins anew, or goes on with what made the enrolment: everything that no caller did is its maker's doing.</summary>
    public static bool BeginsAnew(EnrollmentChangeCause cause) => cause is EnrollmentChangeCause.Enrolled or EnrollmentChangeCause.Manual or EnrollmentChangeCause.Api
        or EnrollmentChangeCause.Unenrolled or EnrollmentChangeCause.Moved or EnrollmentChangeCause.Task;

    /// <summary>Writes a chain.</summary>
    public static string Write(IEnumerable<long> chain) => string.Join('.', chain.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Reads a chain.</summary>
    public static long[] Read(string chain) => chain.Length == 0 ? [] : [.. chain.Split('.').Select(id => long.Parse(id, CultureInfo.InvariantCulture))];
}

/// <summary>What this scope is doing for a rule; empty where it is doing nothing of the kind.</summary>
public sealed class CurrentChain
{
    /// <summary>The rules that led to what is done, the one that does it last; null where a caller does it, or the engine.</summary>
    public long[]? Rules { get; set; }
}
