using System.Text;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Serves imports.</summary>
public sealed partial class ImportEndpoint(ContactsDbContext db, RunStore runs, Consent.SuppressionStore suppressions, RequestIds requests, IdSequence ids, IConfiguration configuration, TimeProvider time, ILogger<ImportEndpoint> logger) : ImportService.ImportServiceBase
{
    private const int DownloadMessage = 64 << 10;
    private const int DownloadPage = 500;

    /// <inheritdoc/>
    public override async Task<UploadImportResponse> UploadImport(IAsyncStreamReader<UploadImportRequest> requestStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var caller = Caller.Of(context);
        var violations = new Violations();
        var start = await requestStream.MoveNext(cancellationToken) ? requestStream.Current.Start : null;
        violations.Check(start is not null, "start", "is missing; the first message carries it");
        violations.ThrowIfAny();
        var requestId = violations.Text(start!.RequestId, "start.request_id", 64);
        var config = ImportProto.Read(start.Config, violations);
        violations.ThrowIfAny();
        if (config.Mode == ImportMode.Unsubscribe && !suppressions.Configured)
        {
            throw new RefusalException(Erasures.ErasureDecisions.NotConfigured());
        }
        await CheckLabelsAsync(config, cancellationToken);

        var row = new ImportRow { AccountId = caller.AccountId, ImportId = await ids.NextRisingAsync(cancellationToken), Config = config.ToByteArray(), Undoable = !config.DryRun && config.Mode != ImportMode.Unsubscribe };
        var kept = false;
        try
        {
            var fields = await db.CustomFields.AsNoTracking().ToListAsync(cancellationToken);
            using var upload = new ImportUpload(db, row, new ImportPlan(config), fields, Math.Min(configuration.GetValue("Imports:MaximumBytes", ImportUpload.MaximumBytes), ImportUpload.MaximumBytes), time);
            while (await requestStream.MoveNext(cancellationToken))
            {
                var message = requestStream.Current;
                violations.Check(message.PartCase == UploadImportRequest.PartOneofCase.Data, "data", "is missing; every message after the first carries it");
                violations.ThrowIfAny();
                await upload.AppendAsync(message.Data, cancellationToken);
            }
            var hash = await upload.CompleteAsync(cancellationToken);
            var (id, created) = await requests.OnceAsync(caller, nameof(UploadImport), requestId, hash, () =>
            {
                db.Runs.Add(runs.New(row.ImportId, ImportRow.RunKind, 0, caller));
                return Task.FromResult(row.ImportId);
            }, cancellationToken);
            kept = created;
            runs.Queued();
            return new UploadImportResponse { Import = await LoadAsync(id, cancellationToken) };
        }
        finally
        {
            if (!kept)
            {
                await DiscardAsync(row.ImportId);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<GetImportResponse> GetImport(GetImportRequest request, ServerCallContext context) =>
        new() { Import = await LoadAsync(ReadId(request.ImportId), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListImportsResponse> ListImports(ListImportsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListImports));
        violations.ThrowIfAny();
        var found = await Imports().Where(i => page.After == null || i.Run.RunId < page.After).OrderByDescending(i => i.Run.RunId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, i => i.Run.RunId);
        var response = new ListImportsResponse { NextPageToken = next };
        response.Imports.Add(rows.Select(i => i.Row.ToProto(i.Run)));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<CancelImportResponse> CancelImport(CancelImportRequest request, ServerCallContext context)
    {
        var run = await runs.CancelAsync(ReadId(request.ImportId), ImportRow.RunKind, context.CancellationToken, ContactsReasons.ImportNotFound);
        return new CancelImportResponse { Import = await LoadAsync(run.RunId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchImport(WatchImportRequest request, IServerStreamWriter<WatchImportResponse> responseStream, ServerCallContext context)
    {
        await foreach (var run in runs.WatchAsync(ReadId(request.ImportId), ImportRow.RunKind, ContactsReasons.ImportNotFound, context.CancellationToken))
        {
            var row = await db.Imports.AsNoTracking().SingleAsync(i => i.ImportId == run.RunId, context.CancellationToken);
            await responseStream.WriteAsync(new WatchImportResponse { Import = row.ToProto(run) }, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task DownloadImportErrors(DownloadImportErrorsRequest request, IServerStreamWriter<DownloadImportErrorsResponse> responseStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var id = ReadId(request.ImportId);
        await runs.GetAsync(id, ImportRow.RunKind, cancellationToken, ContactsReasons.ImportNotFound);
        var row = await db.Imports.AsNoTracking().SingleAsync(i => i.ImportId == id, cancellationToken);
        var file = new ImportErrorFile(row);
        var csv = new StringBuilder();
        file.AppendHeader(csv);
        var after = 0L;
        while (true)
        {
            var page = await db.ImportErrors.AsNoTracking().Where(e => e.ImportId == id && e.Number > after).OrderBy(e => e.Number).Take(DownloadPage).ToListAsync(cancellationToken);
            foreach (var error in page)
            {
                await file.AppendAsync(csv, error, cancellationToken);
                after = error.Number;
            }
            // Each part is waited for: a reader that stops holds the writer, not its memory.
            var bytes = Encoding.UTF8.GetBytes(csv.ToString());
            csv.Clear();
            for (var sent = 0; sent < bytes.Length; sent += DownloadMessage)
            {
                await responseStream.WriteAsync(new DownloadImportErrorsResponse { Data = ByteString.CopyFrom(bytes.AsSpan(sent, Math.Min(DownloadMessage, bytes.Length - sent))) }, cancellationToken);
            }
            if (page.Count < DownloadPage)
            {
                return;
            }
        }
    }

    private static long ReadId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "import_id");
        violations.ThrowIfAny();
        return id;
    }

    private IQueryable<ImportWithRun> Imports() =>
        db.Imports.AsNoTracking().Join(db.Runs.AsNoTracking().Where(r => r.Kind == ImportRow.RunKind), i => i.ImportId, r => r.RunId, (i, r) => new ImportWithRun { Row = i, Run = r });

    private async Task<Import> LoadAsync(long id, CancellationToken cancellationToken) =>
        await Imports().SingleOrDefaultAsync(i => i.Run.RunId == id, cancellationToken) is { } found
            ? found.Row.ToProto(found.Run)
            : throw new RefusalException(new Refusal(ContactsReasons.ImportNotFound, $"there is no import {id}").With("import_id", id));

    private async Task CheckLabelsAsync(ImportConfig config, CancellationToken cancellationToken)
    {
        var asked = config.LabelIds.Distinct().ToList();
        var known = await db.Labels.Where(l => asked.Contains(l.LabelId)).Select(l => l.LabelId).ToListAsync(cancellationToken);
        if (asked.Except(known).Order().ToList() is { Count: > 0 } missing)
        {
            throw new RefusalException(new Refusal(ContactsReasons.LabelNotFound, $"there is no label {missing[0]}").With("label_id", missing[0]));
        }
    }

    /// <summary>Removes an upload that became no import. Also after the caller has gone, so without its token.</summary>
    private async Task DiscardAsync(long importId)
    {
        try
        {
            db.ChangeTracker.Clear();
            // Not if it has a run after all: a commit whose answer was lost looks like a failure.
            await db.ImportChunks.Where(c => c.ImportId == importId && !db.Runs.Any(r => r.RunId == importId)).ExecuteDeleteAsync(CancellationToken.None);
            await db.Imports.Where(i => i.ImportId == importId && !db.Runs.Any(r => r.RunId == importId)).ExecuteDeleteAsync(CancellationToken.None);
        }
        catch (Exception e) when (FaultTable.Find(e) is not null)
        {
            LogLeft(importId, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upload {ImportId} was not removed; it is swept later")]
    private partial void LogLeft(long importId, Exception exception);

    private sealed class ImportWithRun
    {
        public required ImportRow Row { get; init; }

        public required RunRow Run { get; init; }
    }
}
