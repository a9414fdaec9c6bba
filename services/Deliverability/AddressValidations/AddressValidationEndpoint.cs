using System.Security.Cryptography;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>Serves AddressValidationService.</summary>
public sealed class AddressValidationEndpoint(
    DeliverabilityDbContext db, ValidationStore store, ValidationUpload upload, ValidationFile file, RunStore runs, RequestIds requests, IdSequence ids) : AddressValidationService.AddressValidationServiceBase
{
    private const int MaximumContacts = 10_000;

    /// <inheritdoc/>
    public override async Task<CreateAddressValidationResponse> CreateAddressValidation(CreateAddressValidationRequest request, ServerCallContext context)
    {
        var (items, name, requestId) = Read(request);
        var (runId, cancel) = (await ids.NextRisingAsync(context.CancellationToken), context.CancellationToken);
        var body = SHA256.HashData(new CreateAddressValidationRequest(request) { RequestId = "" }.ToByteArray());
        var id = await CreateAsync(context, nameof(CreateAddressValidation), requestId, body, runId, async caller =>
        {
            await store.AddAsync(runId, name, items.Count, caller, cancel);
            await store.AddItemsAsync(runId, 1, items, cancel);
        });
        return new() { AddressValidation = await LoadAsync(id, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<UploadAddressValidationResponse> UploadAddressValidation(IAsyncStreamReader<UploadAddressValidationRequest> requestStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var uploaded = await upload.ReadAsync(requestStream, cancel);
        var id = 0L;
        try
        {
            id = await CreateAsync(context, nameof(UploadAddressValidation), uploaded.RequestId, uploaded.Hash, uploaded.RunId, caller => store.AddAsync(uploaded.RunId, uploaded.Name, uploaded.Count, caller, cancel));
        }
        finally
        {
            // Refused, or a repeat of one that is there.
            if (id != uploaded.RunId && !await db.Runs.AnyAsync(r => r.RunId == uploaded.RunId, CancellationToken.None))
            {
                await upload.DropAsync(uploaded.RunId);
            }
        }
        return new() { AddressValidation = await LoadAsync(id, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<GetAddressValidationResponse> GetAddressValidation(GetAddressValidationRequest request, ServerCallContext context) =>
        new() { AddressValidation = await LoadAsync(ReadId(request.AddressValidationId), context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<ListAddressValidationsResponse> ListAddressValidations(ListAddressValidationsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListAddressValidations));
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var found = await db.Validations.AsNoTracking().Where(v => v.RunId < before).Join(db.Runs.AsNoTracking(), v => v.RunId, r => r.RunId, (row, run) => new { row, run })
            .OrderByDescending(v => v.row.RunId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, v => v.row.RunId);
        return new() { AddressValidations = { rows.Select(v => v.row.ToProto(v.run)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelAddressValidationResponse> CancelAddressValidation(CancelAddressValidationRequest request, ServerCallContext context)
    {
        var run = await runs.CancelAsync(ReadId(request.AddressValidationId), ValidationRow.RunKind, context.CancellationToken);
        return new() { AddressValidation = await LoadAsync(run.RunId, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchAddressValidation(WatchAddressValidationRequest request, IServerStreamWriter<WatchAddressValidationResponse> responseStream, ServerCallContext context)
    {
        await foreach (var run in runs.WatchAsync(ReadId(request.AddressValidationId), ValidationRow.RunKind, null, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { AddressValidation = await ShowAsync(run, context.CancellationToken) }, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<ListAddressResultsResponse> ListAddressResults(ListAddressResultsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.AddressValidationId, "address_validation_id");
        violations.Check(Enum.IsDefined(request.Verdict), "verdict", $"is {(int)request.Verdict}; expected a verdict, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListAddressResults), id, request.Verdict);
        violations.ThrowIfAny();
        await runs.GetAsync(id, ValidationRow.RunKind, context.CancellationToken);
        var (rows, next) = page.Cut(await file.ReadAsync(id, request.Verdict, page.After ?? 0, page.Size + 1, context.CancellationToken), r => r.ItemNumber);
        return new() { Results = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task DownloadAddressResults(DownloadAddressResultsRequest request, IServerStreamWriter<DownloadAddressResultsResponse> responseStream, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.AddressValidationId, "address_validation_id");
        violations.Check(Enum.IsDefined(request.Verdict), "verdict", $"is {(int)request.Verdict}; expected a verdict, or none for all");
        violations.ThrowIfAny();
        await runs.GetAsync(id, ValidationRow.RunKind, context.CancellationToken);
        await foreach (var part in file.WriteAsync(id, request.Verdict, context.CancellationToken))
        {
            // Each part is waited for: a reader that stops holds the writer, not its memory.
            await responseStream.WriteAsync(part, context.CancellationToken);
        }
    }

    private static (List<(long ContactId, string Input)> Items, string Name, string RequestId) Read(CreateAddressValidationRequest request)
    {
        var violations = new Violations();
        var name = violations.Text(request.DisplayName, "display_name", ValidationRow.MaximumName);
        var requestId = violations.RequestId(request.RequestId, required: true);
        List<(long, string)> items = [];
        switch (request.SourceCase)
        {
            case CreateAddressValidationRequest.SourceOneofCase.Addresses:
                Violations.Limit(request.Addresses.Addresses.Count, ValidationUpload.MaximumOfMessage, "addresses.addresses");
                items.AddRange(request.Addresses.Addresses.Select(ValidationUpload.Input).Distinct(StringComparer.Ordinal).Select(a => (0L, a)));
                violations.Check(items.Count > 0, "addresses.addresses", "is empty; at least one is required");
                break;
            case CreateAddressValidationRequest.SourceOneofCase.Contacts:
                Violations.Limit(request.Contacts.ContactIds.Count, MaximumContacts, "contacts.contact_ids");
                violations.Check(request.Contacts.ContactIds.All(id => id > 0), "contacts.contact_ids", "holds one that is not positive");
                items.AddRange(request.Contacts.ContactIds.Distinct().Select(id => (id, "")));
                violations.Check(items.Count > 0, "contacts.contact_ids", "is empty; at least one is required");
                break;
            default:
                violations.Add("source", "is missing; exactly one of addresses and contacts is required");
                break;
        }
        violations.ThrowIfAny();
        return (items, name, requestId);
    }

    private async Task<long> CreateAsync(ServerCallContext context, string method, string requestId, byte[] body, long runId, Func<Caller, Task> add)
    {
        var (caller, cancel) = (Caller.Of(context), context.CancellationToken);
        await using var transaction = await db.BeginBulkAsync(cancel);
        var (id, created) = await requests.OnceAsync(caller, method, requestId, body, async () =>
        {
            await add(caller);
            return runId;
        }, cancel);
        if (created)
        {
            await transaction.CommitAsync(cancel);
            runs.Queued();
        }
        return id;
    }

    private static long ReadId(long id)
    {
        var violations = new Violations();
        violations.Id(id, "address_validation_id");
        violations.ThrowIfAny();
        return id;
    }

    private async Task<AddressValidation> LoadAsync(long id, CancellationToken cancellationToken) =>
        await ShowAsync(await runs.GetAsync(id, ValidationRow.RunKind, cancellationToken), cancellationToken);

    private async Task<AddressValidation> ShowAsync(RunRow run, CancellationToken cancellationToken) =>
        (await db.Validations.AsNoTracking().SingleAsync(v => v.RunId == run.RunId, cancellationToken)).ToProto(run);
}
