namespace ContactPlatform.Deliverability.Reports;

/// <summary>How much of a report is read, beside what is read of every mail.</summary>
public static class ReportLimits
{
    /// <summary>Recipients that one report may be about.</summary>
    public const int Recipients = 100;
}
