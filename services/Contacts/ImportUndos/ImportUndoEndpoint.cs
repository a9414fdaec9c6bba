using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>Serves ImportUndoService.</summary>
public sealed class ImportUndoEndpoint(ContactsDbContext db, RunStore runs, RequestIds requests, IdSequence ids, TimeProvider time) : ImportUndoService.ImportUndoServiceBase
{
    /// <inheritdoc/>
    public override async Task<UndoImportResponse> UndoImport(UndoImportRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var importId = violations.Id(request.ImportId, "import_id");
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var (undoId, _) = await requests.OnceAsync(caller, nameof(UndoImport), requestId, new UndoImportRequest(request) { RequestId = "" }, async () =>
        {
            var run = await runs.GetAsync(importId, ImportRow.RunKind, cancel, ContactsReasons.ImportNotFound);
            var import = await db.Imports.AsNoTracking().SingleAsync(i => i.ImportId == importId, cancel);
            if (ImportUndoDecisions.Undo(run, import, ImportConfig.Parser.ParseFrom(import.Config), time.UtcNow()) is { } refusal)
            {
                throw new RefusalException(refusal);
            }
            var id = await ids.NextRisingAsync(cancel);
            db.Runs.Add(runs.New(id, ImportUndoRow.RunKind, importId, caller));
            db.ImportUndos.Add(new ImportUndoRow { AccountId = caller.AccountId, ImportUndoId = id, ImportId = importId });
            return id;
        }, cancel);
        runs.Queued();
        return new() { ImportUndo = await LoadAsync(undoId, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<GetImportUndoResponse> GetImportUndo(GetImportUndoRequest request, ServerCallContext context) =>
        new() { ImportUndo = await LoadAsync(ReadId(request.ImportUndoId), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListImportUndosResponse> ListImportUndos(ListImportUndosRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListImportUndos), request.ImportId);
        violations.Check(request.ImportId >= 0, "import_id", $"is {request.ImportId}; expected a positive id, or 0 for all");
        violations.ThrowIfAny();
        var found = await Undos().Where(u => (page.After == null || u.Run.RunId < page.After) && (request.ImportId == 0 || u.Row.ImportId == request.ImportId))
            .OrderByDescending(u => u.Run.RunId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, u => u.Run.RunId);
        return new() { ImportUndos = { rows.Select(u => ToProto(u.Row, u.Run)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelImportUndoResponse> CancelImportUndo(CancelImportUndoRequest request, ServerCallContext context)
    {
        var run = await runs.CancelAsync(ReadId(request.ImportUndoId), ImportUndoRow.RunKind, context.CancellationToken);
        return new() { ImportUndo = await LoadAsync(run.RunId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchImportUndo(WatchImportUndoRequest request, IServerStreamWriter<WatchImportUndoResponse> responseStream, ServerCallContext context)
    {
        await foreach (var run in runs.WatchAsync(ReadId(request.ImportUndoId), ImportUndoRow.RunKind, null, context.CancellationToken))
        {
            var row = await db.ImportUndos.AsNoTracking().SingleAsync(u => u.ImportUndoId == run.RunId, context.CancellationToken);
            await responseStream.WriteAsync(new() { ImportUndo = ToProto(row, run) }, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<ListImportUndoResultsResponse> ListImportUndoResults(ListImportUndoResultsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ImportUndoId, "import_undo_id");
        violations.Check(Enum.IsDefined(request.Outcome), "outcome", $"is {(int)request.Outcome}; expected an outcome, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListImportUndoResults), id, request.Outcome);
        violations.ThrowIfAny();
        await runs.GetAsync(id, ImportUndoRow.RunKind, context.CancellationToken);
        var after = page.After ?? 0;
        var found = await db.ImportUndoResults.AsNoTracking().Where(r => r.ImportUndoId == id && r.ContactId > after)
            .Where(r => request.Outcome == ImportUndoOutcome.Unspecified || r.Outcome == request.Outcome)
            .OrderBy(r => r.ContactId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, r => r.ContactId);
        return new()
        {
            Results = { rows.Select(r => new ImportUndoResult { ContactId = r.ContactId, Outcome = r.Outcome, Reason = r.Reason, KeptFields = { r.KeptFields.Split(',', StringSplitOptions.RemoveEmptyEntries) } }) },
            NextPageToken = next,
        };
    }

    private static long ReadId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "import_undo_id");
        violations.ThrowIfAny();
        return id;
    }

    private IQueryable<UndoWithRun> Undos() =>
        db.ImportUndos.AsNoTracking().Join(db.Runs.AsNoTracking(), u => u.ImportUndoId, r => r.RunId, (u, r) => new UndoWithRun { Row = u, Run = r });

    private async Task<ImportUndo> LoadAsync(long id, CancellationToken cancellationToken)
    {
        // The run says so where the account has none.
        var run = await runs.GetAsync(id, ImportUndoRow.RunKind, cancellationToken);
        return ToProto(await db.ImportUndos.AsNoTracking().SingleAsync(u => u.ImportUndoId == id, cancellationToken), run);
    }

    private static ImportUndo ToProto(ImportUndoRow row, RunRow run) => new()
    {
        ImportUndoId = row.ImportUndoId,
        ImportId = row.ImportId,
        Run = run.ToProto(),
        DeletedCount = row.DeletedCount,
        RestoredCount = row.RestoredCount,
        PartlyRestoredCount = row.PartlyRestoredCount,
        KeptCount = row.KeptCount,
        FailedCount = row.FailedCount,
    };

    private sealed class UndoWithRun
    {
        public required ImportUndoRow Row { get; init; }

        public required RunRow Run { get; init; }
    }
}
