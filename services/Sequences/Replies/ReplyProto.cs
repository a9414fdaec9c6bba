using System.Globalization;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Mime;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Replies between proto and domain.</summary>
public static class ReplyProto
{
    private const int MaximumFields = 100;
    private const int MaximumPhone = 40;
    private const int MaximumKey = 200;
    private const int MaximumSubject = 1000;

    /// <summary>Reads a reply that is handed in.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, REPLY_MAIL_INVALID.</exception>
    public static ReplyInput Read(RecordReplyRequest request, DateTime now)
    {
        var violations = new Violations();
        var source = violations.Text(request.Source, "source", ReplyRow.MaximumSource, 1);
        // `webhook:7` is a webhook's.
        violations.Check(!source.Contains(':', StringComparison.Ordinal), "source", "has a colon, as the names of webhooks have; any other printable text is allowed");
        violations.Check(request.ContactId >= 0, "contact_id", $"is {request.ContactId}; expected a positive id, or 0 to find the contact");
        var input = request.ContentCase switch
        {
            RecordReplyRequest.ContentOneofCase.Mail => null,
            RecordReplyRequest.ContentOneofCase.Email => Email(request, source, now, violations),
            RecordReplyRequest.ContentOneofCase.Sms => Sms(request, source, now, violations),
            _ => null,
        };
        violations.Check(request.ContentCase != RecordReplyRequest.ContentOneofCase.None, "content", "is missing; exactly one of mail, email and sms is required");
        violations.Check(request.ContentCase != RecordReplyRequest.ContentOneofCase.Mail || request.Mail.Length is > 0 and <= MailLimits.Message, "mail", $"has {request.Mail.Length} bytes; 1 to {MailLimits.Message} are allowed");
        violations.ThrowIfAny();
        if (input is not null)
        {
            return input;
        }
        if (ReplyMail.TryRead(request.Mail.Memory, now, out var mail) is { } problem)
        {
            throw new RefusalException(new Refusal(SequencesReasons.ReplyMailInvalid, $"mail {problem}").With("field", "mail").With("problem", problem));
        }
        return ReplyInput.Of(mail!, request.Mail.Span, source, request.ContactId);
    }

    /// <summary>Shows a stored reply.</summary>
    public static Reply ToProto(this ReplyRow row) => new()
    {
        ReplyId = row.ReplyId,
        ContactId = row.ContactId,
        Channel = row.Channel,
        Source = row.Source,
        Match = row.Match,
        EnrollmentId = row.EnrollmentId,
        MessageId = row.MessageId,
        Category = row.Category,
        RuleCategory = row.RuleCategory,
        RuleId = row.RuleId,
        RuleVersion = row.RuleVersion,
        Automatic = row.Automatic,
        NeedsPerson = row.NeedsPerson,
        ReturnKnowledge = row.ReturnKnowledge,
        ReturnDate = row.ReturnDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        Subject = row.Subject,
        Text = row.Text,
        ReceiveTime = Timestamp.FromDateTime(row.ReceiveTime),
        CategoryActor = row.CategoryTime is null ? null : new() { Kind = row.ActorKind, Subject = row.ActorSubject, DisplayName = row.ActorName },
        CategoryTime = row.CategoryTime is { } said ? Timestamp.FromDateTime(said) : null,
        Etag = Etag.Of(row.Version),
    };

    private static ReplyInput Email(RecordReplyRequest request, string source, DateTime now, Violations violations)
    {
        var email = request.Email;
        if (EmailAddress.TryNormalise(email.FromAddress, out var from) is { } problem)
        {
            violations.Add("email.from_address", problem);
        }
        Length(violations, email.Subject, "email.subject", MaximumSubject);
        Length(violations, email.Text, "email.text", QuotedText.MaximumLength);
        Length(violations, email.Html, "email.html", HtmlText.MaximumLength);
        var id = violations.Text(MailIds.Bare(email.MessageId), "email.message_id", MailIds.MaximumLength, 1);
        Violations.Limit(email.Fields.Count, MaximumFields, "email.fields");
        foreach (var (i, field) in email.Fields.Index())
        {
            Length(violations, field.Name, $"email.fields[{i}].name", 100);
            Length(violations, field.Value, $"email.fields[{i}].value", 4000);
        }
        var fields = MailFields.Of(email.Fields.Select(f => (f.Name, f.Value)));
        var text = email.Text.AsSpan().Trim().Length > 0 ? email.Text : violations.None ? HtmlText.Read(email.Html) : "";
        return new(new() { Fields = fields, Subject = email.Subject, Text = text, Day = DateOnly.FromDateTime(now) }, from, $"{from} {id}", id, MailThread.Ids(fields), source, request.ContactId);
    }

    private static ReplyInput Sms(RecordReplyRequest request, string source, DateTime now, Violations violations)
    {
        var phone = violations.Text(request.Sms.FromPhone, "sms.from_phone", MaximumPhone, 1);
        var key = violations.Text(request.Sms.MessageKey, "sms.message_key", MaximumKey, 1);
        Length(violations, request.Sms.Text, "sms.text", ReplyRow.MaximumText);
        violations.Check(request.Sms.Text.Length > 0, "sms.text", "is empty; a value is required");
        return ReplyInput.Of(phone, request.Sms.Text, key, now, source, request.ContactId);
    }

    private static void Length(Violations violations, string text, string field, int maximum) =>
        violations.Check(text.Length <= maximum, field, $"has {text.Length} characters; at most {maximum} are allowed");
}
