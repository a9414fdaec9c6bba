using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.StoredTemplates;

/// <summary>Serves MailTemplateService.</summary>
public sealed class StoredTemplateEndpoint(DeliverabilityDbContext db, StoredTemplateStore store, RequestIds requests, IdSequence ids, TimeProvider time) : MailTemplateService.MailTemplateServiceBase
{
    /// <summary>How often a write is decided anew after it lost a race; each time another writer has won one.</summary>
    private const int Attempts = 5;

    /// <inheritdoc/>
    public override async Task<CreateMailTemplateResponse> CreateMailTemplate(CreateMailTemplateRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (name, content, requestId) = StoredTemplateProto.Read(request);
        var caller = Caller.Of(context);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (id, _) = await requests.OnceAsync(caller, nameof(CreateMailTemplate), requestId, new CreateMailTemplateRequest { MailTemplate = request.MailTemplate }, AddAsync, cancel);
                return new() { MailTemplate = await ShowAsync(await store.FindAsync(id, cancel), 0, cancel) };
            }
            catch (DbUpdateException) when (attempt < Attempts)
            {
                // Somebody took the name meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }

        async Task<long> AddAsync()
        {
            await store.RefuseTakenAsync(StoredTemplateProto.Key(name), exceptId: 0, cancel);
            Violations.Limit(await db.StoredTemplates.CountAsync(cancel) + 1, StoredTemplateRow.MaximumOfAccount, "templates");
            var (now, id) = (time.Now(), await ids.NextAsync(cancel));
            db.StoredTemplates.Add(new() { AccountId = caller.AccountId, MailTemplateId = id, Name = name, NameKey = StoredTemplateProto.Key(name), CreateTime = now, UpdateTime = now });
            AddVersion(id, 1, content, now);
            return id;
        }
    }

    /// <inheritdoc/>
    public override async Task<GetMailTemplateResponse> GetMailTemplate(GetMailTemplateRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(request.Version >= 0, "version", $"is {request.Version}; expected a version, or 0 for the newest");
        switch (request.KeyCase)
        {
            case GetMailTemplateRequest.KeyOneofCase.MailTemplateId:
                violations.Id(request.MailTemplateId, "mail_template_id");
                break;
            case GetMailTemplateRequest.KeyOneofCase.Name:
                violations.TemplateName(request.Name, "name");
                break;
            default:
                violations.Add("key", "is missing; expected mail_template_id or name");
                break;
        }
        violations.ThrowIfAny();
        var row = request.MailTemplateId > 0 ? await store.FindAsync(request.MailTemplateId, context.CancellationToken) : await store.FindAsync(request.Name, "name", context.CancellationToken);
        return new() { MailTemplate = await ShowAsync(row, request.Version, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<ListMailTemplatesResponse> ListMailTemplates(ListMailTemplatesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListMailTemplates));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.StoredTemplates.AsNoTracking().Where(t => t.MailTemplateId > after).OrderBy(t => t.MailTemplateId).Take(page.Size + 1).ToListAsync(context.CancellationToken), t => t.MailTemplateId);
        return new() { MailTemplates = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<UpdateMailTemplateResponse> UpdateMailTemplate(UpdateMailTemplateRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, name, content, etag) = StoredTemplateProto.Read(request);
        for (var attempt = 1; ; attempt++)
        {
            var row = await HeldAsync(id, etag, cancel);
            var before = await store.VersionAsync(row, 0, cancel);
            var makesVersion = content is not null && !content.ToByteArray().AsSpan().SequenceEqual(before.Content);
            if (!makesVersion && (name ?? row.Name) == row.Name)
            {
                return new() { MailTemplate = row.ToProto(before) };
            }
            var now = time.Now();
            if (name is not null)
            {
                await store.RefuseTakenAsync(StoredTemplateProto.Key(name), id, cancel);
                (row.Name, row.NameKey) = (name, StoredTemplateProto.Key(name));
            }
            if (makesVersion)
            {
                Violations.Limit(row.ContentVersion + 1, StoredTemplateRow.MaximumVersions, "versions");
                AddVersion(id, ++row.ContentVersion, content!, now);
            }
            row.UpdateTime = now;
            row.Version++;
            try
            {
                await db.SaveChangesAsync(cancel);
                return new() { MailTemplate = await ShowAsync(row, 0, cancel), Changed = true };
            }
            catch (DbUpdateException) when (attempt < Attempts)
            {
                // Somebody changed it or took the name meanwhile: decided anew, and the refusal says which.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<DeleteMailTemplateResponse> DeleteMailTemplate(DeleteMailTemplateRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.MailTemplateId, "mail_template_id");
        violations.ThrowIfAny();
        for (var attempt = 1; ; attempt++)
        {
            db.Remove(await HeldAsync(id, request.Etag, context.CancellationToken));
            try
            {
                await db.SaveChangesAsync(context.CancellationToken);
                return new();
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Somebody changed or deleted it meanwhile: decided anew, and the etag says so.
                db.ChangeTracker.Clear();
            }
        }
    }

    private void AddVersion(long id, int version, MailContent content, DateTime now) =>
        db.StoredTemplateVersions.Add(new() { AccountId = db.AccountId, MailTemplateId = id, ContentVersion = version, Content = content.ToByteArray(), CreateTime = now });

    private async Task<MailTemplate> ShowAsync(StoredTemplateRow row, int version, CancellationToken cancellationToken) => row.ToProto(await store.VersionAsync(row, version, cancellationToken));

    /// <summary>Reads a template for a change; whoever changed it before that is saved makes it fail.</summary>
    private async Task<StoredTemplateRow> HeldAsync(long id, string etag, CancellationToken cancellationToken)
    {
        var row = await db.StoredTemplates.SingleOrDefaultAsync(t => t.MailTemplateId == id, cancellationToken) ?? throw new RefusalException(StoredTemplateStore.NotFound(id));
        return Etag.Check(etag, row.Version) is { } refusal ? throw new RefusalException(refusal) : row;
    }
}
