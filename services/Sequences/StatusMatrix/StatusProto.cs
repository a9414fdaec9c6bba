using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>Reads and writes status_matrix.proto.</summary>
public static class StatusProto
{
    private static readonly string Statuses = string.Join(", ", Enum.GetValues<SequenceStatus>().Where(s => s != SequenceStatus.Unspecified).Select(Name));

    /// <summary>Name of a status as in the contract, without its prefix.</summary>
    public static string Name(SequenceStatus status) => SequenceProto.Name(EnrollmentReflection.Descriptor, "SequenceStatus", (int)status, "SEQUENCE_STATUS_");

    /// <summary>Reads a status.</summary>
    public static SequenceStatus Status(this Violations violations, SequenceStatus value)
    {
        violations.Check(value != SequenceStatus.Unspecified && Enum.IsDefined(value), "status", $"is {(int)value}; expected one of {Statuses}");
        return value;
    }

    /// <summary>Reads a command that sets a status.</summary>
    public static StatusCommand Command(this Violations violations, SequenceStatus status, BounceClearance? clearance, int days, ReplyChannel channel)
    {
        violations.Status(status);
        violations.Check(clearance is null || status == SequenceStatus.Active, "bounce_clearance", "is only for setting ACTIVE; leave it out");
        violations.Check(clearance is null || clearance.HasResend, "bounce_clearance.resend", "is missing; say whether the mail that bounced is sent again");
        violations.Check(days == 0 || status == SequenceStatus.OutOfOffice, "out_of_office_days", "is only for setting OUT_OF_OFFICE; leave it out");
        violations.Check(days is >= 0 and <= SequenceLimits.Days, "out_of_office_days", $"is {days}; expected 1 to {SequenceLimits.Days}, or 0 until somebody resumes");
        violations.Check(Enum.IsDefined(channel), "reply_channel", $"is {(int)channel}; expected EMAIL or SMS");
        return new(status, Remove: false, clearance?.HasResend == true ? clearance.Resend : null, days, channel);
    }

    /// <summary>Reads a new address; null for none.</summary>
    public static string? NewEmail(this Violations violations, BounceClearance? clearance)
    {
        if (clearance is null || clearance.NewEmail.Length == 0)
        {
            return null;
        }
        if (EmailAddress.TryNormalise(clearance.NewEmail, out var address) is { } problem)
        {
            violations.Add("bounce_clearance.new_email", problem);
        }
        return address;
    }

    /// <summary>Says what would become of a command.</summary>
    public static TransitionCheck ToCheck(SequenceStatus status, Verdict verdict) => new()
    {
        Status = status,
        Allowed = verdict.Refusal is null || verdict.Refusal.Reason == SequencesReasons.BounceNotCleared,
        NoChange = verdict.NoChange,
        Reason = verdict.Refusal?.Reason.Name ?? "",
    };
}
