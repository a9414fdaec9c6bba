using System.Text.RegularExpressions;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Mail;
using ContactPlatform.Deliverability.StoredTemplates;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>Reads and writes transmission.proto.</summary>
public static partial class TransmissionProto
{
    /// <summary>Reads what is to be sent.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static TransmissionInput Read(CreateTransmissionRequest request)
    {
        Violations.Limit(request.Recipients.Count, TransmissionLimits.Recipients, "recipients");
        Violations.Limit(request.Content?.Attachments.Count ?? 0, TransmissionLimits.Files, "content.attachments");
        var violations = new Violations();
        var header = ReadHeader(request.Transmission ?? new(), violations);
        var content = request.Content ?? new();
        var stored = request.TemplateName.Length > 0;
        violations.Check(!stored || request.Content is null, "content", "is there, and so is template_name; exactly one of both is required");
        violations.Check(request.TemplateVersion == 0 || (stored && request.TemplateVersion > 0), "template_version", $"is {request.TemplateVersion}; expected a version of template_name, or 0 for the newest");
        var templates = MailTemplates.None;
        if (stored)
        {
            violations.TemplateName(request.TemplateName, "template_name");
        }
        else
        {
            templates = MailTemplates.TryRead(content, violations);
            ReadFiles(content.Attachments, violations, "content");
        }
        violations.Check(request.Recipients.Count > 0, "recipients", $"is empty; expected 1 to {TransmissionLimits.Recipients} recipients");
        var recipients = request.Recipients.Select((r, i) => ReadRecipient(r, $"recipients[{i}]", violations)).ToList();
        foreach (var (recipient, i) in recipients.Select((r, i) => (r, i)).GroupBy(r => (r.r.ContactId, r.r.Email)).Where(g => g.Key != (0, "")).SelectMany(g => g.Skip(1)))
        {
            violations.Add($"recipients[{i}]", "is there twice; each recipient gets one mail");
        }
        var variables = ReadVariables(request.Variables, "variables", violations);
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        header.Subject = content.Subject;
        return new(header, content, templates!, recipients, variables, requestId) { TemplateName = request.TemplateName, TemplateVersion = request.TemplateVersion };
    }

    /// <summary>The request as it is compared with a repetition: maps have no order, and clients write them in any.</summary>
    public static CreateTransmissionRequest Body(CreateTransmissionRequest request)
    {
        var body = new CreateTransmissionRequest(request) { RequestId = "" };
        Sort(body.Variables);
        if (body.Transmission is { } header)
        {
            Sort(header.Metadata);
        }
        foreach (var recipient in body.Recipients)
        {
            Sort(recipient.Variables);
        }
        return body;

        static void Sort(MapField<string, string> map)
        {
            var entries = map.OrderBy(e => e.Key, StringComparer.Ordinal).ToList();
            map.Clear();
            foreach (var (key, value) in entries)
            {
                map.Add(key, value);
            }
        }
    }

    /// <summary>Writes a transmission with how far it is.</summary>
    public static Transmission ToProto(this TransmissionRow row, TransmissionProgress progress)
    {
        var shown = Transmission.Parser.ParseFrom(row.Header);
        shown.TransmissionId = row.TransmissionId;
        shown.CreateTime = Timestamp.FromDateTime(row.CreateTime);
        shown.CancelTime = row.CancelTime is { } cancelled ? Timestamp.FromDateTime(cancelled) : null;
        shown.Actor = new Actor { Kind = row.ActorKind, Subject = row.ActorSubject, DisplayName = row.ActorName };
        shown.TotalCount = row.TotalCount;
        shown.StateCounts.Add(progress.States.OrderBy(s => s.Key).Select(s => new MessageStateCount { State = s.Key, Count = s.Value }));
        (shown.DeliveredCount, shown.OpenedCount, shown.ClickedCount) = (progress.Delivered, progress.Opened, progress.Clicked);
        (shown.BouncedCount, shown.ComplainedCount) = (progress.Bounced, progress.Complained);
        shown.Complete = progress.Complete;
        return shown;
    }

