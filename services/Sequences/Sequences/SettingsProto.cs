using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Errors;
using static ContactPlatform.Sequences.V1.OutOfOfficeHandling;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>Reads the settings of a sequence.</summary>
public static class SettingsProto
{
    private const int MinutesOfDay = 24 * 60;
    private const string Field = "sequence.settings";

    /// <summary>Reads settings; what may be left out gets what stands for it.</summary>
    public static SequenceSettings Settings(this Violations violations, SequenceSettings? value)
    {
        var settings = value ?? new();
        settings.ReplyHandling = settings.ReplyHandling == ReplyHandling.Unspecified ? ReplyHandling.Finish : settings.ReplyHandling;
        violations.Check(Enum.IsDefined(settings.ReplyHandling), $"{Field}.reply_handling", $"is {(int)settings.ReplyHandling}; expected FINISH or CONTINUE");
        settings.OutOfOffice ??= new() { Hold = true };
        violations.OutOfOffice(settings.OutOfOffice);
        violations.Window(settings.SendingWindow);
        violations.Check(settings.DailyLimit is >= 0 and <= SequenceLimits.DailyLimit, $"{Field}.daily_limit", $"is {settings.DailyLimit}; expected 0 for none, or 1 to {SequenceLimits.DailyLimit}");
        settings.FromEmail = violations.Address(settings.FromEmail, $"{Field}.from_email");
        settings.ReplyToEmail = violations.Address(settings.ReplyToEmail, $"{Field}.reply_to_email");
        settings.FromName = violations.Text(settings.FromName, $"{Field}.from_name", SequenceLimits.Name);
        settings.Jitter = violations.Seconds(settings.Jitter, $"{Field}.jitter", 24 * 60 * 60);
        return settings;
    }

    private static void OutOfOffice(this Violations violations, OutOfOfficeHandling value)
    {
        switch (value.ResumeCase)
        {
            case ResumeOneofCase.Hold:
                violations.Check(value.Hold, $"{Field}.out_of_office.hold", "is false; true is expected, or another way to resume");
                break;
            case ResumeOneofCase.AfterDays:
                violations.Check(value.AfterDays is >= 1 and <= SequenceLimits.Days, $"{Field}.out_of_office.after_days", $"is {value.AfterDays}; expected 1 to {SequenceLimits.Days}");
                break;
            case ResumeOneofCase.OnDateAtMostDays:
                violations.Check(value.OnDateAtMostDays is >= 1 and <= SequenceLimits.Days, $"{Field}.out_of_office.on_date_at_most_days", $"is {value.OnDateAtMostDays}; expected 1 to {SequenceLimits.Days}");
                break;
            default:
                violations.Add($"{Field}.out_of_office.resume", "is missing; expected hold, after_days or on_date_at_most_days");
                break;
        }
    }

    private static void Window(this Violations violations, SendingWindow? window)
    {
        if (window is null)
        {
            return;
        }
        violations.Check(window.TimeZone.Contains('/', StringComparison.Ordinal) || window.TimeZone == "UTC", $"{Field}.sending_window.time_zone", "is no IANA name, such as Europe/Berlin or UTC");
        violations.Check(TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _), $"{Field}.sending_window.time_zone", $"is \"{window.TimeZone}\", which is not known; expected an IANA name such as Europe/Berlin");
        violations.Check(window.Weekdays.Count > 0 && window.Weekdays.All(d => d is >= 1 and <= 7) && window.Weekdays.Distinct().Count() == window.Weekdays.Count,
            $"{Field}.sending_window.weekdays", "expected are 1 (Monday) to 7 (Sunday), at least one, each once");
        violations.Check(window.StartMinute is >= 0 and < MinutesOfDay, $"{Field}.sending_window.start_minute", $"is {window.StartMinute}; expected 0 to {MinutesOfDay - 1}");
        violations.Check(window.EndMinute > window.StartMinute && window.EndMinute <= MinutesOfDay, $"{Field}.sending_window.end_minute", $"is {window.EndMinute}; expected more than start_minute, at most {MinutesOfDay}");
    }

    private static string Address(this Violations violations, string text, string field)
    {
        if (text.Length == 0)
        {
            return "";
        }
        if (EmailAddress.TryNormalise(text, out var address) is { } problem)
        {
            violations.Add(field, problem);
        }
        return address;
    }
}
