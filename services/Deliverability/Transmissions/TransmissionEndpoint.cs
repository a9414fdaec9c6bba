using ContactPlatform.Deliverability.Sending;
using ContactPlatform.Deliverability.StoredTemplates;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>Serves TransmissionService.</summary>
public sealed class TransmissionEndpoint(
    DeliverabilityDbContext db, TransmissionStore store, StoredTemplateStore templates, TransmissionReads reads, RequestIds requests, SendSignal signal, Stopping stopping, TimeProvider time) : TransmissionService.TransmissionServiceBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public override async Task<CreateTransmissionResponse> CreateTransmission(CreateTransmissionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var input = TransmissionProto.Read(request);
        var caller = Caller.Of(context);
        IDbContextTransaction? transaction = null;
        try
        {
            var (id, created) = await requests.OnceAsync(caller, nameof(CreateTransmission), input.RequestId, TransmissionProto.Body(request), async () =>
            {
                // Only now: a repetition is answered also when the template has gone meanwhile.
                var whole = await templates.ResolveAsync(input, cancel);
                var recipients = await store.FillAsync(whole, cancel);
                (var added, transaction) = await store.AddAsync(whole, recipients, caller, cancel);
                return added;
            }, cancel);
            if (created)
            {
                await transaction!.CommitAsync(cancel);
                signal.Raise();
            }
            else if (transaction is not null)
            {
                // Another call with the same id was faster; what this one has written is taken back.
                await transaction.RollbackAsync(cancel);
            }
            return new() { Transmission = await ShowAsync(id, cancel) };
        }
        finally
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<GetTransmissionResponse> GetTransmission(GetTransmissionRequest request, ServerCallContext context)
    {
        var id = ReadId(request.TransmissionId);
        var shown = await ShowAsync(id, context.CancellationToken);
        var content = await db.TransmissionContents.Where(c => c.TransmissionId == id).Select(c => c.Content).SingleAsync(context.CancellationToken);
        return new() { Transmission = shown, Content = MailContent.Parser.ParseFrom(content) };
    }

    /// <inheritdoc/>
    public override async Task<ListTransmissionsResponse> ListTransmissions(ListTransmissionsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListTransmissions));
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var found = await db.Transmissions.AsNoTracking().Where(t => t.TransmissionId < before).OrderByDescending(t => t.TransmissionId).Take(page.Size + 1).ToListAsync(context.CancellationToken);
        var (rows, next) = page.Cut(found, t => t.TransmissionId);
        var progress = await reads.CountAsync([.. rows.Select(r => r.TransmissionId)], context.CancellationToken);
        return new() { Transmissions = { rows.Select(r => r.ToProto(progress[r.TransmissionId])) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CancelTransmissionResponse> CancelTransmission(CancelTransmissionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var id = ReadId(request.TransmissionId);
        var row = await reads.GetAsync(id, cancel);
        if (row.CancelTime is null)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var cancelled = await db.Messages.Where(m => m.TransmissionId == id && m.State == MessageState.Queued)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, MessageState.Cancelled), cancel);
            if (cancelled == 0 && (await reads.CountAsync(id, cancel)).Complete)
            {
                throw new RefusalException(new Refusal(DeliverabilityReasons.TransmissionComplete, $"transmission {id} is complete; nothing of it waits any more")
                    .From("COMPLETE", "cancel", "while messages are queued").With("transmission_id", id));
            }
            var now = time.Now();
            await db.Transmissions.Where(t => t.TransmissionId == id).ExecuteUpdateAsync(set => set.SetProperty(t => t.CancelTime, now), cancel);
            await transaction.CommitAsync(cancel);
        }
        return new() { Transmission = await ShowAsync(id, cancel) };
    }

    /// <inheritdoc/>
    public override async Task WatchTransmission(WatchTransmissionRequest request, IServerStreamWriter<WatchTransmissionResponse> responseStream, ServerCallContext context)
    {
        var id = ReadId(request.TransmissionId);
        TransmissionProgress? last = null;
        while (true)
        {
            var row = await reads.GetAsync(id, context.CancellationToken);
            var progress = await reads.CountAsync(id, context.CancellationToken);
            if (!progress.SameAs(last))
            {
                await responseStream.WriteAsync(new() { Transmission = row.ToProto(progress) }, context.CancellationToken);
                last = progress;
            }
            if (progress.Complete)
            {
                return;
            }
            await stopping.DelayAsync(WatchInterval, context.CancellationToken);
        }
    }

    private async Task<Transmission> ShowAsync(long id, CancellationToken cancellationToken) =>
        (await reads.GetAsync(id, cancellationToken)).ToProto(await reads.CountAsync(id, cancellationToken));

    private static long ReadId(long transmissionId)
    {
        var violations = new Violations();
        violations.Id(transmissionId, "transmission_id");
        violations.ThrowIfAny();
        return transmissionId;
    }
}