    private static Transmission ReadHeader(Transmission asked, Violations violations)
    {
        violations.Check(asked.TransmissionId == 0 && asked.Subject.Length == 0 && asked.CreateTime is null && asked.CancelTime is null && asked.Actor is null
            && asked.TotalCount == 0 && asked.StateCounts.Count == 0 && asked is { DeliveredCount: 0, OpenedCount: 0, ClickedCount: 0, Complete: false, TemplateName: "", TemplateVersion: 0, BouncedCount: 0, ComplainedCount: 0 },
            "transmission", "has fields that are output only; they must be empty");
        var header = new Transmission
        {
            FromEmail = ReadAddress(asked.FromEmail, "transmission.from_email", violations),
            FromName = violations.Text(asked.FromName, "transmission.from_name", TransmissionLimits.Name),
            ReplyToEmail = asked.ReplyToEmail.Length == 0 ? "" : ReadAddress(asked.ReplyToEmail, "transmission.reply_to_email", violations),
            TrackOpens = asked.TrackOpens,
            TrackClicks = asked.TrackClicks,
        };
        violations.Check(asked.Metadata.Count <= TransmissionLimits.Metadata, "transmission.metadata", $"has {asked.Metadata.Count} keys; at most {TransmissionLimits.Metadata} are allowed");
        foreach (var (key, value) in asked.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Take(TransmissionLimits.Metadata))
        {
            violations.Check(key.Length <= TransmissionLimits.MetadataKey && MetadataKey().IsMatch(key), "transmission.metadata",
                $"has the key \"{Short(key)}\"; 1 to {TransmissionLimits.MetadataKey} letters, digits, dots, hyphens and underscores are expected");
            violations.Check(value.Length <= TransmissionLimits.MetadataValue, "transmission.metadata", $"has a value of {value.Length} characters; at most {TransmissionLimits.MetadataValue} are allowed");
            header.Metadata.Add(key, value);
        }
        return header;
    }

    private static string ReadAddress(string text, string field, Violations violations)
    {
        if (EmailAddress.TryNormalise(text, out var email) is { } problem)
        {
            violations.Add(field, problem);
        }
        else
        {
            violations.Check(Mailbox.IsSendable(email), field, "has letters beyond ASCII before the @; mail servers do not all take those");
        }
        return email;
    }

    /// <summary>Reads the files of a content; mistakes go to the violations.</summary>
    public static void ReadFiles(RepeatedField<Attachment> files, Violations violations, string path)
    {
        var bytes = files.Sum(f => (long)f.Content.Length);
        violations.Check(bytes <= TransmissionLimits.FileBytes, $"{path}.attachments", $"have {bytes} bytes; at most {TransmissionLimits.FileBytes} are allowed");
        for (var i = 0; i < files.Count; i++)
        {
            violations.Text(files[i].FileName, $"{path}.attachments[{i}].file_name", TransmissionLimits.FileName, minimum: 1);
            violations.Check(files[i].ContentType.Length <= 127 && MediaType().IsMatch(files[i].ContentType), $"{path}.attachments[{i}].content_type",
                "is no media type of a file; type/subtype without parameters is expected, such as application/pdf, and neither multipart/ nor message/");
        }
    }

    private static RecipientInput ReadRecipient(Recipient recipient, string field, Violations violations)
    {
        var email = "";
        switch (recipient.ToCase)
        {
            case Recipient.ToOneofCase.ContactId:
                violations.Id(recipient.ContactId, $"{field}.contact_id");
                break;
            case Recipient.ToOneofCase.Email:
                email = ReadAddress(recipient.Email, $"{field}.email", violations);
                break;
            default:
                violations.Add(field, "names nobody; contact_id or email is required");
                break;
        }
        return new(recipient.ContactId, email, violations.Text(recipient.DisplayName, $"{field}.display_name", TransmissionLimits.Name), ReadVariables(recipient.Variables, $"{field}.variables", violations));
    }

    private static Dictionary<string, string> ReadVariables(MapField<string, string> variables, string field, Violations violations)
    {
        violations.Check(variables.Count <= TemplateLimits.Variables, field, $"has {variables.Count} entries; at most {TemplateLimits.Variables} are allowed");
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in variables.Take(TemplateLimits.Variables))
        {
            violations.Check(TemplateParser.IsName(name) && name != Template.UnsubscribeUrl, field,
                $"names the variable \"{Short(name)}\"; a letter, then letters, digits, dots and underscores are expected, and not {Template.UnsubscribeUrl}");
            violations.Check(value.Length <= TemplateLimits.Value, field, $"has a value of {value.Length} characters for {Short(name)}; at most {TemplateLimits.Value} are allowed");
            read[name] = value;
        }
        return read;
    }

    private static string Short(string text) => text.Length <= 40 ? text : $"{text[..40]}…";

    [GeneratedRegex("^[A-Za-z0-9._-]+\\z")]
    private static partial Regex MetadataKey();

    // RFC 6838 4.2's restricted names. What holds parts or mails must not be encoded (RFC 2045 6.4), and files are.
    [GeneratedRegex(@"^(?!(?i:multipart|message)/)[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\z")]
    private static partial Regex MediaType();
}
