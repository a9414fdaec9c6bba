using ContactPlatform.Deliverability.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.StoredTemplates;

/// <summary>Finds stored templates, and what stands against changing them.</summary>
public sealed class StoredTemplateStore(DeliverabilityDbContext db)
{
    /// <summary>Finds a template by id.</summary>
    /// <exception cref="RefusalException">MAIL_TEMPLATE_NOT_FOUND.</exception>
    public async Task<StoredTemplateRow> FindAsync(long id, CancellationToken cancellationToken) =>
        await db.StoredTemplates.AsNoTracking().SingleOrDefaultAsync(t => t.MailTemplateId == id, cancellationToken) ?? throw new RefusalException(NotFound(id));

    /// <summary>Finds a template by name.</summary>
    /// <exception cref="RefusalException">MAIL_TEMPLATE_NOT_FOUND.</exception>
    public async Task<StoredTemplateRow> FindAsync(string name, string field, CancellationToken cancellationToken)
    {
        var key = StoredTemplateProto.Key(name);
        return await db.StoredTemplates.AsNoTracking().SingleOrDefaultAsync(t => t.NameKey == key, cancellationToken)
            ?? throw new RefusalException(new Refusal(DeliverabilityReasons.MailTemplateNotFound, "there is no stored template with this name").With("field", field));
    }

    /// <summary>Finds a version of a template; 0 for the newest.</summary>
    /// <exception cref="RefusalException">MAIL_TEMPLATE_NOT_FOUND.</exception>
    public async Task<StoredTemplateVersionRow> VersionAsync(StoredTemplateRow row, int version, CancellationToken cancellationToken)
    {
        var wanted = version == 0 ? row.ContentVersion : version;
        return await db.StoredTemplateVersions.AsNoTracking().SingleOrDefaultAsync(v => v.MailTemplateId == row.MailTemplateId && v.ContentVersion == wanted, cancellationToken)
            ?? throw new RefusalException(new Refusal(DeliverabilityReasons.MailTemplateNotFound, $"template {row.MailTemplateId} has no version {wanted}; its newest is {row.ContentVersion}")
                .With("mail_template_id", row.MailTemplateId).With("version", wanted));
    }

    /// <summary>Puts the stored template that a transmission names into it, as it is now.</summary>
    /// <exception cref="RefusalException">MAIL_TEMPLATE_NOT_FOUND.</exception>
    public async Task<TransmissionInput> ResolveAsync(TransmissionInput input, CancellationToken cancellationToken)
    {
        if (input.TemplateName.Length == 0)
        {
            return input;
        }
        var row = await FindAsync(input.TemplateName, "template_name", cancellationToken);
        var version = await VersionAsync(row, input.TemplateVersion, cancellationToken);
        var content = MailContent.Parser.ParseFrom(version.Content);
        var header = new Transmission(input.Header) { Subject = content.Subject, TemplateName = row.Name, TemplateVersion = version.ContentVersion };
        return input with { Header = header, Content = content, Templates = MailTemplates.Of(content) };
    }

    /// <summary>Refuses a name that another template has.</summary>
    /// <exception cref="RefusalException">MAIL_TEMPLATE_EXISTS.</exception>
    public async Task RefuseTakenAsync(string nameKey, long exceptId, CancellationToken cancellationToken)
    {
        if (await db.StoredTemplates.Where(t => t.NameKey == nameKey && t.MailTemplateId != exceptId).Select(t => (long?)t.MailTemplateId).FirstOrDefaultAsync(cancellationToken) is { } existing)
        {
            throw new RefusalException(new Refusal(DeliverabilityReasons.MailTemplateExists, $"template {existing} has this name, compared without case; use it, or another name")
                .With("field", "mail_template.name").With("mail_template_id", existing));
        }
    }

    /// <summary>The refusal when the account has no such template.</summary>
    public static Refusal NotFound(long id) => new Refusal(DeliverabilityReasons.MailTemplateNotFound, $"there is no stored template {id}").With("mail_template_id", id);
}
