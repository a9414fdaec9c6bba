using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Mime;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Events between proto and domain.</summary>
public static class DeliveryEventProto
{
    /// <summary>Reads the name of who tells events.</summary>
    public static string Source(this Violations violations, string source)
    {
        var read = violations.Text(source, "source", EventLimits.Source, 1);
        // `sendgrid:7` is a webhook's.
        violations.Check(!read.Contains(':', StringComparison.Ordinal), "source", "has a colon, as the names of webhooks have; any other printable text is allowed");
        return read;
    }

    /// <summary>Reads one event.</summary>
    /// <param name="input">As it was sent.</param>
    /// <param name="source">Who tells it.</param>
    /// <param name="now">The service's time.</param>
    /// <param name="draft">The event; null when the answer is not.</param>
    /// <returns>What is wrong with it and what is expected; null when nothing is.</returns>
    public static string? TryRead(DeliveryEventInput input, string source, DateTime now, out EventDraft? draft)
    {
        draft = null;
        var time = input.EventTime?.TryTime();
        var (address, reference) = ("", MailIds.Bare(input.MessageReference));
        var code = default(EnhancedCode);
        var problem = Length(input.EventKey, "event_key", EventLimits.Key, 1)
            ?? (input.EventKey.Any(char.IsControl) ? "event_key contains a control character; only printable text is allowed" : null)
            ?? (input.Kind != DeliveryEventKind.Unspecified && System.Enum.IsDefined(input.Kind) ? null : $"kind is {(int)input.Kind}; expected one of DeliveryEventKind")
            ?? (input.EventTime is null ? null : time is null ? "event_time is no time; expected one from 1990 on" : EventLimits.Problem(time.Value, now) is { } p ? $"event_time {p}" : null)
            ?? (input.Address.Length == 0 || EmailAddress.TryNormalise(input.Address, out address) is not { } a ? null : $"address {a}")
            ?? (input.MessageId >= 0 ? null : $"message_id is {input.MessageId}; expected a positive id, or 0 for none")
            ?? Length(input.MessageReference.Trim().TrimStart('<').TrimEnd('>'), "message_reference", EventLimits.Reference)
            ?? (input.Address.Length > 0 || input.MessageId > 0 || reference.Length > 0 ? null : "address is empty, and no message is named; one of address, message_id and message_reference is required")
            ?? (input.EnhancedCode.Length == 0 || EnhancedCode.TryParse(input.EnhancedCode, out code) ? null : "enhanced_code is malformed; expected one such as 5.1.1")
            ?? (input.Kind is DeliveryEventKind.Failed or DeliveryEventKind.Delayed && code.Kind == 2 ? $"enhanced_code is {code}, of a success; expected 4 or 5 at its beginning" : null)
            ?? Length(input.Diagnostic, "diagnostic", EventLimits.Diagnostic)
            ?? Length(input.RemoteHost, "remote_host", EventLimits.RemoteHost);
        if (problem is null)
        {
            draft = new()
            {
                Source = source,
                Key = input.EventKey,
                Kind = input.Kind,
                Time = time,
                Address = address,
                MessageId = input.MessageId,
                Reference = EventText.Clean(reference, EventLimits.Reference),
                Status = input.EnhancedCode,
                Diagnostic = EventText.Clean(input.Diagnostic, EventLimits.Diagnostic),
                RemoteHost = EventText.Clean(input.RemoteHost, EventLimits.RemoteHost),
                Machine = input.Machine && input.Kind is DeliveryEventKind.Opened or DeliveryEventKind.Clicked,
            };
        }
        return problem;
    }

    /// <summary>Shows a stored event.</summary>
    /// <param name="row">The event.</param>
    /// <param name="address">Its address; empty when the owner was erased.</param>
    /// <param name="header">What its message's transmission is, as it is stored; null for none.</param>
    public static DeliveryEvent Show(DeliveryEventRow row, string address, byte[]? header) => new()
    {
        DeliveryEventId = row.DeliveryEventId,
        Address = address,
        MessageId = row.MessageId,
        MessageReference = row.MessageReference,
        Kind = row.Kind,
        EventTime = Timestamp.FromDateTime(row.EventTime),
        ReceiveTime = Timestamp.FromDateTime(row.ReceiveTime),
        Source = row.Source,
        EventKey = row.EventKey,
        EnhancedCode = row.EnhancedCode,
        Diagnostic = row.Diagnostic,
        RemoteHost = row.RemoteHost,
        Machine = row.Machine,
        FailureClass = row.FailureClass,
        RuleId = row.RuleId,
        RuleVersion = row.RuleVersion,
        Metadata = { header is null ? [] : Transmission.Parser.ParseFrom(header).Metadata },
    };

    /// <summary>Null for one beyond the years 1 to 9999, which the type allows on the wire.</summary>
    private static DateTime? TryTime(this Timestamp time) =>
        time.Seconds is >= -62_135_596_800 and <= 253_402_300_799 && time.Nanos is >= 0 and < 1_000_000_000 ? time.ToDateTime() : null;

    private static string? Length(string text, string field, int maximum, int minimum = 0) =>
        text.Length > maximum ? $"{field} has {text.Length} characters; at most {maximum} are allowed"
            : text.Length < minimum ? $"{field} is empty; a value is required" : null;
}
