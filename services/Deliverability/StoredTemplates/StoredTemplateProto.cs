using System.Text.RegularExpressions;
using ContactPlatform.Deliverability.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.StoredTemplates;

/// <summary>Reads and writes mail_template.proto.</summary>
public static partial class StoredTemplateProto
{
    private static readonly string[] Fields = ["name", "content"];

    /// <summary>Reads a request for a new template.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static (string Name, MailContent Content, string RequestId) Read(CreateMailTemplateRequest request)
    {
        var violations = new Violations();
        var wanted = request.MailTemplate ?? new();
        violations.Check(wanted is { MailTemplateId: 0, Version: 0, CreateTime: null, UpdateTime: null, Etag.Length: 0 }, "mail_template", "has fields that are output only; they must be empty");
        var name = violations.TemplateName(wanted.Name, "mail_template.name");
        var content = ReadContent(wanted.Content, violations);
        var requestId = violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        return (name, content, requestId);
    }

    /// <summary>Reads an update; null for what stays as it is.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static (long Id, string? Name, MailContent? Content, string Etag) Read(UpdateMailTemplateRequest request)
    {
        var violations = new Violations();
        var wanted = request.MailTemplate ?? new();
        var id = violations.Id(wanted.MailTemplateId, "mail_template.mail_template_id");
        var mask = violations.UpdateMask(request.UpdateMask, Fields);
        var name = mask.Contains("name") ? violations.TemplateName(wanted.Name, "mail_template.name") : null;
        var content = mask.Contains("content") ? ReadContent(wanted.Content, violations) : null;
        violations.ThrowIfAny();
        return (id, name, content, wanted.Etag);
    }

    /// <summary>Reads a name.</summary>
    public static string TemplateName(this Violations violations, string text, string field)
    {
        violations.Check(text.Length <= StoredTemplateRow.MaximumName && NamePattern().IsMatch(text), field,
            $"is no name of a template; 1 to {StoredTemplateRow.MaximumName} letters, digits, dots, hyphens and underscores are expected");
        return text;
    }

    /// <summary>A name as it is compared.</summary>
    public static string Key(string name) => name.ToLowerInvariant();

    /// <summary>Writes a template in its newest version, without its content.</summary>
    public static MailTemplate ToProto(this StoredTemplateRow row) => new()
    {
        MailTemplateId = row.MailTemplateId,
        Name = row.Name,
        Version = row.ContentVersion,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        UpdateTime = Timestamp.FromDateTime(row.UpdateTime),
        Etag = Etag.Of(row.Version),
    };

    /// <summary>Writes a template in one of its versions.</summary>
    public static MailTemplate ToProto(this StoredTemplateRow row, StoredTemplateVersionRow version)
    {
        var shown = row.ToProto();
        (shown.Content, shown.Version) = (MailContent.Parser.ParseFrom(version.Content), version.ContentVersion);
        if (version.ContentVersion != row.ContentVersion)
        {
            shown.UpdateTime = Timestamp.FromDateTime(version.CreateTime);
        }
        return shown;
    }

    private static MailContent ReadContent(MailContent? content, Violations violations)
    {
        var read = content ?? new();
        Violations.Limit(read.Attachments.Count, TransmissionLimits.Files, "mail_template.content.attachments");
        MailTemplates.TryRead(read, violations, "mail_template.content");
        TransmissionProto.ReadFiles(read.Attachments, violations, "mail_template.content");
        return read;
    }

    [GeneratedRegex("^[A-Za-z0-9._-]+\\z")]
    private static partial Regex NamePattern();
}
